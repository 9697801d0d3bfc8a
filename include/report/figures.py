"""What the page says, asked from `serving/current.duckdb` and from nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from include import warehouse
from include.settings import Settings

SNAPSHOT = "current.duckdb"
FLOW_MONTHS = 6
KPI_MONTHS = 3

CAUSES = """
    select d.cause_code, coalesce(max(c.label_ja), d.cause_code) as label_ja, coalesce(max(c.axis_ja), '') as axis_ja,
           count(*) as party_count
    from fct_decision as d
    left join (select distinct cause_code, label_ja, axis_ja from fct_dormancy_cause) as c using (cause_code)
    where d.as_of = ? group by d.cause_code order by party_count desc, d.cause_code
"""
FLOW = f"""
    select * from kpi_state_flow
    where month_on in (select distinct month_on from kpi_state_flow order by month_on desc limit {FLOW_MONTHS})
    order by month_on, state_no
"""
KPIS = f"""
    select * from kpi_monthly where business_type = 'all'
    qualify row_number() over (partition by kpi_code order by month_on desc) <= {KPI_MONTHS}
    order by kpi_code, month_on desc
"""
LISTS = "select * from fct_list where frozen_on = ? order by channel, list_id"
THRESHOLDS = "select * from kpi_threshold_review order by rule_id, business_type, category_l1 <> 'ALL', category_l1"
CURVES = """
    select rule_id, business_type, category_l1, elapsed_days, survival_ratio from kpi_return_curve
    where category_l1 = 'ALL' order by rule_id, business_type, elapsed_days
"""
WATERFALL = "select * from kpi_waterfall where as_of = ? order by step_no, party_count desc, reason_code"


@dataclass(frozen=True)
class Figures:
    """One snapshot's figures; each list holds rows as dicts with the columns of its relation."""

    as_of: date
    policy_version: str
    waterfall: list[dict]
    causes: list[dict]
    flow: list[dict]
    kpis: list[dict]
    lists: list[dict]
    thresholds: list[dict]
    curves: list[dict]

    def step(self, name: str) -> int:
        """Parties in one step of the waterfall, all reasons together."""
        return sum(row["party_count"] for row in self.waterfall if row["step"] == name)


def read(settings: Settings) -> Figures:
    """Raises `duckdb.IOException` when there is no snapshot yet."""
    with warehouse.reader(settings, settings.serving / SNAPSHOT) as connection:

        def rows(query: str, *parameters) -> list[dict]:
            cursor = connection.execute(query, list(parameters))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        head = rows("select as_of, policy_version from meta_snapshot")[0]
        as_of = head["as_of"]
        return Figures(
            as_of=as_of,
            policy_version=head["policy_version"],
            waterfall=rows(WATERFALL, as_of),
            causes=rows(CAUSES, as_of),
            flow=rows(FLOW),
            kpis=rows(KPIS),
            lists=rows(LISTS, as_of),
            thresholds=rows(THRESHOLDS),
            curves=rows(CURVES),
        )
