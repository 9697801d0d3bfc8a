"""The rows of a delivery as its people know them: what was delivered, with the corrections that came since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute

from include.contracts import Contract, Feed, canonical, spellings
from include.ingest import fixfile, headers, read, slips, storage, structure
from include.ingest.deliveries import Delivery
from include.ingest.headers import Header
from include.ingest.manifest import Manifest
from include.ingest.parsed import Parsed
from include.ingest.problems import BadFile
from include.settings import Settings

NO_DAY = date.min

@dataclass(frozen=True)
class Original:
    """A delivery's columns, and the cells of the rows that are asked for, by their line."""

    header: Header
    cells: dict[int, dict[str, str | None]]

    @property
    def names(self) -> list[str]:
        return [self.header.names[key] for key in self.header.used]

    def row(self, line: int) -> list[str]:
        return [self.cells[line].get(key) or "" for key in self.header.used]

    def value(self, line: int | None, column: str | None) -> str:
        """The cell a refusal speaks of, under the spelling it names; several joined ones one after the other."""
        cells = self.cells.get(line or 0, {})
        by_name = {self.header.names[key]: cells.get(key) or "" for key in reversed(self.header.used)}
        return by_name.get(column or "") or "".join(by_name.get(part, "") for part in (column or "").split("+"))


def refused(settings: Settings, contract: Contract, file_name: str, sha256: str, entities: str) -> Delivery | None:
    """A file that was set aside, as far as it must be known to read it again."""
    path = storage.kept_path(settings, contract.source, file_name, sha256)
    if path is None:
        return None
    feeds = tuple(feed for feed in contract.feeds if feed.entity in entities.split(","))
    return Delivery(
        "", contract.source, path, path, file_name, sha256, sha256, NO_DAY, True, "", "", 0, feeds, Manifest()
    )


def rows(delivery: Delivery, contract: Contract, lines: Iterable[int]) -> Original | None:
    """The cells of these lines; a row with too many or too few cells has them as they come.

    None where the file cannot be read any more.
    """
    wanted, header, found = set(lines), None, {}
    try:
        for piece in read.read(delivery, contract):
            header = piece.header
            found |= _taken(piece, np.flatnonzero(np.isin(piece.lines, list(wanted))))
            for bad in piece.bad_rows:
                if bad.line in wanted and bad.rule_id == "N04" and bad.value is not None and contract.format == "csv":
                    found[bad.line] = _torn(bad.value, header, contract)
    except (BadFile, OSError):
        return None
    return Original(header, found) if header else None


def _taken(piece: Parsed, places: np.ndarray) -> dict[int, dict[str, str | None]]:
    cells = piece.cells.take(pa.array(places)).to_pylist()
    return dict(zip(piece.lines[places].tolist(), cells, strict=True))


def _torn(text: str, header: Header, contract: Contract) -> dict[str, str | None]:
    delimiter = contract.delimiter if contract.delimiter != "auto" else read.delimiter_of(text, frozenset())
    records = next(structure.scan([text], delimiter))
    # what is nothing but delimiters has no cells to show
    cells = records.cells(0) if len(records) else []
    by_key = dict(zip(header.keys, cells, strict=False))
    return {key: by_key.get(key) for key in header.used}


def with_corrections(original: Original, settings: Settings, contract: Contract, ids: Iterable[str]) -> Original:
    """The same rows as these loaded corrections, in their order, brought them last."""
    cells = dict(original.cells)
    for delivery_id in ids:
        correction = slips.of(settings, contract, delivery_id)
        if correction is None:
            continue
        for line in fixfile.parse(correction.content).lines:
            cells[line.line] = line.cells
    return replace(original, cells=cells)


def siblings(feeds: tuple[Feed, ...], pieces: Iterable[Parsed], corrected: Original) -> dict[int, dict[str, str | None]]:
    """The rows that make one record with a corrected row: an order comes again with all its lines."""
    bonds, found = {_bond(feed) for feed in feeds} - {()}, {}
    for piece in pieces:
        for names in bonds:
            keys = [key for name in names if (key := _find(feeds, name, piece.cells.column_names))]
            wanted = {tuple(_plain(cells.get(key)) for key in keys) for cells in corrected.cells.values()}
            near = _taken(piece, _near(piece, keys, wanted))
            found |= {line: cells for line, cells in near.items() if tuple(_plain(cells[key]) for key in keys) in wanted}
    return found


def _near(piece: Parsed, keys: list[str], wanted: set[tuple[str, ...]]) -> np.ndarray:
    """Places of rows each of whose cells is that of some wanted one."""
    near = np.full(len(piece.lines), bool(keys))
    for place, key in enumerate(keys):
        texts = pa.compute.utf8_trim_whitespace(piece.cells.column(key))
        near &= np.array(pa.compute.is_in(texts, pa.array([values[place] for values in wanted])).fill_null(False), dtype=bool)
    return np.flatnonzero(near)


def _bond(feed: Feed) -> tuple[str, ...]:
    """The file columns whose equal cells make rows one record: the grain, or what a row number counts within."""
    if feed.grain:
        return feed.grain
    if any(rule.row_number for rule in feed.columns.values()):
        key = canonical().entities[feed.entity].key
        return tuple(rule.sources[0] for name in key if (rule := feed.columns.get(name)) and rule.sources)
    return ()


def _find(feeds: tuple[Feed, ...], name: str, there: list[str]) -> str | None:
    return next((key for key in map(headers.key, spellings(feeds, name)) if key in there), None)


def _plain(cell: str | None) -> str:
    return (cell or "").strip()


def stacked(original: Original) -> Parsed:
    """These rows as a file that has been read, in the order of their lines."""
    order = sorted(original.cells)
    columns = {
        key: pa.array([original.cells[line].get(key) or None for line in order], pa.string()) for key in original.header.used
    }
    return Parsed(original.header, pa.table(columns), np.array(order, dtype=np.int64))
