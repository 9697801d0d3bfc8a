"""What makes a list row safe to send, asked again from the marts and the delivered history, not from the list itself.

One table of channels, one set of checks; each query returns list_row_id (or an observation), never a person's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from include.quality.engine import Check


@dataclass(frozen=True)
class ChannelRule:
    """`required`: what the vendor cannot do without; `once`: what may not repeat within a campaign.

    `is_opt_in`: a grant for that very contact point must be on record.
    """

    required: tuple[str, ...]
    once: str
    is_opt_in: bool


# members of one household share an address, so by post it is the person who must not repeat
CHANNELS = {
    "email": ChannelRule(required=("email", "printed_name"), once="email", is_opt_in=True),
    "phone": ChannelRule(required=("phone", "printed_name"), once="phone", is_opt_in=False),
    "dm": ChannelRule(
        required=("postal_code", "address_line1", "printed_name"), once="person_id", is_opt_in=False
    ),
}
ALWAYS = ("list_id", "campaign_id", "list_row_id", "person_id")


def checks_for(channel: str, channels: list[str], as_of: date) -> list[Check]:
    """All checks of one channel's publish table; `channels` are all that publish today."""
    rule = CHANNELS[channel]
    required = (*ALWAYS, *rule.required)
    checks = [
        _rows("as_of", channel, "基準日のリストである", f"as_of is distinct from date '{as_of}'"),
        _rows(
            "required", channel, f"必須の列({', '.join(required)})が空でない",
            " or ".join(f"coalesce(trim(cast({column} as varchar)), '') = ''" for column in required),
        ),
        _unique_row(channel),
        _once_per_campaign(channel, channels),
        _not_in_history(channel, as_of),
        _point_once(channel, rule),
        _dormant(channel, as_of),
        _decided(channel, as_of),
        _reconciled(channel, as_of),
        _no_holdout(channel, as_of),
        _no_suppression(channel, as_of),
        _within_capacity(channel, as_of),
    ]  # fmt: skip
    return checks + ([_consent(channel, as_of)] if rule.is_opt_in else [])


def _check(name: str, channel: str, sentence: str, query: str) -> Check:
    return Check(name, f"publish.pub_{channel}_v1", sentence, query)


def _rows(name: str, channel: str, sentence: str, condition: str) -> Check:
    return _check(name, channel, sentence, f"select list_row_id from {{batch}} where {condition} order by 1")


def _unique_row(channel: str) -> Check:
    query = "select list_row_id from {batch} group by list_row_id having count(*) > 1 order by 1"
    return _check("unique_row", channel, "管理番号(list_row_id)が重ならない", query)


def _once_per_campaign(channel: str, channels: list[str]) -> Check:
    union = " union all ".join(f"select campaign_id, person_id from publish.pub_{c}_v1" for c in channels)
    query = f"""
        select list_row_id from {{batch}} where (campaign_id, person_id) in (
            select (campaign_id, person_id) from ({union}) group by campaign_id, person_id having count(*) > 1
        ) order by 1
    """
    return _check("once_per_campaign", channel, "同じ施策に同じ顧客が二度載らない(全チャネルを通して)", query)


def _not_in_history(channel: str, as_of: date) -> Check:
    query = f"""
        select l.list_row_id from {{batch}} as l
        where exists (
            select 1 from raw.list_rows as h
            where h.campaign_id = l.campaign_id and h.person_id = l.person_id and h.known_at < date '{as_of}' + interval 1 day
        ) order by 1
    """
    return _check("not_in_history", channel, "同じ施策で引き渡し済み(または対照群)の顧客を載せない", query)


def _point_once(channel: str, rule: ChannelRule) -> Check:
    query = f"""
        select list_row_id from {{batch}}
        qualify count(*) over (partition by campaign_id, {rule.once}) > 1 order by 1
    """
    return _check("point_once", channel, "同じ連絡先に二度送らない", query)


