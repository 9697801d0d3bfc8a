"""The benchmark measures what it says: the same file both ways, each in a process of its own."""

from __future__ import annotations

import json
import sys

import pytest

from include import warehouse
from include.benchmark import build, identity
from include.benchmark import ingest as benchmark
from include.benchmark import value as value_benchmark
from include.errors import GateStop
from include.settings import REPO, Settings


@pytest.mark.parametrize(
    ("source", "name", "entities", "counts"),
    [
        (benchmark.SOURCE, "受注_20240930.csv", "order_lines,orders", (40, 200, 0)),
        (benchmark.CUSTOMERS, "会員_20240930.csv", "customers", (0, 0, 200)),
    ],
)
def test_the_file_is_one_that_its_contract_takes_whole(config: Settings, source: str, name: str, entities: str, counts: tuple):
    from include import ingest

    ingest.prepare(config)
    benchmark.write(config, source, config.landing / source / name, 200)
    benchmark.load(config, source)
    with warehouse.reader(config) as connection:
        found = connection.execute("select rows_in, rows_loaded, entities from ops.file_ledger").fetchall()
        rows = [connection.execute(f"select count(*) from raw.{e}").fetchone()[0] for e in ("orders", "order_lines", "customers")]
        filled = connection.execute(
            "select count(family_name), count(family_name_kana), count(birth_date), count(email), count(phone), count(postal_code),"
            " count(prefecture_code), count(city), count(address_line1), count(distinct phone) from raw.customers"
        ).fetchone()
    assert (found, tuple(rows)) == ([(200, 200, entities)], counts)
    assert set(filled) == {counts[-1]}  # nothing of a customer is lost on the way, no number comes twice


def test_both_ways_are_measured_and_kept(config: Settings, capsys):
    assert benchmark.run(config, 200) == 0
    figures = json.loads((config.data_root / "benchmark" / "ingest.json").read_text())
    assert [figures[source]["rows"] for source in benchmark.CELLS] == [200, 20]
    measured = [figures[source][way] for source in benchmark.CELLS for way in benchmark.WAYS]
    assert min(way[key] for way in measured for key in ("seconds", "peak_mb")) > 0
    assert (figures["history"], figures["delta_lines"], len(figures["delta"])) == ([20, 222], 2, 2)
    said = capsys.readouterr().out
    assert said.count("ingest / floor") == 2 and "a day of 2 lines after 222" in said
    assert not (config.work / "benchmark" / "ingest").exists()


def test_every_tenth_person_of_the_identity_benchmark_is_known_to_two_systems(config: Settings):
    assert identity.fill(config, 100) == 110
    with warehouse.reader(config) as connection:
        found = connection.execute(
            "select source_system, count(*), count(distinct email) from raw.customers"
            " semi join ops.file_ledger using (delivery_id) group by all order by all"
        ).fetchall()
        [same] = connection.execute("select count(*) - count(distinct email) from raw.customers").fetchone()
    assert (found, same) == ([("eccube", 100, 100), ("shopify", 10, 10)], 10)


def test_a_day_of_the_benchmark_brings_new_customers_and_moves_known_ones(config: Settings):
    identity.fill(config, 100)
    with warehouse.writer(config) as connection:
        identity.add_a_day(connection, 100, 2, "second", "timestamp '2024-10-02 12:00:00'")
        found = connection.execute(
            "select source_customer_id, count(*), count(distinct phone), count(distinct postal_code), count(distinct record_hash)"
            " from raw.customers where source_system = 'eccube' group by all having max(delivery_id) = 'second' order by all"
        ).fetchall()
    assert found == [("100", 1, 0, 1, 1), ("101", 1, 1, 1, 1), ("50", 2, 2, 2, 2), ("51", 2, 2, 2, 2)]


def test_value_of_the_benchmark_is_learned_and_scored_for_everybody(config: Settings, tmp_path):
    own = [sys.executable, "-m", "include.benchmark.value", str(tmp_path)]
    made = value_benchmark._measure(tmp_path, [*own, "3000"])
    found = value_benchmark._measure(tmp_path, own)
    assert 3_000 < made["purchases"] < 30_000
    assert 0 < found["once_alive"] < 1
    assert found["seconds"] == pytest.approx(sum(found["parts"].values()), abs=0.1)
    assert found["peak_mb"] > 50
    with warehouse.writer(config, tmp_path / "count.duckdb") as connection:
        scores = f"from '{tmp_path}/scores.parquet'"
        counted = connection.execute(f"select count(*), count(distinct person_id), count(return_likelihood) {scores}").fetchone()
    assert counted == (3000, 3000, 3000)


def test_both_ways_are_set_side_by_side():
    way = {"seconds": 2.0, "cpu_seconds": 3.0, "peak_mb": 300.0, "once_alive": 0.7, "parts": {"summary": 1, "fit": 0.5, "score": 0.5}}
    peer = {**way, "seconds": 20.0, "peak_mb": 1200.0, "once_alive": 1.0}
    figures = {"persons": 10, "purchases": 60, "okoshi": way, "lifetimes": peer, "speed_ratio": 10.0, "memory_ratio": 0.25}
    assert value_benchmark.table(figures).endswith("10.0 times as fast, 25% of the memory")


def test_an_environment_that_cannot_be_made_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(value_benchmark, "REQUIREMENTS", tmp_path / "requirements-none.txt")
    monkeypatch.setattr(value_benchmark.sys, "executable", str(tmp_path / "python"))
    with pytest.raises(GateStop, match="requirements-none.txt"):
        value_benchmark.peer_environment(tmp_path / "env")


def test_neither_demo_nor_test_installs_the_package_of_the_benchmark():
    assert "lifetimes" not in (REPO / "requirements.txt").read_text()
    recipes = (REPO / "Makefile").read_text().split("lock:")[0]
    assert "requirements-lifetimes" not in recipes


def test_the_build_is_measured_in_full_and_for_days_with_and_without_new_customers(config: Settings, capsys):
    assert build.run(config, 300) == 0
    figures = json.loads((config.data_root / "benchmark" / "build.json").read_text())
    assert (figures["persons"], figures["changed"]) == (300, 3)
    assert {name: day["newcomers"] for name, day in figures["days"].items()} == {"orders": 0, "people": 1}
    assert figures["orders"] > 300
    assert all(seconds[0] > 0 for seconds in figures["folders"].values())
    # who is who stays where nobody is new, and entities that brought nothing are left out
    orders, people = (day["models"] for day in figures["days"].values())
    assert 0 < orders < people < figures["full_models"]
    assert "floor" in capsys.readouterr().out
