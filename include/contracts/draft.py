"""A first contract from a sample file: what its columns are called elsewhere says what they feed here."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from include.contracts.load import canonical, load_contracts, required_columns
from include.contracts.model import ColumnRule, Contract
from include.errors import GateStop
from include.ingest import decode, read, structure
from include.ingest.headers import key
from include.ingest.problems import BadFile

SAMPLE_ROWS = 1000
VALUES_SHOWN = 20


@dataclass
class Sample:
    """Header cells, some rows, and how the file was read."""

    encoding: str
    delimiter: str
    preamble_rows: int
    header: list[str]
    rows: list[list[str]]


@dataclass
class Fit:
    """How well an entity fits a header: canonical column -> (header cell, how another contract reads it)."""

    entity: str
    columns: dict[str, tuple[str, ColumnRule]] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        needed = required_columns(canonical().entities[self.entity])
        return [name for name in needed if name not in self.columns]


def draft(dirs: tuple[Path, ...], path: Path, source: str | None = None) -> str:
    """YAML text of a contract for a file like this one. Raises `GateStop` for a file that is no delimited text."""
    contracts = load_contracts(dirs)
    index = _index(contracts)
    sample = _sample(path, frozenset(index))
    fit = _best_fit(sample.header, index)
    return "\n".join([*_head(path, source or _slug(path.stem), sample), *_feed(fit, sample), ""])


def _index(contracts: dict[str, Contract]) -> dict[str, list[tuple[str, str, ColumnRule]]]:
    """Header key -> every (entity, canonical column, rule) that some contract reads from it."""
    found = defaultdict(list)
    for contract in contracts.values():
        for feed in contract.feeds:
            for name, rule in feed.columns.items():
                if name not in canonical().entities[feed.entity].columns:
                    continue
                for column in rule.sources:
                    found[key(column)].append((feed.entity, name, rule))
    return found


def _sample(path: Path, known: frozenset[str]) -> Sample:
    try:
        encoding = decode.detect(path, ("auto",), known)
        texts = decode.pieces(path, encoding)
        start = next(texts)
        delimiter = read.delimiter_of(start, known)
        records = next(structure.scan(chain([start], texts), delimiter, read.HEADER_SEARCH + SAMPLE_ROWS))
    except BadFile as error:
        raise GateStop("contract", f"{path.name}: {error.reason} ({error.rule_id})。{error.fix}。") from None
    heads = [records.cells(place) for place in range(min(read.HEADER_SEARCH, len(records)))]
    place = max(range(len(heads)), key=lambda at: (sum(key(cell) in known for cell in heads[at]), len(heads[at]), -at))
    rows = [records.cells(at) for at in range(place + 1, min(place + 1 + SAMPLE_ROWS, len(records)))]
    return Sample(encoding, delimiter, place, [cell.strip() for cell in heads[place]], rows)


def _best_fit(header: list[str], index: dict[str, list[tuple[str, str, ColumnRule]]]) -> Fit:
    """The entity whose required columns are there and that most columns speak for; the first in canonical order of equals."""
    fits = {name: Fit(name) for name in canonical().entities}
    for cell in header:
        for entity, name, rule in index.get(key(cell), ()):
            fits[entity].columns.setdefault(name, (cell, rule))
    return max(fits.values(), key=lambda fit: (not fit.missing, len({cell for cell, _ in fit.columns.values()}), -len(fit.missing)))


def _slug(stem: str) -> str:
    text = re.sub(r"[^a-z0-9]+", "_", re.sub(r"\d{4,}", "", stem.lower())).strip("_")
    return text if re.match("[a-z]", text) else "new_source"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _head(path: Path, source: str, sample: Sample) -> list[str]:
    pattern = re.sub(r"\d{4}[-_]?\d{2}[-_]?\d{2}.*", "*", path.stem) + path.suffix
    lines = [
        "# 見本から作った下書きです。title, owner, mode, purposes と、下の注記を確かめてください。",
        f"source: {source}", "version: 1", f"title: {_quoted(path.stem)}", "owner: data-team", f"source_system: {source}",
        f"files: [{_quoted(pattern)}]", "mode: delta  # 全件の出力なら full", f"encoding: {sample.encoding}",
        f"delimiter: {_quoted(sample.delimiter)}",
    ]  # fmt: skip
    if sample.preamble_rows:
        lines.append(f"preamble_rows: {sample.preamble_rows}")
    return [*lines, "purposes: [analytics]  # 販促に使ってよい取得目的なら marketing を加える"]


def _feed(fit: Fit, sample: Sample) -> list[str]:
    lines = ["feeds:", f"  - entity: {fit.entity}", "    columns:"]
    for name in canonical().entities[fit.entity].columns:
        if name in fit.columns:
            lines += _column(fit, name, sample)
        elif name in fit.missing:
            lines.append(f"      # 必須の {name} にあたる列が見つかりません。{name}: 列名 を書いてください")
    used = {cell for cell, _ in fit.columns.values()}
    if left := [cell for cell in sample.header if cell and cell not in used]:
        lines.append("# 割り当てのない列 (取り込むと extra_json に残ります。要らない列は ignore へ): " + ", ".join(left))
    return lines


def _column(fit: Fit, name: str, sample: Sample) -> list[str]:
    """One line; a code column carries the words other contracts have for the values of the sample."""
    cell, rule = fit.columns[name]
    column = canonical().entities[fit.entity].columns[name]
    if not column.codes:
        extra = "".join(f", {key}: {value}" for key, value in (("part", rule.part), ("id_format", rule.id_format)) if value)
        return [f"      {name}: {{from: {_quoted(cell)}{extra}}}" if extra else f"      {name}: {_quoted(cell)}"]
    place = sample.header.index(cell)
    values = sorted({row[place].strip() for row in sample.rows if len(row) > place and row[place].strip()})[:VALUES_SHOWN]
    words = {code: code for code in column.codes} | (rule.map or {})
    known = ", ".join(f"{_quoted(value)}: {_quoted(words[value])}" for value in values if words.get(value))
    lines = [f"      {name}: {{from: {_quoted(cell)}, map: {{{known}}}}}"]
    if unknown := [value for value in values if not words.get(value)]:
        lines.append(f"      # map に加える値: {', '.join(unknown)} (使える値: {', '.join(column.codes)})")
    return lines
