"""Incremental builds of random histories against everything made anew: every table must be the same."""

from __future__ import annotations

from datetime import date
from hashlib import md5
from pathlib import Path

import pytest

from include import ingest, stages, transform, warehouse
from include.errors import GateStop
from include.publish import history
from include.settings import Settings
from tests.oracle import chain, histories
from tests.oracle.build import Party, at
from tests.oracle.pinned import pin
from tests.oracle.world import settings_of

SEED, COUNT = 11, 500
# one full build, then days on which facts become known and dates come
FIRST, DAYS = date(2024, 10, 2), (date(2024, 10, 3), date(2024, 10, 14), date(2024, 10, 28))
LAYERS = ("rules", "staging", "people", "dormancy")
# what a day moves for everybody is counted in these; other views are read within one build only
VIEWS = ("int_dormancy__current", "int_segment__measure", "int_value__summary")
TABLES = f"""
    select schema_name || '.' || table_name from duckdb_tables()
    where schema_name in ('staging', 'intermediate') and not temporary
    union all select schema_name || '.' || view_name from duckdb_views() where view_name in {VIEWS} order by 1
"""

# one whose call names him, and one whose call names nothing but a row of our list; what they say names nothing but the call
CALLED, LISTED = "CALLED", "LISTED"
WAITING = "WAITING"
LISTED_ID = "p_" + md5(f"generic|{LISTED}".encode()).hexdigest()[:16]


def spoken_with() -> list:
    """Two sleepers who leave for a competitor, as a hearing says that becomes known on the second day."""
    parties = []
    for name, whom in ((CALLED, {"party_id": CALLED}), (LISTED, {"list_row_id": "row_1"})):
        party = Party(name, "2022-01-10").order("2023-01-10")
        party.add("calls", FIRST, call_id=f"{name}-c", direction="outbound", started_at=at("2024-10-01", 14), **whom)
        party.add(
            "hearings", DAYS[1], hearing_id=f"{name}-h", call_id=f"{name}-c", heard_at=at("2024-10-01", 14), reason_code="EXT_COMPETITOR",
        )  # fmt: skip
        parties.append(party.rows)
    return parties


def waiting() -> Party:
    """A sleeper since 2024-09-25 whose question stays open: nothing becomes known of her, and her evidence grows older."""
    return Party(WAITING, "2022-01-10").order("2024-06-27").inquiry("2024-07-01", inquiry_id="i-waiting")


def load_own_list(settings: Settings) -> None:
    day = date(2024, 9, 30)
    row = {"list_id": "w_phone_20240930", "list_row_id": "row_1", "campaign_id": "w", "person_id": LISTED_ID, "anchor_on": str(day), "cell": "treat", "channel": "phone"}
    history.keep(settings, set(), day, history.render([row], {}, day))
    assert not ingest.load_source(settings, history.SOURCE, FIRST, "oracle").is_red


def build_day(settings: Settings, day: date, layers: tuple[str, ...] = LAYERS) -> None:
    """Rules to value, or only so far, with the bookkeeping of a real build."""
    run_id = f"test_{day}"
    assert stages.plan_build(settings, day, run_id)
    for layer in layers:
        stages.build_layer(settings, layer, day, run_id)
    stages.finish_build(settings, day, run_id)


def contents(settings: Settings) -> dict[str, tuple]:
    """Table -> (rows, sum of the hashes of its rows), columns by name."""
    found = {}
    with warehouse.reader(settings) as connection:
        for [table] in connection.execute(TABLES).fetchall():
            columns = ", ".join(sorted(row[0] for row in connection.execute(f"describe {table}").fetchall()))
            found[table] = connection.execute(f"select count(*), sum(hash({columns})::hugeint) from {table}").fetchone()
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[dict, dict, list[int], Settings]:
    root = Path(tmp_path_factory.mktemp("incremental") / "data")
    pin(root / "rules")
    settings = settings_of(root)
    chain.load(settings, [*histories.parties(SEED, COUNT), *spoken_with(), waiting().rows], FIRST, histories.PRODUCTS)
    load_own_list(settings)
    build_day(settings, FIRST)
    concerned = []
    for day in DAYS:
        build_day(settings, day)
        with warehouse.reader(settings) as connection:
            [is_incremental] = connection.execute("select is_incremental from ops.build_plan").fetchone()
            concerned.append(connection.execute("select count(*) from ops.changed_party").fetchone()[0])
        assert is_incremental
    incremental = contents(settings)
    for layer in LAYERS[1:]:
        transform.build(settings, layer, DAYS[-1])
    return incremental, contents(settings), concerned, settings


def test_incremental_builds_equal_a_full_one_table_by_table(built):
    incremental, full, _, _ = built
    assert len(full) > 50
    assert {f"intermediate.{view}" for view in VIEWS} <= full.keys()
    assert {table for table in full if incremental[table] != full[table]} == set()


def test_incremental_builds_worked_on_few_parties_and_not_on_none(built):
    _, full, concerned, _ = built
    everybody = full["intermediate.int_identity__party"][0]
    assert everybody >= COUNT
    assert all(0 < count < everybody / 2 for count in concerned)


def test_a_hearing_that_names_only_its_call_is_heard_by_an_incremental_build(built):
    _, _, _, settings = built
    with warehouse.reader(settings) as connection:
        found = connection.execute(
            "select party.source_id, state.state from intermediate.int_dormancy__state_spell as state"
            " join intermediate.int_identity__party as party using (person_id)"
            " where party.source_id in (?, ?) and state.valid_to is null order by 1",
            [CALLED, LISTED],
        ).fetchall()
    assert found == [(CALLED, "churned"), (LISTED, "churned")]


def test_an_open_question_grows_older_in_an_incremental_build_until_the_30th_day_of_dormancy(built):
    _, _, _, settings = built
    with warehouse.reader(settings) as connection:
        found = connection.execute(
            "select spell.dormant_on, signal.silent_days from intermediate.int_cause__signal_event as signal"
            " join intermediate.int_cause__spell as spell using (person_id, spell_no)"
            " where signal.signal_code = 'unresolved' and signal.evidence_refs = 'inquiries:generic:i-waiting'"
        ).fetchall()
    assert found == [(date(2024, 9, 25), (date(2024, 10, 24) - date(2024, 7, 1)).days)]


@pytest.mark.parametrize("broken", ["select *", "select * replace (null as spell_no)"])
def test_an_incremental_build_looks_for_broken_keys_among_the_rows_it_wrote(built, broken):
    _, _, _, settings = built

    def check() -> None:
        transform._invoke(settings, ["test", "--select", "int_dormancy__spell_one_row_per_key"], DAYS[-1], extent="changed")

    check()
    with warehouse.writer(settings) as connection:
        connection.execute("create table ops.kept as select * from intermediate.int_dormancy__spell")
        for schema in ("intermediate", "changed"):
            connection.execute(f"insert into {schema}.int_dormancy__spell {broken} from changed.int_dormancy__spell limit 1")
    with pytest.raises(GateStop):
        check()
    with warehouse.writer(settings) as connection:
        connection.execute("create or replace table intermediate.int_dormancy__spell as select * from ops.kept; drop table ops.kept")


def test_a_stale_row_of_a_party_nobody_noted_would_be_seen(built):
    """The comparison can fail: a row changed behind the build's back differs from a full one."""
    _, full, _, settings = built
    with warehouse.writer(settings) as connection:
        connection.execute("update intermediate.int_dormancy__spell set dormant_on = dormant_on + 1 where spell_no = 1")
    assert contents(settings)["intermediate.int_dormancy__spell"] != full["intermediate.int_dormancy__spell"]
