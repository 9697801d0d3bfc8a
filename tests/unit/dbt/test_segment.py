"""The segment grid is whole and the RFM scores are those of another implementation, computed by the project's own SQL."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.dbt.rendered import AS_OF, PROJECT, render, singular_test

RULES = PROJECT / "seeds" / "rules"
PUBLISHED = {
    "Agness O'Keefe": "555", "Aileen Barton": "555", "Admiral Senger": "433", "Add Senger": "412", "Alannah Borer": "121",
}  # fmt: skip
SCORED = """
select person_id, recency_days, order_count, lifetime_net_amount, concat(recency.axis_score, frequency.axis_score, monetary.axis_score)
from int_segment__measure as measure
inner join int_segment__score as recency on recency.dimension_code = 'recency' and recency.axis_value = measure.recency_days
inner join int_segment__score as frequency on frequency.dimension_code = 'frequency' and frequency.axis_value = measure.order_count
inner join int_segment__score as monetary on monetary.dimension_code = 'monetary' and monetary.axis_value = measure.lifetime_net_amount
"""
MODELS = PROJECT / "models" / "intermediate" / "segment"


@pytest.fixture
def house():
    """A DuckDB with the shipped rule tables and the grid made from them."""
    with duckdb.connect() as connection:
        for name in ("rule_segment", "rule_strategy", "rule_value", "rule_customer_class"):
            connection.execute(f"create table {name} as select * from read_csv('{RULES / name}.csv', types={{'valid_to': 'DATE'}})")
        for name in ("strategies", "cpm_classes"):
            connection.execute(f"create table {name} as select * from read_csv('{PROJECT / 'seeds' / 'reference' / name}.csv')")
        yield connection


def built(connection, name: str, as_of: str = AS_OF) -> None:
    sql = render((MODELS / f"{name}.sql").read_text(encoding="utf-8"), as_of)
    connection.execute(f"create or replace table {name} as {sql}")


def test_every_cell_that_the_bands_can_make_has_one_named_strategy(house):
    built(house, "int_segment__grid")
    bands = dict(house.execute("select dimension_code, count(*) from rule_segment group by 1").fetchall())
    cells, named = house.execute(
        "select count(*), count(strategies.label_ja) from int_segment__grid left join strategies using (strategy_code)"
    ).fetchone()
    assert cells == named == 2 * bands["recency"] * bands["frequency"] * bands["monetary"] * bands["duration"]
    assert house.execute(singular_test("assert_every_strategy_row_decides_some_cell")).fetchall() == []


def test_a_cell_without_a_strategy_and_a_row_without_a_cell_are_found(house):
    house.execute("delete from rule_strategy where strategy_code = 'STAGED'")
    house.execute("update rule_strategy set duration_band = 'D9' where strategy_code = 'HEARING'")
    built(house, "int_segment__grid")
    assert house.execute("select count(*) from int_segment__grid where strategy_code is null").fetchone()[0] > 0
    assert house.execute(singular_test("assert_every_strategy_row_decides_some_cell")).fetchall() == [(100, "HEARING")]


def test_a_cpm_class_outside_the_ten_is_found(house):
    assert house.execute("select count(*) from cpm_classes").fetchone() == (10,)
    house.execute(f"create table fct_segment as select date '{AS_OF}' as as_of, 'p' as person_id, 'first_active' as cpm_class, '初回現役' as cpm_label_ja")
    assert house.execute(singular_test("assert_every_cpm_class_has_a_name")).fetchall() == []
    house.execute("insert into fct_segment values (?, 'q', 'odd_active', null)", [AS_OF])
    assert house.execute(singular_test("assert_every_cpm_class_has_a_name")).fetchall() == [("q", "odd_active")]


@pytest.mark.real_data
def test_rfm_demo_scores_equal_those_of_the_r_package(house, real_data):
    house.execute(
        """create table int_segment__measure as
        select customer_id as person_id, 'b2c' as business_type, count(*) as order_count,
            date_diff('day', max(order_date), date '2006-12-31') as recency_days, sum(revenue) as lifetime_net_amount
        from read_csv(?) group by customer_id""",
        [str(real_data / "rfm_demo" / "rfm_data_orders.csv")],
    )
    built(house, "int_segment__score", "2006-12-31")
    found = house.execute(f"{SCORED} where person_id in ('Abbey O''Reilly', 'Aden Murphy') order by person_id").fetchall()
    assert found == [("Abbey O'Reilly", 205, 6, 472, "343"), ("Aden Murphy", 98, 7, 596, "544")]
    scores = {row[0]: row[-1] for row in house.execute(SCORED).fetchall()}
    # further rows that the package's documentation shows
    assert {name: scores[name] for name in PUBLISHED} == PUBLISHED
    spread = house.execute("select dimension_code, min(axis_score), max(axis_score) from int_segment__score group by 1 order by 1").fetchall()
    assert (len(scores), spread) == (995, [("frequency", 1, 5), ("monetary", 1, 5), ("recency", 1, 5)])
