"""Files through the real gate: a drifted file is stopped by name, the others load, and every suite leaves its page."""

from __future__ import annotations

import os
import random
from datetime import date
from pathlib import Path

import pytest

from include import ingest, warehouse
from tests.conftest import REAL_DATA
from tests.unit.ingest.conftest import HEADER, House, build_house

SOURCE = "uci_online_retail"
UCI = REAL_DATA / "online_retail_2010-12_2011-06"
UCI_AS_OF = date(2011, 7, 1)


def shop_csv(day: int, rows: int = 80, factor: int = 1) -> str:
    lines = [
        f"{day}{n:03},{n * 7 % 50},2024-04-{day:02} 10:00:00,5,商品{n % 9},{(500 + n * 13 % 700) * factor},{1 + n % 3}"
        for n in range(rows)
    ]
    return "\n".join([HEADER, *lines]) + "\n"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Six ordinary days are in."""
    made = build_house(tmp_path)
    for day in range(1, 7):
        made.put("shop", f"受注_2024-04-{day:02}.csv", shop_csv(day))
    assert not made.load().is_red
    return made


def profiles_of(house: House) -> list[tuple]:
    return house.rows("select * from ops.delivery_profile order by all")


def test_amounts_times_1000_stop_their_file_although_each_row_is_valid_and_the_next_day_loads(house: House):
    house.put("shop", "受注_2024-04-07.csv", shop_csv(7, factor=1000))
    house.put("shop", "受注_2024-04-08.csv", shop_csv(8))
    result = house.load(run_id="second")
    assert result.is_red and house.kept() == ["受注_2024-04-07.csv"]
    assert house.rows("select count(*) from raw.orders where source_file like '%04-08%'") == [(80,)]
    [message] = [m for m in result.messages if "04-07" in m]
    assert "unit_price: " in message and "中央値が過去 6 回の" in message and "--accept" in message
    assert house.rows("select count(*) from ops.rejected_row where rule_id = 'GX'") == [(1,)]


def test_a_change_that_somebody_let_in_is_the_measure_of_the_next_day(house: House):
    house.put("shop", "受注_2024-04-07.csv", shop_csv(7, factor=1000))
    assert house.load(run_id="second").is_red
    [(delivery,)] = house.rows("select delivery_id from ops.file_ledger where state = 'rejected'")
    path = house.settings.landing / ingest.accept(house.settings, delivery, "総額表示に変更", "経理") / "受注_2024-04-07.csv"
    os.utime(path, (0, 0))
    house.put("shop", "受注_2024-04-08.csv", shop_csv(8, factor=1000))
    result = house.load(run_id="third")
    assert not result.is_red, result.messages
    assert any("経理" in message and "unit_price" in message for message in result.messages)
    assert house.rows("select count(*) from raw.orders where source_file similar to '.*04-0[78].*'") == [(160,)]


def accounts_csv(day: int, registered: bool) -> str:
    rows = [f"A{n},商店{n},{f'2023-04-{1 + n % 28:02} 10:00:00' if registered else ''},2024-04-{day:02} 12:00:00" for n in range(80)]
    return "\n".join(["account_id,account_name,registered_at,known_at", *rows]) + "\n"


def test_a_column_that_nobody_must_know_and_nobody_ever_filled_stops_no_file(tmp_path: Path):
    house = build_house(tmp_path)
    for day in range(1, 8):
        house.put("generic", f"accounts_2024-04-{day:02}.csv", accounts_csv(day, registered=False))
        result = house.load("generic", run_id=f"run{day}")
        assert (result.is_red, result.rows_loaded) == (False, 80), result.messages


def test_the_same_column_once_filled_and_now_empty_stops_its_file(tmp_path: Path):
    house = build_house(tmp_path)
    for day in range(1, 7):
        house.put("generic", f"accounts_2024-04-{day:02}.csv", accounts_csv(day, registered=True))
        assert not house.load("generic", run_id=f"run{day}").is_red
    house.put("generic", "accounts_2024-04-07.csv", accounts_csv(7, registered=False))
    result = house.load("generic", run_id="run7")
    assert result.is_red and any("registered_at: 列が丸ごと空です" in message for message in result.messages)


def test_every_suite_has_its_page_and_what_cannot_be_judged_says_so(house: House):
    pages = house.settings.data_docs / "2024-04-10"
    suites = ("contract", "schema", "volume", "drift")
    assert [name for name in suites if not (pages / f"batch_shop.{name}.html").exists()] == []
    assert "判定不能" in (pages / "batch_shop.drift.html").read_text()
    index = (house.settings.data_docs / "index.html").read_text()
    assert "batch_shop.drift.html" in index and "分布の変化 判定不能" in index
    unknown = house.rows("select distinct message_ja from ops.gate_result where is_success is null")
    assert unknown == [("判定不能: 過去の納品と比べて判定できる",)]


def test_profiles_are_kept_at_the_commit_and_made_again_from_raw(house: House):
    kept = profiles_of(house)
    assert {row[0] for row in kept} == {row[0] for row in house.rows("select delivery_id from ops.file_ledger")}
    with warehouse.writer(house.settings) as connection:
        connection.execute("delete from ops.delivery_profile")
    house.put("shop", "受注_2024-04-07.csv", shop_csv(7, factor=1000))
    assert house.load(run_id="second").is_red
    assert profiles_of(house) == kept


def test_profiles_hold_no_value_of_a_person(house: House):
    parts = house.rows("select distinct kind, parts from ops.delivery_profile where kind <> 'code'")
    assert all("商品" not in text for _, text in parts)


@pytest.mark.real_data
def test_real_days_pass_out_of_order_in_two_runs_and_a_day_times_1000_is_stopped(tmp_path: Path):
    house = build_house(tmp_path)
    files = sorted(UCI.glob("*.csv"))
    random.Random(5).shuffle(files)
    last, files = files[-1], files[:-1]
    for run, some in (("one", files[:60]), ("two", files[60:])):
        for path in some:
            house.put(SOURCE, path.name, path.read_bytes())
        result = house.load(SOURCE, UCI_AS_OF, run)
        assert not result.is_red, result.messages
    header, *lines = last.read_text(encoding="utf-8").splitlines()
    at = header.split(",").index("UnitPrice") - len(header.split(","))
    house.put(SOURCE, last.name, "\n".join([header, *(_times_1000(line, at) for line in lines)]))
    result = house.load(SOURCE, UCI_AS_OF, "three")
    assert result.is_red and "unit_price: " in result.messages[0] and "net_amount: " in result.messages[0]


def _times_1000(line: str, at: int) -> str:
    cells = line.split(",")
    cells[at] = str(float(cells[at]) * 1000)
    return ",".join(cells)
