"""A contract as checks: what the rows of one source must be, one sentence each.

Every query returns one row a file that breaks it: delivery_id, source_file, source_row (the first), observed.
Values stay out: a page of evidence holds addresses of cells, never their content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from include.contracts import canonical
from include.quality.engine import Check

PLANS = ("campaigns", "offers", "market_events", "list_rows")  # their event may lie ahead


def build_checks(contract, entities: Sequence[str], as_of: date, future_days: int) -> list[Check]:
    """Keys, event dates and codes of each entity, then freshness of the source.

    `future_days`: how far an event may lie after the row was known (rule_ingest).
    """
    checks = []
    for name in entities:
        entity = canonical().entities[name]
        fed = [c for feed in contract.feeds if feed.entity == name for c in feed.columns]
        checks += _key_checks(name, entity, contract.max_bad_ratio or 0)
        checks += _event_checks(name, entity, fed, contract.max_bad_ratio or 0, future_days)
        checks += [_code_check(name, column, entity.columns[column].codes) for column in dict.fromkeys(fed)
                   if column in entity.columns and entity.columns[column].codes]  # fmt: skip
    if entities and contract.freshness_days is not None:
        checks.append(_freshness_check(entities, as_of, contract.freshness_days))
    return checks


def _key_checks(name: str, entity, max_bad_ratio: float) -> list[Check]:
    missing = " or ".join(f"{column} is null" for column in entity.key)
    keys = ", ".join(entity.key)
    contradicting = f"""
        select delivery_id, source_file, min(source_row) as source_row, concat(count(*), ' 行') as observed
        from (
            select *, count(*) over (partition by delivery_id) as delivered_count,
                   count(distinct record_hash) over (partition by delivery_id, {keys}, known_at) as version_count
            from {{batch}}
        ) where version_count > 1
        group by delivery_id, source_file, delivered_count
        having count(*) > {max_bad_ratio} * delivered_count
        order by all
    """
    return [
        _where(f"{name}_key", name, f"キー {keys} が空でない", missing),
        Check(f"{name}_key_unique", name, f"同じキー {keys} に食い違う行がない", contradicting),
    ]


def _event_checks(
    name: str, entity, fed: Sequence[str], max_bad_ratio: float, future_days: int
) -> list[Check]:
    """The event is there, and did not happen after the row was known (rule N45)."""
    if not entity.event or entity.event not in fed:
        return []
    checks = [
        _ratio(
            f"{name}_event", name, f"日付 {entity.event} が空でない", f"{entity.event} is null", max_bad_ratio
        )
    ]
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


def _freshness_check(entities: Sequence[str], as_of: date, days: int) -> Check:
    tables = ["{batch}", *entities[1:]]
    union = " union all ".join(
        f"select business_date, delivery_id, source_file from {table}" for table in tables
    )
    query = f"""
        select max_by(delivery_id, business_date) as delivery_id, max_by(source_file, business_date) as source_file,
               null as source_row, concat('最新は ', max(business_date)) as observed
        from ({union}) having max(business_date) < date '{as_of}' - {days} order by all
    """
    return Check("freshness", entities[0], f"最新のファイルが基準日から {days} 日以内", query, is_stop=False)


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
