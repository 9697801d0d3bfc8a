"""Law 5 and 8: the snapshot is whole, audited, without personal data, and never in a reader's way."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from include import files, warehouse
from include import settings as settings_module
from include.errors import GateStop
from include.publish import swap_serving
from include.publish.serving import current_as_of, personal_columns

DAY = date(2024, 4, 1)
NEXT = DAY + timedelta(days=1)


def model(name: str, columns: dict[str, bool], serve: bool, grain=()) -> dict:
    return {
        "name": name, "schema": "marts", "alias": name, "resource_type": "model",
        "config": {"meta": {"serve": serve, "grain": list(grain)}},
        "columns": {column: {"name": column, "config": {"meta": {"pii": True} if pii else {}}} for column, pii in columns.items()},
    }  # fmt: skip


MODELS = {
    "dim_person": model(
        "dim_person", {"person_id": False, "prefecture_code": False, "email": True}, True, ["person_id"]
    ),
    "dim_contact": model("dim_contact", {"person_id": False, "email": True}, False),
    "kpi_waterfall": model("kpi_waterfall", {"step_no": False, "party_count": False, "as_of": False}, True),
}


class Serving:
    def __init__(self, root: Path):
        self.settings = settings_module.load({"DATA_ROOT": str(root / "data"), "OKOSHI_THREADS": "2"})
        self.manifest = root / "manifest.json"
        self.use(MODELS)

    def use(self, models: dict) -> None:
        self.manifest.write_text(json.dumps({"nodes": models, "exposures": {}}))

    def fill(self, persons: int, as_of: date = DAY) -> None:
        with warehouse.writer(self.settings) as connection:
            connection.execute("create schema if not exists marts")
            connection.execute("delete from ops.policy")
            connection.execute("insert into ops.policy (policy_version, as_of) values ('pol1', ?)", [as_of])
            connection.execute(
                "create or replace table marts.dim_person as select 'p_' || (i * 7919) % 100003 as person_id, '13' as prefecture_code,"
                f" 'secret' || i || '@example.com' as email, 'undocumented' as extra from range({persons}) as r(i)"
            )
            connection.execute(
                "create or replace table marts.dim_contact as select 'p' as person_id, 'secret@x' as email"
            )
            connection.execute(
                f"create or replace table marts.kpi_waterfall as select 1 as step_no, {persons} as party_count, date '{as_of}' as as_of"
            )

    def swap(self, as_of: date = DAY):
        return swap_serving(self.settings, as_of, "run-1", self.manifest)

    @property
    def current(self) -> Path:
        return self.settings.serving / "current.duckdb"

    def ask(self, query: str):
        with warehouse.reader(self.settings, self.current) as connection:
            return connection.execute(query).fetchall()

    def files(self) -> dict[str, bytes]:
        root = self.settings.serving
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.suffix != ".duckdb"
        }


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    made = Serving(tmp_path)
    made.fill(3000)
    return made


def test_the_snapshot_holds_served_marts_without_personal_columns(serving):
    snapshot = serving.swap()
    assert (snapshot.tables, snapshot.rows, snapshot.is_current) == (2, 3001, True)
    tables = {row[0] for row in serving.ask("select table_name from duckdb_tables()")}
    assert tables == {"dim_person", "kpi_waterfall", "meta_snapshot"}
    assert [row[0] for row in serving.ask("describe dim_person")] == ["person_id", "prefecture_code"]
    assert serving.ask("select as_of, policy_version from meta_snapshot") == [(DAY, "pol1")]
    assert not any(b"secret" in data for data in [*serving.files().values(), serving.current.read_bytes()])


def test_the_manifest_tells_rows_sha256_and_rule_versions(serving):
    serving.swap()
    manifest = json.loads((serving.settings.serving / "2024-04-01" / "manifest.json").read_text())
    assert (serving.settings.serving / "manifest.json").read_text() == json.dumps(
        manifest, ensure_ascii=False, indent=2, sort_keys=True
    ) + "\n"
    assert manifest["as_of"] == "2024-04-01" and manifest["policy_version"] == "pol1"
    assert manifest["tables"]["dim_person"] == {
        "rows": 3000, "sha256": files.sha256_of(serving.settings.serving / "2024-04-01" / "dim_person.parquet"),
    }  # fmt: skip
    assert "rule_retention" in manifest["rules"]


def test_parquet_is_ordered_by_key_and_the_same_bytes_from_any_row_order(serving):
    serving.swap()
    before = serving.files()
    with warehouse.writer(serving.settings) as connection:
        connection.execute(
            "create or replace table marts.dim_person as select * from marts.dim_person order by hash(person_id)"
        )
    files.remove(serving.settings.serving)
    serving.swap()
    assert serving.files() == before
    path = serving.settings.serving / "2024-04-01" / "dim_person.parquet"
    keys = [row[0] for row in duckdb.sql(f"select person_id from read_parquet('{path}')").fetchall()]
    assert keys == sorted(keys) and len(keys) == 3000


def test_the_same_input_again_leaves_every_file(serving):
    serving.swap()
    before, inode = serving.files(), serving.current.stat().st_ino
    serving.swap()
    assert serving.files() == before and serving.current.stat().st_ino == inode


def test_other_input_for_the_same_date_replaces_the_snapshot_whole(serving):
    serving.swap()
    serving.fill(10)
    serving.swap()
    assert serving.ask("select count(*) from dim_person") == [(10,)]
    assert (
        json.loads((serving.settings.serving / "manifest.json").read_text())["tables"]["dim_person"]["rows"]
        == 10
    )
    assert [path.name for path in serving.settings.serving.glob(".*")] == []


def test_a_run_for_an_older_date_never_moves_the_current_snapshot(serving):
    serving.fill(20, NEXT)
    serving.swap(NEXT)
    before = serving.current.read_bytes()
    serving.fill(10, DAY)
    snapshot = serving.swap(DAY)
    assert snapshot.is_current is False
    assert serving.current.read_bytes() == before and current_as_of(serving.settings) == NEXT
    assert (serving.settings.serving / "2024-04-01" / "dim_person.parquet").exists()
    assert json.loads((serving.settings.serving / "manifest.json").read_text())["as_of"] == "2024-04-02"


def test_an_open_reader_keeps_its_snapshot_and_the_swap_does_not_wait(serving):
    serving.swap()
    reader = duckdb.connect(str(serving.current), read_only=True)
    serving.fill(10, NEXT)
    serving.swap(NEXT)
    assert reader.execute("select count(*) from dim_person").fetchone() == (3000,)
    reader.close()
    assert serving.ask("select count(*) from dim_person") == [(10,)]


def test_readers_in_a_loop_see_one_snapshot_or_the_other_never_a_mix(serving):
    serving.swap()
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            with duckdb.connect(str(serving.current), read_only=True) as connection:
                row = connection.execute(
                    "select (select as_of from meta_snapshot), (select max(as_of) from kpi_waterfall),"
                    " (select party_count from kpi_waterfall) = (select count(*) from dim_person)"
                ).fetchone()
            if row[0] != row[1] or not row[2]:
                wrong.append(row)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for thread in readers:
        thread.start()
    for number in range(1, 5):
        serving.fill(100 * number, DAY + timedelta(days=number))
        serving.swap(DAY + timedelta(days=number))
    stop.set()
    for thread in readers:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("step", ["_export", "_place_parquet", "second_rename", "_place_current", "manifest"])
def test_killed_anywhere_the_next_swap_ends_the_same(serving, monkeypatch, step):
    from include.publish import serving as room

    serving.swap()
    serving.fill(10)
    with monkeypatch.context() as patch:

        def die(*_, **__):
            raise KeyboardInterrupt

        if step == "second_rename":
            patch.setattr(files, "move_directory", die)
        elif step == "manifest":
            patch.setattr(files, "write_atomically", die)
        else:
            patch.setattr(room, step, die)
        with pytest.raises(KeyboardInterrupt):
            serving.swap()
    serving.swap()
    killed = serving.files()
    assert serving.ask("select count(*) from dim_person") == [(10,)]
    files.remove(serving.settings.serving)
    serving.swap()
    assert serving.files() == killed


def test_a_personal_column_that_is_not_marked_stops_the_swap(serving):
    serving.swap()
    before = serving.files()
    leaking = model("dim_person", {"person_id": False, "email": False}, True)
    serving.use(MODELS | {"dim_person": leaking})
    with pytest.raises(GateStop, match="dim_person の列 email"):
        serving.swap()
    assert serving.files() == before


def test_columns_that_are_business_data_elsewhere_are_not_personal_by_name():
    assert {"email", "birth_date", "family_name"} <= personal_columns()
    assert not {"city", "person_id", "status"} & personal_columns()


def test_retention_removes_what_is_older_than_its_area_keeps(serving, monkeypatch):
    from include.publish import retention

    serving.swap()
    old = serving.settings.outbox / "dm" / "2020-01-01" / "list"
    old.mkdir(parents=True)
    kept = serving.settings.outbox / "dm" / "2024-03-01" / "list"
    kept.mkdir(parents=True)
    (serving.settings.serving / "2022-01-01").mkdir()
    gone = retention.sweep(serving.settings, DAY)
    assert {path.name for path in gone} == {"2020-01-01", "2022-01-01"}
    assert not old.exists() and kept.exists() and serving.current.exists()
    assert retention.sweep(serving.settings, DAY) == []


def test_retention_counted_from_a_future_date_removes_no_more_than_today(serving):
    from include.publish import retention

    recent = serving.settings.outbox / "dm" / date.today().isoformat()
    recent.mkdir(parents=True)
    retention.sweep(serving.settings, date(2999, 1, 1))
    assert recent.exists()
