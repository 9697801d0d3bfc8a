"""The model that scores everybody, run as the project runs it: its input is still read while its answer is written."""

from __future__ import annotations

import threading
from datetime import date

from tests.unit.analytics.test_value_learning import CUTOFFS, learned
from tests.unit.dbt.small_house import SmallHouse

PARTIES = """
create view int_value__summary as
select 'p' || party.p as person_id, 'b2c' as business_type, 'ALL' as category_l1, 1 as repeat_count,
    party.p % 300 as active_days, 300 as age_days, 1000.0 as mean_amount
from party inner join party as same using (p)
"""


def test_everybody_is_scored_though_the_parties_come_in_many_batches():
    house = SmallHouse(date(2024, 10, 1))
    house.connection.execute("set threads = 2; create table party as select p from range(300_000) as t(p)")
    house.connection.execute(PARTIES)
    for name, rows in {"int_value__cutoff": CUTOFFS, "int_value__learned_model": learned()[0]}.items():
        house.connection.execute(f"create table {name} as select * from rows")
    house.built |= {"int_value__summary", "int_value__cutoff", "int_value__learned_model"}
    # a reader that waits for its own writer would wait for ever
    build = threading.Thread(target=house.build, args=["int_value__score"], daemon=True)
    build.start()
    build.join(timeout=120)
    assert not build.is_alive()
    assert house.connection.execute("select count(distinct person_id), count(return_likelihood) from int_value__score").fetchone() == (300_000, 300_000)
