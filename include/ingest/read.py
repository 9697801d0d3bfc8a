"""One file to one Arrow table of text cells, with the physical line of every row."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from include.contracts import Contract
from include.ingest import decode, fixed, headers, jsonl, structure
from include.ingest.deliveries import Delivery
from include.ingest.headers import Header
from include.ingest.parsed import BadRow, Parsed
from include.ingest.problems import BadFile

DELIMITERS = (",", "\t", ";", "|")
HEADER_SEARCH = 20
FOOTER_SEARCH = 5
FOOTER = re.compile(r"^\W*(総合計|合計|総計|総件数|件数|copyright\b|\(c\)|©).*", re.IGNORECASE)
FIX_PARQUET = "Parquet を書き出し直してください"


def read(delivery: Delivery, data: bytes, contract: Contract) -> Parsed:
    """Raises `BadFile`; never anything else for any content."""
    if delivery.content.suffix.lower() == ".parquet" or contract.format == "parquet":
        return _read_parquet(delivery, data, contract)
    known = frozenset(headers.key(name) for name in contract.known_columns(delivery.feeds))
    encodings = (delivery.manifest.encoding,) if delivery.manifest.encoding else contract.encodings_for(delivery.file_name)
    try:
        text, _ = decode.decode(data, encodings, known)
    except LookupError:
        raise BadFile("N01", f"知らない文字コード {encodings[0]!r} です", decode.FIX_ENCODING) from None
    if contract.format == "jsonl":
        return jsonl.read(delivery, text, contract)
    if contract.format == "fixed":
        return _fill_down(fixed.read(delivery, text, contract), contract)
    return _fill_down(_read_csv(delivery, text, contract, known), contract)


def _read_csv(delivery: Delivery, text: str, contract: Contract, known: frozenset[str]) -> Parsed:
    delimiter = delimiter_of(text, known) if contract.delimiter == "auto" else contract.delimiter
    records = structure.scan(text, delimiter)
    if not len(records):
        raise BadFile("C-EMPTY", "空のファイルです", "元のシステムで出力が終わっているか確かめてください", line=1)
    first, header = _header(records, delimiter, contract, delivery, known)
    last = _without_footer(records, delimiter, first, contract.footer)
    rows = np.arange(first, last)
    is_whole = records.fields[rows] == len(header.keys)
    bad = [BadRow(int(records.lines[i]), None, records.text(i), "N04") for i in rows[~is_whole]]
    keep = rows[is_whole]
    cells = _cells(records, keep, header, delimiter)
    preamble = max(first - (1 if contract.header else 0), 0)
    return Parsed(header, cells, records.lines[keep], bad, preamble + len(records) - last)


def delimiter_of(text: str, known: frozenset[str]) -> str:
    """The one that splits a first line into most known names, then into most cells."""
    lines = text.split("\n", HEADER_SEARCH)[:HEADER_SEARCH]

    def score(delimiter: str) -> tuple[int, int]:
        names = max(sum(headers.key(cell) in known for cell in line.split(delimiter)) for line in lines)
        return names, max(line.count(delimiter) for line in lines)

    return max(DELIMITERS, key=score)


def _header(
    records: structure.Records, delimiter: str, contract: Contract, delivery: Delivery, known: frozenset[str]
) -> tuple[int, Header]:
    """Position of the first row after the header, and the header."""
    skip = min(contract.preamble_rows, len(records) - 1)
    heads = [records.cells(place, delimiter) for place in range(skip, min(skip + HEADER_SEARCH, len(records)))]
    is_absent = contract.header == "auto" and not any(headers.key(cell) in known for cells in heads for cell in cells)
    if not contract.header or is_absent:
        return skip, headers.resolve(contract.columns, contract, delivery.feeds)
    place = headers.find(heads, known, delivery.feeds)
    place += skip
    return place + 1, headers.resolve(heads[place - skip], contract, delivery.feeds, int(records.lines[place]))


def _without_footer(records: structure.Records, delimiter: str, first: int, own: str | None) -> int:
    """N07: totals and notes under the rows are no rows; the contract may say how its own begin."""
    footer = re.compile(own) if own else FOOTER
    last = len(records)
    for _ in range(FOOTER_SEARCH):
        if last <= first:
            break
        cells = records.cells(last - 1, delimiter)
        if not cells or not footer.match(cells[0].strip()):
            break
        last -= 1
    return last


def _cells(records: structure.Records, keep: np.ndarray, header: Header, delimiter: str) -> pa.Table:
    kinds = {name: pa.string() for name in header.used}
    if not len(keep):
        return pa.table({name: pa.array([], pa.string()) for name in header.used})
    body = records.body(keep)
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(body),
            pyarrow.csv.ReadOptions(column_names=list(header.keys), block_size=min(len(body) + 1, 2**28)),
            pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=records.is_multiline, ignore_empty_lines=False
            ),
            pyarrow.csv.ConvertOptions(
                column_types=kinds, include_columns=list(header.used), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        table = None
    if table is None or len(table) != len(keep):
        raise BadFile("N04", "行の区切りを特定できません", structure.FIX_QUOTE)
    return table


def _fill_down(parsed: Parsed, contract: Contract) -> Parsed:
    """Lines of a record's table inherit what only its first line carries; lines before any record are no rows (N40)."""
    start = contract.record_start
    if start is None or headers.key(start.column) not in parsed.cells.column_names:
        return parsed
    is_start = np.array(pa.compute.equal(parsed.cells[headers.key(start.column)], start.mark).fill_null(False))
    owner = np.maximum.accumulate(np.where(is_start, np.arange(len(is_start)), -1)) if len(is_start) else is_start
    keep = np.flatnonzero(owner >= 0)
    orphans = [BadRow(int(line), start.column, None, "N40") for line in parsed.lines[owner < 0]]
    cells = parsed.cells.take(pa.array(keep))
    for name in map(headers.key, start.fill_down):
        if name in cells.column_names:
            own = cells[name].combine_chunks()
            filled = pa.compute.coalesce(own, parsed.cells[name].combine_chunks().take(pa.array(owner[keep])))
            cells = cells.set_column(cells.column_names.index(name), name, filled)
    return Parsed(parsed.header, cells, parsed.lines[keep], parsed.bad_rows + orphans, parsed.frills)


def _read_parquet(delivery: Delivery, data: bytes, contract: Contract) -> Parsed:
    try:
        table = pyarrow.parquet.read_table(pa.BufferReader(data))
        header = headers.resolve(table.column_names, contract, delivery.feeds)
        texts = {k: _as_text(column) for k, column in zip(header.keys, table.columns, strict=True) if k in header.used}
    except (pa.ArrowException, OSError):
        raise BadFile("C-TYPE", "Parquet として読めません", FIX_PARQUET) from None
    return Parsed(header, pa.table(texts), np.arange(1, len(table) + 1))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Arrow values as the text a CSV would hold; the empty text is no value."""
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pa.compute.local_timestamp(column.cast(pa.timestamp("us", "Asia/Tokyo")))
    text = column.cast(pa.string())
    return pa.compute.if_else(pa.compute.equal(text, ""), pa.scalar(None, pa.string()), text)
