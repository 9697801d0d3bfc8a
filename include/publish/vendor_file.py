"""Rows of a publish model to the bytes a vendor imports, and back again for the read-back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from include.publish.encode import fit, guard_formula
from include.publish.exposures import ENCODINGS, NEWLINES, ListSpec

BOM = "\ufeff"
QUOTE = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "none": csv.QUOTE_NONE}
REGION = "JP"
RECALL_WORD = "差し止め"


@dataclass(frozen=True)
class VendorFile:
    """`report`: one entry per changed character {list_row_id, column, codepoint, replacement}; no other PII."""

    data: bytes
    rows: int
    keys: tuple[str, ...]
    report: tuple[dict, ...]


def render(spec: ListSpec, rows: Sequence[dict]) -> VendorFile:
    """Write `rows` (dicts with the columns of the spec) in their order. The same rows are the same bytes."""
    report: list[dict] = []
    lines = [[_header(spec, column.header, report) for column in spec.columns]]
    for row in rows:
        lines.append([_cell(spec, column, row, report) for column in spec.columns])
    buffer = io.StringIO()
    csv.writer(
        buffer, quoting=QUOTE[spec.quoting], lineterminator=NEWLINES[spec.newline],
        escapechar=None, doublequote=True,
    ).writerows(lines)  # fmt: skip
    text = (BOM if spec.bom else "") + buffer.getvalue()
    keys = tuple(row["list_row_id"] for row in rows)
    return VendorFile(text.encode(ENCODINGS[spec.encoding]), len(rows), keys, tuple(report))


def render_recall(spec: ListSpec, keys: Sequence[str]) -> bytes:
    """The 差し止め file for `keys`, in the vendor's own format."""
    return render(spec.recall, [{"list_row_id": key, "action": RECALL_WORD} for key in keys]).data


def parse_keys(spec: ListSpec, data: bytes) -> list[str]:
    """Read a written file again and return its list_row_ids; raises UnicodeDecodeError or ValueError."""
    text = data.decode(ENCODINGS[spec.encoding]).removeprefix(BOM)
    position = [column.name for column in spec.columns].index("list_row_id")
    parsed = list(csv.reader(io.StringIO(text, newline=""), quoting=QUOTE[spec.quoting], strict=True))
    short = [number for number, cells in enumerate(parsed, 1) if len(cells) != len(spec.columns)]
    if not parsed or short:
        raise ValueError(f"line {short[0] if short else 1} does not have {len(spec.columns)} cells")
    return [cells[position] for cells in parsed[1:]]


def _header(spec: ListSpec, header: str, report: list[dict]) -> str:
    text, changed = fit(header, ENCODINGS[spec.encoding], spec.quoting)
    report.extend(_entries("", header, changed))
    return text


def _cell(spec: ListSpec, column, row: dict, report: list[dict]) -> str:
    plain = as_text(column.kind, row[column.name])
    text, changed = fit(plain, ENCODINGS[spec.encoding], spec.quoting)
    report.extend(_entries(row["list_row_id"], column.name, changed))
    return text if column.kind == "phone" else guard_formula(text)


def _entries(row_id: str, column: str, changed) -> list[dict]:
    return [
        {"list_row_id": row_id, "column": column, "codepoint": c.codepoint, "replacement": c.replacement}
        for c in changed
    ]


def as_text(kind: str, value) -> str:
    """One value as the vendor reads it; NULL is the empty cell."""
    if value is None:
        return ""
    if kind == "phone":
        return national_phone(str(value))
    if kind == "postal":
        digits = str(value).replace("-", "")
        return f"{digits[:3]}-{digits[3:]}"
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "amount":
        return f"{Decimal(value):f}".removesuffix(".00")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)


def national_phone(number: str) -> str:
    """National text with its leading 0: '+819012345678' is '090-1234-5678'; never starts a formula."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return number.lstrip("=+-@\t ")
    if parsed.country_code != phonenumbers.country_code_for_region(REGION):
        return phonenumbers.format_out_of_country_calling_number(parsed, REGION)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