def _dormant(channel: str, as_of: date) -> Check:
    query = f"""
        select l.list_row_id from {{batch}} as l
        where not exists (
            select 1 from marts.fct_state_spell as s
            where s.person_id = l.person_id and s.state = 'dormant'
              and s.valid_from <= date '{as_of}' and coalesce(s.valid_to > date '{as_of}', true)
        ) order by 1
    """
    return _check("dormant", channel, "基準日に休眠の顧客だけ", query)


def _decided(channel: str, as_of: date) -> Check:
    query = f"""
        select l.list_row_id from {{batch}} as l
        where not exists (
            select 1 from marts.fct_decision as d
            where d.as_of = date '{as_of}' and d.person_id = l.person_id and d.outcome = '{channel}'
        ) order by 1
    """
    return _check("decided", channel, "判定(fct_decision)がこのチャネルの顧客だけ", query)


def _reconciled(channel: str, as_of: date) -> Check:
    query = f"""
        select concat('リスト ', listed, ' 件、判定 ', decided, ' 件') as observed
        from (
            select (select count(*) from {{batch}}) as listed,
                   (select count(*) from marts.fct_decision where as_of = date '{as_of}' and outcome = '{channel}') as decided
        ) where listed <> decided
    """
    return _check("reconciled", channel, "リストの件数が判定の件数と等しい", query)


def _no_holdout(channel: str, as_of: date) -> Check:
    query = f"""
        select l.list_row_id from {{batch}} as l
        where exists (
            select 1 from marts.fct_assignment as a
            where a.campaign_id = l.campaign_id and a.person_id = l.person_id and a.cell = 'holdout'
        ) or exists (
            select 1 from marts.fct_decision as d
            where d.as_of = date '{as_of}' and d.person_id = l.person_id and d.outcome = 'holdout'
        ) order by 1
    """
    return _check("no_holdout", channel, "対照群(hold-out)の顧客を載せない", query)


def _no_suppression(channel: str, as_of: date) -> Check:
    query = f"""
        select l.list_row_id from {{batch}} as l
        left join marts.fct_target as t on t.list_id = l.list_id and t.list_row_id = l.list_row_id
        where t.contact_point_id is null or exists (
            select 1 from marts.fct_suppression as s
            where s.channel in ('{channel}', 'all')
              and ((s.subject_type = 'party' and s.subject_id in (l.person_id, t.addressee_person_id))
                or (s.subject_type = 'contact_point' and s.subject_id = t.contact_point_id))
              and s.from_on <= date '{as_of}' and coalesce(s.until_on > date '{as_of}', true)
        ) order by 1
    """
    return _check(
        "no_suppression", channel, "停止・拒否(fct_suppression)の効いている顧客・連絡先を載せない", query
    )


def _within_capacity(channel: str, as_of: date) -> Check:
    query = f"""
        select concat('リスト ', listed, ' 件、上限 ', coalesce(cast(cap as varchar), 'なし'), ' 件') as observed
        from (
            select (select count(*) from {{batch}}) as listed,
                   (select max(daily_capacity_count) from rules.rule_channel_capacity
                    where channel = '{channel}' and valid_from <= date '{as_of}'
                      and coalesce(valid_to > date '{as_of}', true)) as cap
        ) where coalesce(listed > cap, listed > 0)
    """
    return _check("within_capacity", channel, "1日の上限(rule_channel_capacity)を超えない", query)


def _consent(channel: str, as_of: date) -> Check:
    query = f"""
        select l.list_row_id from {{batch}} as l
        where not exists (
            select 1 from staging.stg_consents as c
            where c.consent_event_id = l.consent_event_id and c.action = 'grant'
              and c.channel in ('{channel}', 'all') and coalesce(c.purpose, 'marketing') = 'marketing'
              and c.consented_at < date '{as_of}' + interval 1 day
        ) order by 1
    """
    return _check("consent", channel, "その連絡先への同意の記録がある", query)
