"""The benchmark measures what it says: the same file both ways, each in a process of its own."""

from __future__ import annotations

import json

from include import warehouse
from include.benchmark import identity
from include.benchmark import ingest as benchmark
from include.settings import Settings


def test_the_order_file_is_one_that_its_contract_takes_whole(config: Settings):
    from include import ingest

    ingest.prepare(config)
    benchmark.write_orders(config, config.landing / benchmark.SOURCE / "受注_20240930.csv", 200)
    benchmark._load(config)
    with warehouse.reader(config) as connection:
        found = connection.execute("select rows_in, rows_loaded, entities from ops.file_ledger").fetchall()
        counts = connection.execute("select (select count(*) from raw.orders), (select count(*) from raw.order_lines)").fetchone()
    assert (found, counts) == ([(200, 200, "order_lines,orders")], (40, 200))


def test_both_ways_are_measured_and_kept(config: Settings, capsys):
    assert benchmark.run(config, 200) == 0
    figures = json.loads((config.data_root / "benchmark" / "ingest.json").read_text())
    assert figures["lines"] == 200
    assert min(figures[way][key] for way in ("floor", "ingest") for key in ("seconds", "peak_mb")) > 0
    assert (figures["history"], figures["delta_lines"], len(figures["delta"])) == ([20, 222], 2, 2)
    said = capsys.readouterr().out
    assert "ingest / floor" in said and "a day of 2 lines after 222" in said
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
