"""Who is who at scale: so many customers of two systems in an empty warehouse, then staging and the identity models."""

from __future__ import annotations

import json
import sys
from datetime import date

from include import ingest, transform, warehouse
from include import settings as settings_module
from include.benchmark.measured import Measured, in_own_process, keep
from include.settings import Settings

AS_OF = date(2024, 10, 1)
# every tenth person is known to a second system too, with the same address and number; some share a number
CUSTOMERS = """
insert into raw.customers by name
select '{system}' as source_system, cast(i as varchar) as source_customer_id,
       ['髙橋', '佐藤', '山﨑', '渡邊', '齋藤'][1 + i % 5] || chr(cast(19968 + i % 3000 as integer)) as family_name,
       ['太郎', '花子', '礼'][1 + i % 3] || chr(cast(19968 + i // 7 % 2000 as integer)) as given_name,
       ['タカハシ', 'サトウ', 'ヤマザキ'][1 + i % 3] || chr(cast(12449 + i % 80 as integer)) as family_name_kana,
       ['タロウ', 'ハナコ'][1 + i % 2] || chr(cast(12449 + i // 3 % 80 as integer)) as given_name_kana,
       date '1950-01-01' + cast(i * 7919 % 20000 as integer) as birth_date,
       'p' || i || '@mail.example' as email,
       case when i % 20 > 0 then '+8190' || (10000000 + i // 2 + {moved}) end as phone,
       lpad(cast((i * 31 + {moved}) % 9999999 as varchar), 7, '0') as postal_code,
       '{delivery}' as delivery_id, cast({known} as date) as business_date, false as is_deleted,
       {known} as known_at, i as source_row, md5('{system}' || i || '-{moved}') as record_hash
from range({first}, {last}) as r(i)
"""
FIRST_KNOWN = "timestamp '2024-09-30 23:59:59'"
LEDGER = """
insert into ops.file_ledger by name
select 'benchmark_' || s as delivery_id, s as source, s as source_system, 'loaded' as state, 'full' as mode,
       date '2024-09-30' as business_date, timestamp '2024-09-30 23:59:59' as known_at, 'customers' as entities,
       'analytics,marketing' as purposes, 0 as delivery_sequence, 0 as absent_fulls
from (values ('eccube'), ('shopify')) as t(s)
"""


def run(settings: Settings, persons: int) -> int:
    """Print and keep seconds of each step, persons per second and peak memory. Returns 0."""
    figures = in_own_process(settings, "identity", str(persons))
    print(table(figures))
    keep(settings, "identity", figures)
    return 0


def table(figures: dict) -> str:
    """The figures as text."""
    rows = [f"\n{figures['records']:,} customer records, {figures['persons']:,} persons found"]
    rows += [f"{name:<12}{step['seconds']:>9.1f} s {step['cpu_seconds']:>9.1f} s CPU" for name, step in figures["steps"].items()]
    return "\n".join([*rows, f"peak memory {figures['peak_mb']:,.0f} MB"])


def fill(settings: Settings, persons: int) -> int:
    """Put the customers into an empty warehouse, without files. Returns the number of records."""
    ingest.prepare(settings)
    again = persons // 10
    with warehouse.writer(settings) as connection:
        connection.execute(LEDGER)
        for system, last in (("eccube", persons), ("shopify", again)):
            connection.execute(_customers(system, 0, last, f"benchmark_{system}", FIRST_KNOWN))
    return persons + again


def add_a_day(connection, persons: int, count: int, delivery: str, known: str) -> None:
    """So many new customers, and as many of the known ones with another number and address; `known`: a timestamp as SQL writes it."""
    connection.execute(_customers("eccube", persons, persons + count, delivery, known))
    connection.execute(_customers("eccube", persons // 2, persons // 2 + count, delivery, known, moved=persons))


def _customers(system: str, first: int, last: int, delivery: str, known: str, moved: int = 0) -> str:
    return CUSTOMERS.format(system=system, first=first, last=last, delivery=delivery, known=known, moved=moved)


def main(persons: int) -> None:
    """Child process: do it and print the figures."""
    settings = settings_module.load()
    records, steps = fill(settings, persons), {}
    transform.prepare(settings, AS_OF)
    for selector in ("staging", "people"):
        with Measured() as step:
            transform.build(settings, selector, AS_OF)
        steps[selector] = step.figures()
    with warehouse.reader(settings) as connection:
        [found] = connection.execute("select count(distinct person_id) from intermediate.int_identity__party").fetchone()
    peak = step.figures()["peak_mb"]
    print(json.dumps({"records": records, "persons": found, "steps": steps, "peak_mb": peak}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
