"""Rows → files: CSV text joined column-wise, encoded strictly, written block by block."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic.columns import Column, pick
from include.synthetic.dirt import Rows, Soil, share


@dataclass(frozen=True)
class Layout:
    """How one source's file looks. `stem` is followed by the date."""

    stem: str
    encoding: str = "cp932"
    newline: str = "\r\n"
    has_footer: bool = False
    has_duplicates: bool = False


LAYOUTS = {
    "eccube_customers": Layout("会員", has_duplicates=True),
    "eccube_orders": Layout("受注", has_duplicates=True),
    "products": Layout("商品マスタ"),
    "contact_centre_inquiries": Layout("応対履歴", has_footer=True, has_duplicates=True),
    "subscriptions": Layout("定期コース一覧"),
    "subscription_events": Layout("定期イベント"),
    "consents": Layout("同意履歴"),
    "campaign_contacts": Layout("配信履歴", has_footer=True),
    "call_results": Layout("架電結果", has_duplicates=True),
    "life_events": Layout("ライフイベント"),
    "salesforce_accounts": Layout("Account", "utf-8", "\n"),
    "salesforce_contacts": Layout("Contact", "utf-8", "\n"),
    "salesforce_opportunities": Layout("Opportunity", "utf-8", "\n"),
    "salesforce_activities": Layout("Task", "utf-8", "\n"),
    "product_usage": Layout("usage_daily", "utf-8", "\n"),
}


def quoted(column: Column) -> Column:
    """CSV quoting where a cell needs it (RFC 4180: quotes doubled)."""
    if isinstance(column, str):
        return column
    needs = pc.match_substring_regex(column, '[",\r\n]')
    if not pc.any(needs).as_py():
        return column
    return pc.if_else(
        needs, pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', ""), column
    )


def csv_lines(rows: Rows) -> pa.Array:
    """One text a row, without line end."""
    return pc.binary_join_element_wise(*(quoted(column) for _, column in rows), ",")


@dataclass
class Export:
    """One file being written; `rows` counts data rows, duplicates included, header and footer not."""

    path: Path
    layout: Layout
    rows: int = 0
    planted: dict[tuple[str, str], int] = field(default_factory=dict)
    width: int = 0

    def _write(self, text: str) -> None:
        with self.path.open("ab") as file:
            file.write((text + self.layout.newline).encode(self.layout.encoding))

    def add(self, rows: Rows, soil: Soil | None = None) -> None:
        """Append a block; the first one writes the header."""
        if not self.width:
            self.width = len(rows)
            self.path.write_bytes(b"")
            self._write(",".join(header for header, _ in rows))
        lines = csv_lines(rows)
        if soil and self.layout.has_duplicates:
            # the unreadable rows at the end are counted one by one and stay single
            sound = len(lines) - sum(count for (_, rule), count in soil.planted.items() if rule == "REJECT")
            again = pick(soil.rng, sound, share("N44", sound))
            lines = lines.take(pa.array(np.sort(np.r_[np.arange(len(lines)), again])))
            soil.planted["*", "N44"] += len(again)
        for key, count in (soil.planted if soil else {}).items():
            self.planted[key] = self.planted.get(key, 0) + count
        self.rows += len(lines)
        if len(lines):
            self._write(self.layout.newline.join(lines.to_pylist()))

    def finish(self) -> str:
        """Write the footer some hand-made lists have (N07); returns the file's sha256."""
        if self.layout.has_footer:
            self._write(f"合計,{self.rows}件" + "," * (self.width - 2))
            self.planted["*", "N07"] = 1
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
