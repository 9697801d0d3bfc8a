"""The warehouse at scale: a full build and a day's delta, beside a hand-written script that does the window scans alone.

Everybody has one record and about ten orders of one line; on the second day one person in a hundred orders, one in two thousand is
new and as many have another number and address.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import NamedTuple

from include import changes, ingest, transform, warehouse
from include import settings as settings_module
from include.benchmark import identity
from include.benchmark.measured import Measured, in_own_process, keep
from include.settings import Settings

FULL_DAY = date(2024, 10, 1)
# name, date, persons per new customer: without any, who is who stays as it is
DAYS = (("orders", date(2024, 10, 2), None), ("people", date(2024, 10, 3), 2000))
LAYERS = ("staging", "people", "dormancy")
FOLDERS = ("stg", "identity", "activity", "dormancy", "cause", "segment", "value")
SLOWEST = 8
# an own rhythm, an own number of orders; people stop on days of their own
ORDERS = """
create or replace temp table bought as
select p, k, (timestamp '2021-01-01 09:00:00' + to_days(cast(hash(p) % 900 + k * (15 + hash(p, 1) % 60) + hash(p, k) % 9 as integer))) as ordered_at
from range({persons}) as t(p), range(20) as r(k)
where k <= 2 * (hash(p, 2) % 10) and hash(p) % 900 + k * (15 + hash(p, 1) % 60) < 1350
"""
RAW_ORDERS = """
insert into raw.orders by name
select 'eccube' as source_system, p || '_' || k as order_id, cast(p as varchar) as party_id, ordered_at, 'paid' as status, 'single' as order_type,
       1000 + hash(p, k, 3) % 9000 as net_amount, '{delivery}' as delivery_id, cast({known} as date) as business_date, {known} as known_at,
       false as is_deleted, md5(p || '_' || k) as record_hash, 'orders.csv' as source_file, p as source_row
from {bought};
insert into raw.order_lines by name
select 'eccube' as source_system, p || '_' || k as order_id, 1 as line_no, 'goods' as line_type, 'i' || hash(p, k) % 50 as product_id, 1 as qty,
       1000 + hash(p, k, 3) % 9000 as net_amount, '{delivery}' as delivery_id, cast({known} as date) as business_date, {known} as known_at,
       false as is_deleted, md5('line' || p || '_' || k) as record_hash, 'orders.csv' as source_file, p as source_row
from {bought};
"""
PRODUCTS = """
insert into raw.products by name
select 'eccube' as source_system, 'i' || i as product_id, 'item' || i as name, 'C' || i % 8 as category_l1, 'products' as delivery_id,
       date '2021-01-01' as business_date, timestamp '2021-01-01 12:00:00' as known_at, false as is_deleted, md5('i' || i) as record_hash
from range(50) as t(i)
"""
LEDGER = """
insert into ops.file_ledger by name
select '{delivery}' as delivery_id, 'eccube' as source, 'eccube' as source_system, 'loaded' as state, 'delta' as mode, cast({known} as date) as business_date,
       {known} as known_at, '{entities}' as entities, 'analytics,marketing' as purposes, 0 as delivery_sequence, {known} as committed_at
