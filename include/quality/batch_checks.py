"""A contract as checks: what the rows of one source must be, one sentence each.

Every query returns one row a file that breaks it: delivery_id, source_file, source_row (the first), observed.
Values stay out: a page of evidence holds addresses of cells, never their content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from include.contracts import canonical, required_columns
from include.quality.engine import Check

PLANS = ("campaigns", "offers", "market_events", "list_rows")  # their event may lie ahead


def build_checks(contract, entities: Sequence[str], as_of: date, future_days: int, newest: date | None = None) -> list[Check]:
    """Keys, event dates and codes of each entity, then freshness of the source.

    `future_days`: how far an event may lie after the row was known (rule_ingest); `newest`: the latest business date
    that is in already, so that a late file does not make a source look stale.
    """
    checks = []
    for name in entities:
        entity = canonical().entities[name]
        fed = [c for feed in contract.feeds if feed.entity == name for c in feed.columns]
        checks += [_schema_check(name, list(dict.fromkeys(fed)))]
        checks += _key_checks(name, entity, contract.max_bad_ratio or 0)
        checks += _event_checks(name, entity, fed, contract.max_bad_ratio or 0, future_days)
        checks += [_code_check(name, column, entity.columns[column].codes) for column in dict.fromkeys(fed)
                   if column in entity.columns and entity.columns[column].codes]  # fmt: skip
    if entities and contract.freshness_days is not None:
        checks.append(_freshness_check(entities, as_of, contract.freshness_days, newest))
    return checks


def _schema_check(name: str, fed: Sequence[str]) -> Check:
    """The columns that the contract feeds are there in their canonical types."""
    columns = canonical().entities[name].columns
    wanted = ", ".join(f"('{c}', '{canonical().sql_type(columns[c])}')" for c in fed if c in columns)
    query = f"""
        select d.delivery_id, d.file_name as source_file, null as source_row,
               concat(w.column_name, ' は ', coalesce(c.data_type, '無し'), '(契約では ', w.data_type, ')') as observed
        from (values {wanted}) as w (column_name, data_type)
        left join duckdb_columns() as c on c.table_name = '{name}' and c.column_name = w.column_name
        cross join delivery as d cross join (select count(*) from {{batch}})
        where c.data_type is distinct from w.data_type order by all
    """
    return Check(f"{name}_schema", name, "契約の列が決められた型である", query, suite="schema")


def _key_checks(name: str, entity, max_bad_ratio: float) -> list[Check]:
    missing = " or ".join(f"{column} is null" for column in entity.key)
    keys = ", ".join(entity.key)
    same = f"delivery_id, {keys}, known_at"
    # hashes first: only keys that come twice are looked at with all their columns
    contradicting = f"""
        with twice as (
            select hash({same}) as same from {{batch}} group by 1 having count(*) > 1
        ), versions as (
            select {same}, source_file, min(source_row) as source_row, count(*) as row_count
            from (select * from {{batch}} where hash({same}) in (select same from twice))
            group by {same}, source_file having min(record_hash) <> max(record_hash)
        ), contradicting as (
            select delivery_id, source_file, min(source_row) as source_row, sum(row_count) as row_count
            from versions group by delivery_id, source_file
        ), delivered as (
            select delivery_id, count(*) as row_count from {{batch}} group by delivery_id
        )
        select c.delivery_id, c.source_file, c.source_row, concat(c.row_count, ' 行') as observed
        from contradicting as c join delivered as d using (delivery_id)
        where c.row_count > {max_bad_ratio} * d.row_count
        order by all
    """
    return [
        _where(f"{name}_key", name, f"キー {keys} が空でない", missing),
        Check(f"{name}_key_unique", name, f"同じキー {keys} に食い違う行がない", contradicting),
    ]


def _event_checks(
    name: str, entity, fed: Sequence[str], max_bad_ratio: float, future_days: int
) -> list[Check]:
    """The event is there where there is none without it, and did not happen after the row was known (rule N45).

    Nobody may know since when a customer or company is one: then the history of the column is the measure (`drift`).
    """
    if not entity.event or entity.event not in fed:
        return []
    checks = []
    if entity.event in required_columns(entity):
        sentence = f"日付 {entity.event} が空でない"
        checks.append(_ratio(f"{name}_event", name, sentence, f"{entity.event} is null", max_bad_ratio))
    if name not in PLANS:
        checks.append(
            _ratio(
                f"{name}_event_known", name, f"{entity.event} が知った日時より {future_days} 日を超えて先でない",
                f"{entity.event} > known_at + to_days({future_days})", max_bad_ratio,
            )
        )  # fmt: skip
    return checks


def _code_check(name: str, column: str, codes: Sequence[str]) -> Check:
    allowed = ", ".join("'" + code.replace("'", "''") + "'" for code in codes)
    return _where(f"{name}_{column}", name, f"{column} が決められた区分だけ", f"{column} not in ({allowed})")


def _freshness_check(entities: Sequence[str], as_of: date, days: int, newest: date | None) -> Check:
    tables = ["{batch}", *entities[1:]]
    union = " union all ".join(
        f"select business_date, delivery_id, source_file from {table}" for table in tables
    )
    query = f"""
        select max_by(delivery_id, business_date) as delivery_id, max_by(source_file, business_date) as source_file,
               null as source_row, concat('最新は ', greatest(max(business_date), date '{newest or date.min}')) as observed
        from ({union}) having greatest(max(business_date), date '{newest or date.min}') < date '{as_of}' - {days} order by all
    """
    return Check("freshness", entities[0], f"最新のファイルが基準日から {days} 日以内", query, is_stop=False, suite="freshness")


def _where(check: str, table: str, sentence: str, condition: str) -> Check:
    query = f"""
        select delivery_id, source_file, min(source_row) as source_row, concat(count(*), ' 行') as observed
        from {{batch}} where {condition} group by delivery_id, source_file order by all
    """
    return Check(check, table, sentence, query)


def _ratio(check: str, table: str, sentence: str, condition: str, max_bad_ratio: float) -> Check:
    query = f"""
        select delivery_id, source_file, min(source_row) filter (where {condition}) as source_row,
               concat(count(*) filter (where {condition}), ' 行') as observed
        from {{batch}} group by delivery_id, source_file
        having count(*) filter (where {condition}) > {max_bad_ratio} * count(*) order by all
    """
    return Check(check, table, sentence, query)
