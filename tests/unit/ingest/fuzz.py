"""Mutated files through the row gate, seeded: nothing crashes, no row is lost, every refusal has its reason.

`python -m tests.unit.ingest.fuzz --files 20000 --seed 1` runs as many as asked; the test suite runs some.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from include.files import sha256
from tests.unit.ingest.conftest import HEADER, House, build_house, open_the_gate

BATCH = 250
JUNK = [
    "", "-", "−", "なし", "NULL", "#N/A", "=1+1", '="0312"', "'", "１２３", "▲1000", "（500）", "12千円", "1e400", "nan", "inf",
    "-0", "9.01235E+09", "99999999999999999999999999", "0.0000000000001", "令和6年4月1日", "R99.99.99", "2024-02-30", "24:61",
    "2024/03/31 25:30", "0000/00/00", "45383.75", "9999-12-31", "①㈱髙﨑", "〓", "表ソ能", "ｶﾞｯｷｭｳ", "～〜", "a" * 5000, "\t", "　",
    "\u200b", "\u202eabc", "\ufeff", "𠮷野家", "👨‍👩‍👧", "é", "%s%n", "\\", "{}", "[]", "true", "x;y|z",
]  # fmt: skip


@dataclass
class Sample:
    """A file on its way: rows of cells while they are whole, then text, then bytes. `rows`: how many it must have."""

    table: list[list[str]]
    rows: int | None
    delimiter: str = ","
    newline: str = "\n"
    encoding: str = "utf-8"
    before: str = ""

    def data(self) -> bytes:
        lines = [self.delimiter.join(_quoted(cell, self.delimiter) for cell in cells) for cells in self.table]
        text = self.before + self.newline.join(lines) + self.newline
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode()


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ('"', delimiter, "\n", "\r")) else cell


def _table(rng: random.Random) -> list[list[str]]:
    rows = [
        [str(i + 1), str(rng.randrange(1, 99)), f"2024-04-01 {rng.randrange(24):02d}:00:00", rng.choice("53"), f"商品{i}", "100", "2"]
        for i in range(rng.randrange(1, 30))
    ]
    return [HEADER.split(","), *rows]


# -- what keeps the number of rows


def _junk_cell(sample: Sample, rng: random.Random) -> None:
    row = rng.randrange(1, len(sample.table))
    sample.table[row][rng.randrange(len(sample.table[row]))] = rng.choice(JUNK)


def _junk_column(sample: Sample, rng: random.Random) -> None:
    place = rng.randrange(1, len(sample.table[0]))
    for row in sample.table[1:]:
        row[place] = rng.choice(JUNK)


def _line_in_cell(sample: Sample, rng: random.Random) -> None:
    sample.table[rng.randrange(1, len(sample.table))][4] = rng.choice(['一行目\n二行目', 'a,"b",c', '""', "\n\n"])


def _other_encoding(sample: Sample, rng: random.Random) -> None:
    sample.encoding = rng.choice(["cp932", "euc_jp", "utf-8-sig", "utf-16"])


def _other_line_ends(sample: Sample, rng: random.Random) -> None:
    sample.newline = rng.choice(["\r\n", "\r"])


def _other_delimiter(sample: Sample, rng: random.Random) -> None:
    sample.delimiter = rng.choice("\t;|")


def _other_order(sample: Sample, rng: random.Random) -> None:
    places = list(range(len(sample.table[0])))
    rng.shuffle(places)
    sample.table = [[row[place] for place in places] for row in sample.table]


def _unknown_column(sample: Sample, rng: random.Random) -> None:
    sample.table = [[*row, "備考" if row is sample.table[0] else rng.choice(JUNK)] for row in sample.table]


# -- what may break the table


def _header_damage(sample: Sample, rng: random.Random) -> None:
    place = rng.randrange(len(sample.table[0]))
    sample.table[0][place] = rng.choice(["", "？", sample.table[0][0], sample.table[0][place] * 2])


def _torn_row(sample: Sample, rng: random.Random) -> None:
    row = sample.table[rng.randrange(len(sample.table))]
    del row[rng.randrange(len(row)) :]


def _wide_row(sample: Sample, rng: random.Random) -> None:
    sample.table[rng.randrange(len(sample.table))] += ["x"] * rng.randrange(1, 5)


def _frills(sample: Sample, rng: random.Random) -> None:
    sample.before = rng.choice(["受注一覧\n\n", "\n\n\n", ",,,,,,\n", "出力日,2024-04-01\n", '"'])
    sample.table.append(rng.choice([["合計", "", "", "", "", "12,345", ""], [""] * 7, ["©"], sample.table[0]]))


KEEPING = (
    _junk_cell, _junk_column, _line_in_cell, _other_encoding, _other_line_ends, _other_delimiter, _other_order, _unknown_column,
)  # fmt: skip
BREAKING = (_header_damage, _torn_row, _wide_row, _frills)


def _flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randrange(1, 8)):
        data[rng.randrange(len(data))] = rng.randrange(256)


def _cut(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice([1, 5, 50, len(data)])]


def _insert(data: bytearray, rng: random.Random) -> None:
    piece = rng.choice([b'"', b'""', b",", b"\n", b"\r", b"\x00", b"\x81", b"\x5c", b"\xff\xfe", b"\xef\xbb\xbf", rng.randbytes(9)])
    place = rng.randrange(len(data) + 1)
    data[place:place] = piece


def _repeat(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randrange(1, 200)]


BYTES: tuple[Callable, ...] = (_flip, _cut, _insert, _repeat)


def mutated(seed: int) -> tuple[bytes, int | None]:
    """One mutated file; and how many rows it has, where the mutation leaves no doubt."""
    rng = random.Random(seed)
    table = _table(rng)
    sample = Sample(table, len(table) - 1)
    for change in rng.sample(KEEPING, rng.randrange(4)):
        change(sample, rng)
    if not any(any(cell.strip() for cell in row) for row in sample.table[1:]):
        sample.rows = None
    if rng.random() < 0.3:
        rng.choice(BREAKING)(sample, rng)
        sample.rows = None
    data = bytearray(sample.data())
    if rng.random() < 0.5:
        for change in rng.choices(BYTES, k=rng.randrange(1, 3)):
            if data:
                change(data, rng)
        sample.rows = None
    return bytes(data), sample.rows


COUNTS = """
select l.delivered_sha256, l.state, l.rows_in, l.rows_loaded, l.rows_rejected, l.rows_superseded, l.message,
       (select count(*) from raw.order_lines as r where r.delivery_id = l.delivery_id) as there,
       (select count(distinct source_row) from ops.rejected_row as r where r.delivery_id = l.delivery_id) as refused,
       (select any_value(rule_id) from ops.rejected_row as r
        where r.delivery_id = l.delivery_id and (r.source_row is null or l.rows_in = 0 or r.rule_id = 'max_bad_ratio')) as rule_id