"""
# what nobody can do without: order days, gaps, each person's running median, and the silences that are longer than the threshold
FLOOR = """
create or replace table floor_day as
select source_system, party_id, cast(ordered_at as date) as ordered_on, count(*) as orders, sum(net_amount) as net_amount
from raw.orders where status = 'paid' group by all;
create or replace table floor_gap as
select *, ordered_on - lag(ordered_on) over w as gap_days, lead(ordered_on) over w as next_on
from floor_day window w as (partition by source_system, party_id order by ordered_on);
create or replace table floor_rhythm as
select *, median(gap_days) over (partition by source_system, party_id order by ordered_on) as median_gap_days from floor_gap;
create or replace table floor_spell as
select source_system, party_id, ordered_on + cast(least(greatest(3 * coalesce(median_gap_days, 60), 60), 730) as integer) as dormant_on, next_on
from floor_rhythm
where ordered_on + cast(least(greatest(3 * coalesce(median_gap_days, 60), 60), 730) as integer) <= least(coalesce(next_on, date '2024-10-01'), date '2024-10-01')
"""


class Pass(NamedTuple):
    """One build: seconds of each model by name, and of the work around them."""

    models: dict[str, float]
    around_seconds: float


def run(settings: Settings, persons: int) -> int:
    """Print and keep the figures of all builds and of the floor, from one process. Returns 0."""
    figures = in_own_process(settings, "build", str(persons))
    print(table(figures))
    keep(settings, "build", figures)
    return 0


def table(figures: dict) -> str:
    """The figures as text: seconds by folder, the ratios, the slowest models."""
    days = figures["days"]
    lines = [f"\n{figures['persons']:,} persons, {figures['orders']:,} orders; days on which {figures['changed']:,} persons order"]
    lines += [f"  {name}: {day['newcomers']:,} customers are new and as many have moved" for name, day in days.items()]
    lines.append(f"{'':<22}{'full s':>10}" + "".join(f"{name + ' s':>10}" for name in days))
    lines += [f"{name:<22}" + "".join(f"{value:>10.2f}" for value in seconds) for name, seconds in figures["folders"].items()]
    lines.append(f"{'all models':<22}{figures['full_seconds']:>10.2f}" + "".join(f"{day['seconds']:>10.2f}" for day in days.values()))
    lines.append(f"{'dbt, plan':<22}{figures['full_around_seconds']:>10.2f}" + "".join(f"{day['around_seconds']:>10.2f}" for day in days.values()))
    lines.append(f"floor {figures['floor_seconds']:.2f} s: full activity and dormancy {figures['ratio_to_floor']:.1f} times, all models {figures['all_to_floor']:.1f} times")
    lines += [f"a day of {name}: {day['share']:.1%} of full" for name, day in days.items()]
    lines.append(f"peak memory {figures['peak_mb']:,.0f} MB")
    for name, slowest in {"full": figures["slowest"], **{name: day["slowest"] for name, day in days.items()}}.items():
        lines += [f"  {name:<8}{seconds:>8.2f} s  {model}" for model, seconds in slowest]
    return "\n".join(lines)


def fill(settings: Settings, persons: int) -> int:
    """Customers, products and orders of the first day, without files. Returns the number of orders."""
    identity.fill(settings, persons)
    known = "timestamp '2024-10-01 12:00:00'"
    with warehouse.writer(settings) as connection:
        connection.execute(PRODUCTS)
        connection.execute(LEDGER.format(delivery="products", known="timestamp '2021-01-01 12:00:00'", entities="products"))
        connection.execute(LEDGER.format(delivery="first", known=known, entities="orders,order_lines"))
        connection.execute(ORDERS.format(persons=persons))
        connection.execute(RAW_ORDERS.format(delivery="first", known="ordered_at", bought="bought"))
        return connection.execute("select count(*) from raw.orders").fetchone()[0]


def add_a_day(settings: Settings, persons: int, number: int) -> tuple[int, int]:
    """What becomes known on one of `DAYS`. Returns how many persons order and how many customers are new (as many move)."""
    name, day, per_newcomer = DAYS[number]
    known = f"timestamp '{day} 12:00:00'"
    newcomers = -(-persons // per_newcomer) if per_newcomer else 0
    with warehouse.writer(settings) as connection:
        connection.execute(LEDGER.format(delivery=name, known=known, entities="orders,order_lines" + (",customers" if newcomers else "")))
        if newcomers:
            identity.add_a_day(connection, persons, newcomers, name, known)
        connection.execute(
            "create or replace temp table today as"
            f" select p * 100 + {number} as p, {99 + number} as k, {known} as ordered_at from range({persons // 100}) as t(p)"
        )
        connection.execute(RAW_ORDERS.format(delivery=name, known=known, bought="today"))
    return persons // 100, newcomers


def build(settings: Settings, as_of: date) -> Pass:
    """One build as the DAG does it, from the rules to the value of each party."""
    models: dict[str, float] = {}
    with Measured() as whole:
        version, _ = transform.prepare(settings, as_of)
        changes.begin(settings, as_of, version, transform.code_hash(settings))
        for layer in LAYERS:
            models |= transform.build(settings, as_of=as_of, **changes.work(settings, layer, as_of)._asdict()).model_seconds
        with warehouse.writer(settings) as connection:
            changes.keep(connection, as_of)
    return Pass(models, whole.seconds - sum(models.values()))


def floor(settings: Settings) -> float:
    """Seconds of the hand-written script on the same rows, in a copy of nothing: tables of its own beside the warehouse's."""
    with warehouse.writer(settings) as connection, Measured() as script:
        connection.execute(FLOOR)
    return script.seconds


def main(persons: int) -> None:
    """Child process: do it and print the figures."""
    settings = settings_module.load()
    orders = fill(settings, persons)
    transform.parse(settings)
    full = build(settings, FULL_DAY)
    days, passes = {}, {}
    with Measured() as whole:
        for number, (name, day, _) in enumerate(DAYS):
            changed, newcomers = add_a_day(settings, persons, number)
            passes[name] = build(settings, day)
            days[name] = {"newcomers": newcomers, **_figures(passes[name])}
    # last, so that its tables weigh on no day
    floor_seconds = floor(settings)
    full_figures = _figures(full)
    folders = {name: [_sum(done, name) for done in (full, *passes.values())] for name in FOLDERS}
    own = sum(folders[name][0] for name in ("activity", "dormancy"))
    for figures in days.values():
        figures["share"] = figures["seconds"] / full_figures["seconds"]
    print(json.dumps({
        "persons": persons, "orders": orders, "changed": changed, "folders": folders, "days": days, "floor_seconds": floor_seconds,
        **{f"full_{name}": value for name, value in full_figures.items() if name != "slowest"}, "slowest": full_figures["slowest"],
        "ratio_to_floor": own / floor_seconds, "all_to_floor": full_figures["seconds"] / floor_seconds, "peak_mb": whole.figures()["peak_mb"],
    }))  # fmt: skip


def _figures(done: Pass) -> dict:
    """Seconds of all models and around them, how many models, the slowest."""
    slowest = sorted(done.models.items(), key=lambda item: -item[1])[:SLOWEST]
    return {"seconds": sum(done.models.values()), "around_seconds": done.around_seconds, "models": len(done.models), "slowest": slowest}


def _sum(done: Pass, folder: str) -> float:
    return sum(seconds for name, seconds in done.models.items() if name.startswith((f"{folder}_", f"int_{folder}__")))


if __name__ == "__main__":
    main(int(sys.argv[1]))
