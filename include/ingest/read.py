"""One file to Arrow tables of text cells, piece by piece, with the physical line of every row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

from include.contracts import Contract, RecordStart
from include.ingest import decode, fixed, headers, jsonl, structure
from include.ingest.deliveries import Delivery
from include.ingest.headers import Header
from include.ingest.parsed import BadRow, Parsed
from include.ingest.problems import BadFile

DELIMITERS = (",", "\t", ";", "|")
HEADER_SEARCH = 20
FOOTER_SEARCH = 5
PARSE_BLOCK = 1 << 21  # bytes one thread parses at a time
PARQUET_ROWS = 1 << 17
FOOTER = re.compile(r"^\W*(総合計|合計|総計|総件数|件数|copyright\b|\(c\)|©).*", re.IGNORECASE)
FIX_PARQUET = "Parquet を書き出し直してください"


def read(delivery: Delivery, contract: Contract) -> Iterator[Parsed]:
    """The rows of a file, piece by piece, at least one piece; memory does not follow the file's size.

    Raises `BadFile`, possibly after some pieces; never anything else for any content.
    """
    path = delivery.content
    if path.suffix.lower() == ".parquet" or contract.format == "parquet":
        yield from _read_parquet(delivery, path, contract)
        return
    known = frozenset(headers.key(name) for name in contract.known_columns(delivery.feeds))
    encodings = (delivery.manifest.encoding,) if delivery.manifest.encoding else contract.encodings_for(delivery.file_name)
    try:
        yield from _read_text(delivery, path, decode.expect(path, encodings, known), contract, known)
    except LookupError:
        raise BadFile("N01", f"知らない文字コード {encodings[0]!r} です", decode.FIX_ENCODING) from None
    except (BadFile, ValueError):
        decode.detect(path, encodings, known)  # what is wrong with the whole file comes first
        raise


def _read_text(
    delivery: Delivery, path: Path, encoding: str, contract: Contract, known: frozenset[str]
) -> Iterator[Parsed]:
    if contract.format == "jsonl":
        return jsonl.read(delivery, path, encoding, contract)
    if contract.format == "fixed":
        return _fill_down(fixed.read(delivery, decode.pieces(path, encoding), contract), contract)
    return _fill_down(_read_csv(delivery, decode.pieces(path, encoding), contract, known), contract)


def _read_csv(delivery: Delivery, texts: Iterator[str], contract: Contract, known: frozenset[str]) -> Iterator[Parsed]:
    start = next(texts, "")
    delimiter = delimiter_of(start, known) if contract.delimiter == "auto" else contract.delimiter
    blocks = structure.scan(chain([start], texts), delimiter, contract.preamble_rows + HEADER_SEARCH, FOOTER_SEARCH)
    header = None
    for records in blocks:
        first, last, frills = 0, len(records), 0
        if header is None:
            if not len(records):
                raise BadFile("C-EMPTY", "空のファイルです", "元のシステムで出力が終わっているか確かめてください", line=1)
            first, header = _header(records, contract, delivery, known)
            frills = max(first - (1 if contract.header else 0), 0)
        if records.is_last:
            last = _without_footer(records, first, contract.footer)
        yield _rows(records, np.arange(first, last), header, frills + len(records) - last)


def _rows(records: structure.Records, rows: np.ndarray, header: Header, frills: int) -> Parsed:
    """The records at `rows`, and which of them have not as many cells as the header (counted only where some differ)."""
    cells = _cells(records, rows, header)
    if cells is not None:
        return Parsed(header, cells, records.lines[rows], [], frills)
    is_whole = records.fields[rows] == len(header.keys)
    bad = [BadRow(int(records.lines[i]), None, records.text(i), "N04") for i in rows[~is_whole]]
    keep = rows[is_whole]
    cells = _cells(records, keep, header)
    if cells is None:
        raise BadFile("N04", "行の区切りを特定できません", structure.FIX_QUOTE)
    return Parsed(header, cells, records.lines[keep], bad, frills)


def delimiter_of(text: str, known: frozenset[str]) -> str:
    """The one that splits a first line into most known names, then into most cells."""
    lines = text.split("\n", HEADER_SEARCH)[:HEADER_SEARCH]

    def score(delimiter: str) -> tuple[int, int]:
        names = max(sum(headers.key(cell) in known for cell in line.split(delimiter)) for line in lines)
        return names, max(line.count(delimiter) for line in lines)

    return max(DELIMITERS, key=score)


def _header(
    records: structure.Records, contract: Contract, delivery: Delivery, known: frozenset[str]
) -> tuple[int, Header]:
    """Position of the first row after the header, and the header."""
    skip = min(contract.preamble_rows, len(records) - 1)
    heads = [records.cells(place) for place in range(skip, min(skip + HEADER_SEARCH, len(records)))]
    is_absent = contract.header == "auto" and not any(headers.key(cell) in known for cells in heads for cell in cells)
    if not contract.header or is_absent:
        return skip, headers.resolve(contract.columns, contract, delivery.feeds)
    place = headers.find(heads, known, delivery.feeds)
    place += skip
    return place + 1, headers.resolve(heads[place - skip], contract, delivery.feeds, int(records.lines[place]))


def _without_footer(records: structure.Records, first: int, own: str | None) -> int:
    """N07: totals and notes under the rows are no rows; the contract may say how its own begin."""
    footer = re.compile(own) if own else FOOTER
    last = len(records)
    for _ in range(FOOTER_SEARCH):
        if last <= first:
            break
        cells = records.cells(last - 1)
        if not cells or not footer.match(cells[0].strip()):
            break
        last -= 1
    return last


def _cells(records: structure.Records, keep: np.ndarray, header: Header) -> pa.Table | None:
    """The used columns of these records; None where one of them has not as many cells as the header."""
    kinds = {name: pa.string() for name in header.used}
    if not len(keep):
        return pa.table({name: pa.array([], pa.string()) for name in header.used})
    body = records.body(keep)
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(body),
            pyarrow.csv.ReadOptions(
                column_names=list(header.keys), block_size=len(body) + 1 if records.is_multiline else PARSE_BLOCK
            ),
            pyarrow.csv.ParseOptions(
                delimiter=records.delimiter, newlines_in_values=records.is_multiline, ignore_empty_lines=False
            ),
            pyarrow.csv.ConvertOptions(
                column_types=kinds, include_columns=list(header.used), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if len(table) == len(keep) else None


def _fill_down(pieces: Iterator[Parsed], contract: Contract) -> Iterator[Parsed]:
    """Lines of a record's table inherit what only its first line carries; lines before any record are no rows (N40)."""
    start, owner = contract.record_start, None
    for piece in pieces:
        if start is None or headers.key(start.column) not in piece.cells.column_names:
            yield piece
            continue
        filled, owner = _filled(piece, owner, start)
        yield filled