from ops.file_ledger as l
"""


def run_batch(house: House, seeds: range) -> Counter:
    """Load these files; raises AssertionError naming the seed of the first file that breaks a promise."""
    made = {}
    for seed in seeds:
        data, rows = mutated(seed)
        made.setdefault(sha256(data), (seed, rows))
        house.put("shop", f"受注_20240401_{seed}.csv", data)
    house.load()
    found = house.rows(COUNTS)
    assert {row[0] for row in found} == set(made), "a file left no trace in the ledger"
    tally: Counter = Counter(files=len(seeds))
    for sha, state, rows_in, loaded, rejected, superseded, message, there, refused, rule in found:
        seed, rows = made[sha]
        told = f"{loaded} loaded, {rejected} rejected, {superseded} superseded"
        assert rows_in == loaded + rejected + superseded, f"seed {seed}: {rows_in} in, {told}"
        assert there == loaded + superseded, f"seed {seed}: {told} by the ledger, {there} in raw"
        if state == "loaded":
            assert refused == rejected, f"seed {seed}: {rejected} rejected by the ledger, {refused} with a reason"
        else:
            assert rule and message, f"seed {seed}: refused without a reason"
        if rows is not None and rows_in:
            assert rows_in == rows, f"seed {seed}: {rows} rows in the file, {rows_in} counted"
            tally["rows_known"] += rows
        tally[state] += 1
        tally["rows"] += rows_in
        tally["rows_rejected"] += rejected
    return tally


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    tally: Counter = Counter()
    began = time.monotonic()
    for start in range(options.seed, options.seed + options.files, BATCH):
        with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
            open_the_gate(patch)
            tally += run_batch(build_house(Path(folder)), range(start, min(start + BATCH, options.seed + options.files)))
        print(f"{tally['files']:,} files, {time.monotonic() - began:.0f} s", end="\r", flush=True)
    print(
        f"{tally['files']:,} files from seed {options.seed}: {tally['loaded']:,} loaded, {tally['rejected']:,} refused; "
        f"{tally['rows']:,} rows in, {tally['rows_rejected']:,} rejected, 0 lost; 0 crashes; {time.monotonic() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
