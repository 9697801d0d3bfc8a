"""Each planted change of a delivery is found although every row is valid; ordinary days are left alone."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, datetime, timedelta
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pytest

from include import settings as settings_module
from include.contracts import ColumnRule, Feed
from include.quality import drift, limits, profile

AS_OF = date(2024, 4, 30)
FEED = ("order_id", "party_id", "ordered_at", "status", "gross_amount", "net_amount", "paid_at")
NAMES = ("source_customer_id", "family_name", "given_name", "family_name_kana", "birth_date")
SURNAMES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤", "吉田", "山田")
GIVEN = ("翔", "蓮", "陽菜", "葵", "結衣", "大翔", "美咲", "健太", "直樹", "優子", "恵", "誠")


def contract(entity: str, columns: tuple[str, ...]) -> SimpleNamespace:
    return SimpleNamespace(source="shop", feeds=[Feed(entity, {name: ColumnRule() for name in columns})])


@pytest.fixture(scope="module")
def allowed(tmp_path_factory) -> limits.Limits:
    return limits.read(settings_module.load({"DATA_ROOT": str(tmp_path_factory.mktemp("data"))}), AS_OF)


def order(n: int, day: date) -> dict:
    """One valid order; sizes, statuses and gaps repeat in a fixed pattern."""
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=9 + n % 10)
    return {
        "order_id": f"{day:%m%d}{n:04}", "party_id": str(10000 + n * 7 % 900), "ordered_at": at,
        "status": ("paid", "paid", "shipped", "cancelled")[n % 4], "gross_amount": 1000 + n * 37 % 4000,
        "net_amount": 900 + n * 37 % 3600, "paid_at": at if n % 3 else None,
    }  # fmt: skip


def days(count: int, rows: int = 120, first: date = date(2024, 4, 1)) -> dict[date, list[dict]]:
    found = {}
    for number in range(count):
        day = first + timedelta(days=number)
        found[day] = [order(n, day) for n in range(rows + number * 7 % 40)]
    return found


def customer(n: int) -> dict:
    return {
        "source_customer_id": str(n), "family_name": SURNAMES[n * 5 % 12], "given_name": GIVEN[n * 7 % 12],
        "family_name_kana": "サトウ", "birth_date": date(1960 + n % 40, 1 + n % 12, 1),
    }  # fmt: skip


def profiles(entity: str, columns: tuple[str, ...], files: dict[date, list[dict]], mode: str = "delta", known=None):
    connection = duckdb.connect()
    types = {"net_amount": "decimal(18,2)", "gross_amount": "decimal(18,2)", "ordered_at": "timestamp",
             "paid_at": "timestamp", "birth_date": "date"}  # fmt: skip
    rows, listed = [], []
    for day, found in files.items():
        listed.append({"delivery_id": f"d{day}", "file_name": f"受注_{day}.csv", "business_date": day, "mode": mode})
        at = datetime.combine(day, datetime.max.time()).replace(microsecond=0)
        for place, row in enumerate(found):
            meta = {"source_row": place + 2, "delivery_id": f"d{day}", "known_at": (known or (lambda r, a: a))(row, at)}
            rows.append({name: row[name] for name in columns} | meta)
    cast = ", ".join(f"cast({name} as {types.get(name, 'varchar')}) as {name}" for name in columns)
    connection.register("rows_now", pa.Table.from_pylist(rows))
    connection.execute(f"create table t as select {cast}, source_row, delivery_id, known_at from rows_now")
    connection.register("delivery", pa.Table.from_pylist(listed))
    return profile.measure(connection, contract(entity, columns), entity, "t", "delivery", 20000)


def judged(allowed, files, entity="orders", columns=FEED, known=None, mode="delta") -> dict[str, list[drift.Verdict]]:
    """Verdicts by suite over one run of deliveries."""
    found: dict[str, list[drift.Verdict]] = {}
    for verdict in drift.judge(profiles(entity, columns, files, mode, known), [], allowed):
        found.setdefault(verdict.suite, []).append(verdict)
    return found


def planted(count: int = 8, **change) -> dict[date, list[dict]]:
    """Ordinary days, the last one changed: column -> function of the row."""
    files = days(count)
    last = max(files)
    files[last] = [row | {name: make(row) for name, make in change.items()} for row in files[last]]
    return files


def said(found, suite: str, files) -> str:
    """The one verdict of a suite; it names the last delivery and nobody else."""
    [verdict] = found[suite]
    assert verdict.delivery_id == f"d{max(files)}" and verdict.file_name == f"受注_{max(files)}.csv"
    return verdict.observed


def test_ordinary_days_pass(allowed):
    found = judged(allowed, days(12))
    assert set(found) == {"unknown"} and len(found["unknown"]) == 1


def test_amounts_times_1000_are_found_with_the_numbers_before_and_after(allowed):
    files = planted(net_amount=lambda row: row["net_amount"] * 1000)
    text = said(judged(allowed, files), "drift", files)
    assert "net_amount: " in text and "中央値が過去 7 回の" in text and "gross_amount" not in text
    assert re.search(r"中央値が過去 7 回の [\d,]{5}(〜[\d,]{5})? から \d,\d{3},\d{3} へ", text)


@pytest.mark.parametrize(("earlier", "factor", "is_found"), [(1, 1000, True), (1, 10, False), (5, 10, True), (5, 3, False)])
def test_the_more_is_known_the_less_is_allowed(allowed, earlier, factor, is_found):
    files = planted(earlier + 1, net_amount=lambda row: row["net_amount"] * factor)
    assert ("drift" in judged(allowed, files)) is is_found


def test_swapped_amount_columns_of_one_size_pass_and_of_other_sizes_do_not(allowed):
    files = planted(net_amount=lambda row: row["gross_amount"], gross_amount=lambda row: row["net_amount"])
    assert "drift" not in judged(allowed, files)
    small = {day: [row | {"net_amount": 1 + n % 5} for n, row in enumerate(rows)] for day, rows in days(8).items()}
    last = max(small)
    small[last] = [r | {"net_amount": r["gross_amount"], "gross_amount": r["net_amount"]} for r in small[last]]
    text = said(judged(allowed, small), "drift", small)
    assert "net_amount: " in text and "gross_amount: " in text


def test_swapped_names_are_found_although_their_shape_is_the_same(allowed):
    files = {date(2024, 4, d): [customer(n + d) for n in range(200)] for d in range(1, 5)}
    assert set(judged(allowed, files, "customers", NAMES)) == {"unknown"}
    last = max(files)
    files[last] = [r | {"family_name": r["given_name"], "given_name": r["family_name"]} for r in files[last]]
    assert "family_name: given_name と入れ替わっています" in said(judged(allowed, files, "customers", NAMES), "drift", files)


def test_a_name_in_the_kana_column_is_found_by_its_shape(allowed):
    files = {date(2024, 4, d): [customer(n + d) for n in range(200)] for d in range(1, 5)}
    last = max(files)
    files[last] = [r | {"family_name_kana": r["family_name"]} for r in files[last]]
    assert "family_name_kana: カタカナの割合" in said(judged(allowed, files, "customers", NAMES), "drift", files)


@pytest.mark.parametrize(("earlier", "shift", "is_found"), [(7, 30, True), (7, 10, False), (1, 30, False), (1, 365, True)])
def test_dates_shifted_as_one_are_found(allowed, earlier, shift, is_found):
    files = planted(earlier + 1, ordered_at=lambda row: row["ordered_at"] - timedelta(days=shift))
    found = judged(allowed, files)
    assert ("drift" in found) is is_found
    if is_found:
        assert "ordered_at: 納品日までの日数の中央値が過去" in said(found, "drift", files)


def test_a_first_load_without_a_date_says_nothing_of_the_days_age(allowed):
    files = planted(ordered_at=lambda row: row["ordered_at"] - timedelta(days=400), paid_at=lambda row: None)
    columns = tuple(name for name in FEED if name != "paid_at")
    assert "drift" not in judged(allowed, files, columns=columns, known=lambda row, at: row["ordered_at"])


def test_a_vanished_code_is_found_by_name(allowed):
    files = planted(status=lambda row: "paid" if row["status"] == "cancelled" else row["status"])
    assert "status: 区分 cancelled が 1 件もありません" in said(judged(allowed, files), "drift", files)


def test_a_code_that_turned_into_another_is_found(allowed):
    files = planted(status=lambda row: "cancelled" if row["status"] == "paid" else row["status"])
    assert "区分の構成のずれ" in said(judged(allowed, files), "drift", files)


def test_a_turned_sign_is_found(allowed):
    files = planted(net_amount=lambda row: -row["net_amount"])
    assert "net_amount: 負の値の割合が過去 7 回の 0% から 100% へ" in said(judged(allowed, files), "drift", files)


def test_a_column_that_lost_its_values_is_found_as_schema_and_half_of_them_as_drift(allowed):
    files = planted(party_id=lambda row: None)
    assert "party_id: 列が丸ごと空です" in said(judged(allowed, files), "schema", files)
    files = planted(party_id=lambda row: row["party_id"] if row["order_id"][-1] in "01" else None)
    assert "party_id: 値のある割合が過去 7 回の 100% から 2" in said(judged(allowed, files), "drift", files)


def test_ids_of_another_system_are_found_by_their_length(allowed):
    files = planted(party_id=lambda row: f"CUSTOMER-{row['party_id']}-{row['party_id']}")
    assert "party_id: 文字数の中央値が過去 7 回の 5 から 20 へ" in said(judged(allowed, files), "drift", files)


def test_ten_times_the_rows_warn_and_double_the_rows_do_not(allowed):
    files = days(8)
    last = max(files)
    files[last] = [order(n, last) for n in range(1600)]
    assert "行数が過去 7 回の" in said(judged(allowed, files), "volume", files)
    files[last] = files[last][:300]
    assert "volume" not in judged(allowed, files)


def test_what_cannot_be_judged_is_recorded_and_not_passed(allowed):
    first, *rest = judged(allowed, days(3, rows=20))["unknown"]
    assert first.observed == "判定不能: 過去の納品がありません"
    assert len(rest) == 2 and all("値が 50 件に満たない列" in verdict.observed for verdict in rest)


def test_a_stopped_delivery_is_no_measure_for_the_next_unless_it_was_let_in(allowed):
    files = days(9)
    for day in sorted(files)[-2:]:
        files[day] = [row | {"net_amount": row["net_amount"] * 1000} for row in files[day]]
    both = [f"d{day}" for day in sorted(files)[-2:]]
    assert [v.delivery_id for v in judged(allowed, files)["drift"]] == both
    verdicts = drift.judge(profiles("orders", FEED, files), [], allowed, accepted=both[:1])
    assert [v.delivery_id for v in verdicts if v.suite == "drift"] == both[:1]


def test_only_the_deliveries_nearest_in_time_are_compared(allowed):
    files = days(40)
    for day in sorted(files)[:9]:
        files[day] = [row | {"net_amount": row["net_amount"] * 1000} for row in files[day]]
    history = [p for p in profiles("orders", FEED, files) if p.business_date < max(files)]
    today = [p for p in profiles("orders", FEED, {max(files): files[max(files)]})]
    high = [dataclasses.replace(p, middle=p.middle * 1000) if p.column == "net_amount" else p for p in today]
    assert any(v.suite == "drift" for v in drift.judge(high, history, allowed))
    wide = limits.Limits(allowed.found | {"window_deliveries": [(0, 40)]})
    assert not any(v.suite == "drift" for v in drift.judge(high, history, wide))


def test_full_and_delta_are_not_compared_with_each_other(allowed):
    full = profiles("orders", FEED, days(6), mode="full")
    changed = planted(7, net_amount=lambda row: row["net_amount"] * 1000)
    delta = [p for p in profiles("orders", FEED, changed) if p.business_date == max(changed)]
    assert [v.suite for v in drift.judge(delta, full, allowed)] == ["unknown"]


@pytest.mark.parametrize("key", ["size_factor", "negative_share", "null_share", "column_lost", "shape_share", "length_factor",
                                 "code_distance", "code_lost", "age_days", "swap_ratio", "rows_factor"])  # fmt: skip
def test_a_rule_that_is_switched_off_lets_its_planted_change_pass(allowed, key):
    off = limits.Limits(allowed.found | {key: [(0, 0.0 if key == "swap_ratio" else 1e9)]})
    assert not _planted_suites(key, off) and _planted_suites(key, allowed)


def _planted_suites(key: str, used: limits.Limits) -> bool:
    """Whether the change that belongs to one rule is found."""
    people = {date(2024, 4, d): [customer(n + d) for n in range(200)] for d in range(1, 5)}
    turned = [r | {"family_name": r["given_name"], "given_name": r["family_name"]} for r in people[date(2024, 4, 4)]]
    shaped = [r | {"family_name_kana": r["family_name"]} for r in people[date(2024, 4, 4)]]
    if key == "swap_ratio":
        return "drift" in judged(used, people | {date(2024, 4, 4): turned}, "customers", NAMES)
    if key == "shape_share":
        found = judged(used, people | {date(2024, 4, 4): shaped}, "customers", NAMES).get("drift", [])
        return any("カタカナ" in v.observed for v in found)
    files, word = {
        "size_factor": (lambda: planted(net_amount=lambda r: r["net_amount"] * 1000), "中央値"),
        "negative_share": (lambda: planted(net_amount=lambda r: -r["net_amount"]), "負の値"),
        "null_share": (lambda: planted(party_id=lambda r: r["party_id"] if r["order_id"][-1] in "01" else None), "値のある割合"),
        "column_lost": (lambda: planted(party_id=lambda r: None), "丸ごと空"),
        "length_factor": (lambda: planted(party_id=lambda r: f"CUSTOMER-{r['party_id']}-{r['party_id']}"), "文字数"),
        "code_distance": (lambda: planted(status=lambda r: "cancelled" if r["status"] == "paid" else r["status"]), "構成のずれ"),
        "code_lost": (lambda: planted(status=lambda r: "paid" if r["status"] == "cancelled" else r["status"]), "1 件もありません"),
        "age_days": (lambda: planted(ordered_at=lambda r: r["ordered_at"] - timedelta(days=90)), "日数"),
        "rows_factor": (lambda: days(3) | {date(2024, 4, 9): [order(n, date(2024, 4, 9)) for n in range(3000)]}, "行数"),
    }[key]
    return any(word in v.observed for found in judged(used, files()).values() for v in found)


def test_a_large_delivery_is_looked_at_through_the_same_sample_every_time():
    connection = duckdb.connect()
    connection.execute(
        "create table t as select range::varchar as order_id, range % 1000 as net_amount, range as source_row, 'd1' as delivery_id,"
        " timestamp '2024-04-01' as known_at from range(100000)"
    )
    connection.execute("create table delivery as select 'd1' as delivery_id, 'f' as file_name, date '2024-04-01' as business_date, 'full' as mode")
    twice = [
        profile.measure(connection, contract("orders", ("order_id", "net_amount")), "orders", "t", "delivery", 5000) for _ in range(2)
    ]
    assert twice[0] == twice[1]
    amounts = twice[0][1]
    assert amounts.rows == 100000 and 4000 < amounts.seen < 6000 and 450 < amounts.middle < 550
