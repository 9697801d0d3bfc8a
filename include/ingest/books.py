"""The books of a delivery: in = loaded + rejected + superseded, counted at every step and held against each other.

Counted where rows are read (the reader), where they are typed (cells, feeds) and where they end (entity tables), so that a
row that is lost or doubled on the way stops the source instead of being told as loaded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import duckdb

from include.contracts import Contract, Entity, Feed, canonical
from include.errors import GateStop
from include.ingest.deliveries import Delivery

TALLY_DDL = "create table tally (place integer, what varchar, n bigint)"
BAD = "select place, count(distinct row_no), count(distinct case when row_no is null then line end) from bad group by place"


@dataclass(frozen=True)
class Taken:
    """A delivery that could be read, its number in the scratch database, and how many rows it has."""

    place: int
    delivery: Delivery
    rows_in: int


@dataclass(frozen=True)
class Counts:
    """Rows of one file; `superseded`: every record they made has a newer version in the same delivery."""

    loaded: int
    rejected: int
    superseded: int


def note(connection: duckdb.DuckDBPyConnection, contract: Contract, typed: list[tuple[Feed, str]]) -> None:
    """Count one chunk of `cells_now` after typing; `typed`: each feed and its typed table, `bad_now` what is wrong there."""
    _add(connection, "'cells'", "count(*)", "cells_now")
    for feed, table in typed:
        if feed.when is None and feed.split is None:
            _add(connection, "'taken'", "count(*)", table)
            _add(connection, "'to take'", "count(*)", "cells_now")
    whole = [(feed.entity, table) for feed, table in typed if not feed.grain]
    for entity in dict.fromkeys(entity for entity, _ in whole):
        rows = " union all ".join(f"select place, row_no, line from {table}" for name, table in whole if name == entity)
        good = f"({rows}) as t where not exists (select 1 from bad_now as b where b.row_no = t.row_no)"
        _add(connection, f"'made {entity}'", _measure(contract, "line"), good)


def note_grains(connection: duckdb.DuckDBPyConnection, contract: Contract, entity: str, stage: str) -> None:
    """Count the records that the rows of a whole file were put together to."""
    _add(connection, f"'made {entity}'", _measure(contract, "line"), stage)


def _add(connection: duckdb.DuckDBPyConnection, what: str, measure: str, rows: str) -> None:
    connection.execute(f"insert into tally select place, {what}, {measure} from {rows} group by place")


def _measure(contract: Contract, line: str) -> str:
    """A first load is unfolded into versions: its rows are counted by their line."""
    return f"count(distinct {line})" if contract.history == "first_load" else "count(*)"


def close(connection: duckdb.DuckDBPyConnection, contract: Contract, taken: list[Taken]) -> dict[int, Counts]:
    """The counts of every file by its place. Raises `GateStop('books', …)` where they do not come out even."""
    tally: dict[int, Counter[str]] = defaultdict(Counter)
    for place, what, n in connection.execute("select place, what, sum(n)::bigint from tally group by all").fetchall():
        tally[place][what] = n
    # a row that is no row has a line but no number
    bad = {place: found for place, *found in connection.execute(BAD).fetchall()}
    ends, replaced = _ends(connection, contract), superseded(connection, contract)
    counts = {}
    for one in taken:
        mine, here = tally[one.place], one.delivery.delivery_id
        wrong, torn = bad.get(one.place, (0, 0))
        _hold(one.delivery, "読んだ行", one.rows_in, mine["cells"] + torn)
        _hold(one.delivery, "型を付けた行", mine["to take"], mine["taken"])
        for entity, rows in ends.items():
            _hold(one.delivery, entity, mine[f"made {entity}"], rows[here])
        counts[one.place] = Counts(mine["cells"] - wrong - replaced[here], wrong + torn, replaced[here])
    return counts


def hold(delivery: Delivery, rows_in: int, loaded: int, rejected: int, replaced: int) -> None:
    """The last word before the ledger. Raises `GateStop('books', …)`."""
    if min(loaded, rejected, replaced) < 0:
        _hold(delivery, "取込・除外・置換のどれかが負", rows_in, min(loaded, rejected, replaced))
    _hold(delivery, "取込 + 除外 + 置換", rows_in, loaded + rejected + replaced)


def _hold(delivery: Delivery, what: str, before: int, after: int) -> None:
    if before != after:
        raise GateStop(
            "books",
            f"{delivery.source}/{delivery.file_name}: 行数が合わないため、この取込元は何も取り込んでいません"
            f" ({what}: {before} 行が {after} 行に)。ファイルは landing に残っています。データ基盤の担当者に知らせてください。",
        )


def _entities(contract: Contract) -> list[Entity]:
    return [canonical().entities[name] for name in dict.fromkeys(feed.entity for feed in contract.feeds)]


def _ends(connection: duckdb.DuckDBPyConnection, contract: Contract) -> dict[str, Counter[str]]:
    """Entity -> delivery -> rows that are there to be loaded."""
    measure = _measure(contract, "source_row")
    return {
        entity.name: Counter(
            dict(connection.execute(f"select delivery_id, {measure} from {entity.name} group by delivery_id").fetchall())
        )
        for entity in _entities(contract)
    }


def superseded(connection: duckdb.DuckDBPyConnection, contract: Contract) -> Counter[str]:
    """Delivery -> file rows all of whose records are replaced by a newer row of the same key in the same delivery (N44).

    Newer: known later, then further down the file, as staging orders versions. They stay in raw as earlier versions.
    """
    entities = _entities(contract)
    doubled = [entity for entity in entities if _has_doubles(connection, contract, entity)]
    if not doubled:
        return Counter()
    fates = []
    for entity in entities:
        key = ", ".join(["delivery_id", "source_system", *entity.key])
        newest = "max({'known_at': known_at, 'line': source_row}) over (partition by " + key + ")"
        is_replaced = f"source_row <> ({newest}).line" if entity in doubled else "false"
        fates.append(f"select delivery_id, source_row, {is_replaced} as is_replaced from {entity.name}")
    rows = connection.execute(
        "select delivery_id, count(*) from ("
        f"select delivery_id, source_row from ({' union all '.join(fates)}) group by all having bool_and(is_replaced)"
        ") group by delivery_id"
    ).fetchall()
    return Counter(dict(rows))


def _has_doubles(connection: duckdb.DuckDBPyConnection, contract: Contract, entity: Entity) -> bool:
    feeds = [feed for feed in contract.feeds if feed.entity == entity.name]
    numbered = [name for name in entity.key if name in feeds[0].columns and feeds[0].columns[name].row_number]
    if len(feeds) == 1 and numbered:
        return False  # a number within the rest of the key cannot come twice
    key = ", ".join([*entity.key, "source_system", "delivery_id"])
    # by hash, which needs a fraction of the memory; two keys of one hash cost time and change nothing
    found = connection.execute(
        f"select 1 from {entity.name} group by hash({key}) having min(source_row) <> max(source_row) limit 1"
    ).fetchone()
    return found is not None