def _filled(piece: Parsed, before: pa.Table | None, start: RecordStart) -> tuple[Parsed, pa.Table | None]:
    """One piece, and the first line of the record that its end belongs to; `before`: the one its beginning belongs to."""
    offset = 0 if before is None else 1
    cells = pa.concat_tables([before, piece.cells]) if offset else piece.cells
    lines = np.concatenate([np.zeros(offset, dtype=np.int64), piece.lines])
    is_start = np.array(pa.compute.equal(cells[headers.key(start.column)], start.mark).fill_null(False), dtype=bool)
    owner = np.maximum.accumulate(np.where(is_start, np.arange(len(is_start)), -1)) if len(is_start) else np.array([], dtype=np.int64)
    keep = np.flatnonzero(owner >= 0)[offset:]
    orphans = [BadRow(int(line), start.column, None, "N40") for line in lines[owner < 0]]
    made = cells.take(pa.array(keep))
    for name in map(headers.key, start.fill_down):
        if name in cells.column_names:
            own = made[name].combine_chunks()
            filled = pa.compute.coalesce(own, cells[name].combine_chunks().take(pa.array(owner[keep])))
            made = made.set_column(made.column_names.index(name), name, filled)
    last = cells.slice(owner[-1], 1) if len(owner) and owner[-1] >= 0 else None
    return Parsed(piece.header, made, lines[keep], piece.bad_rows + orphans, piece.frills), last


def _read_parquet(delivery: Delivery, path: Path, contract: Contract) -> Iterator[Parsed]:
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            header = headers.resolve(file.schema_arrow.names, contract, delivery.feeds)
            row = 1
            yield _parquet_rows(header, file.schema_arrow.empty_table(), row)
            for batch in file.iter_batches(PARQUET_ROWS):
                yield _parquet_rows(header, pa.Table.from_batches([batch]), row)
                row += len(batch)
    except (pa.ArrowException, OSError):
        raise BadFile("C-TYPE", "Parquet として読めません", FIX_PARQUET) from None


def _parquet_rows(header: Header, table: pa.Table, row: int) -> Parsed:
    texts = {k: _as_text(column) for k, column in zip(header.keys, table.columns, strict=True) if k in header.used}
    return Parsed(header, pa.table(texts), np.arange(row, row + len(table)))


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Arrow values as the text a CSV would hold; the empty text is no value."""
    if pa.types.is_timestamp(column.type) and column.type.tz:
        column = pa.compute.local_timestamp(column.cast(pa.timestamp("us", "Asia/Tokyo")))
    text = column.cast(pa.string())
    return pa.compute.if_else(pa.compute.equal(text, ""), pa.scalar(None, pa.string()), text)
