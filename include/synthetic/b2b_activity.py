"""What happened with the B2B accounts: opportunities, tasks, and the product's own usage log."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic.b2b import NO_DAY, Companies, account_rows, contact_rows, evening, sf_id, utc
from include.synthetic.columns import Column, blank, choose, day, flag, join, number, stream, text
from include.synthetic.dirt import Rows, Soil


def _deal_rows(
    rng: np.random.Generator, companies: Companies, contact_of: np.ndarray
) -> tuple[dict[str, Column], np.ndarray, np.ndarray]:
    """One won deal behind every contract, one open deal where it stalled, some lost ones."""
    found = np.flatnonzero
    situation = companies.situation
    lively = (situation == "active") & (rng.random(companies.size) < 0.15)
    parts = [
        (found(~np.isnat(companies.contract_start)), "Closed Won"),
        (found(situation == "stalled_deal"), "Proposal/Price Quote"),
        (found(situation == "prospect"), "Closed Lost"),
        (found(lively), "Negotiation/Review"),
    ]
    account = np.concatenate([part[0] for part in parts])
    stage = np.concatenate([np.full(len(part[0]), part[1], dtype=object) for part in parts])
    size, today = len(account), np.datetime64(companies.as_of)
    is_open = ~np.isin(stage, ("Closed Won", "Closed Lost"))
    opened = np.where(stage == "Negotiation/Review", today - 60, companies.created_on[account] + 5)
    opened = np.where(stage == "Proposal/Price Quote", companies.silent_since[account] - 40, opened)
    closed = np.where(
        stage == "Closed Won",
        companies.contract_start[account],
        np.where(is_open, NO_DAY, companies.silent_since[account]),
    )
    stalled = stage == "Proposal/Price Quote"
    ids = np.array([sf_id("006", 3 * companies.first + value) for value in range(size)], dtype=object)
    touched = np.where(stalled, today - 20, np.where(is_open, today - 3, closed))
    columns = {
        "Id": text(ids),
        "IsDeleted": "FALSE",
        "AccountId": text(companies.keys).take(pa.array(account)),
        "ContactId": text(contact_of[account]),
        "Name": join("商談-", number(np.arange(size) + 1)),
        "StageName": text(stage),
        "Amount": join(number(rng.integers(10, 500, size) * 10_000), ".0"),
        "CloseDate": day(np.where(is_open, today + 45, closed)),
        "ActualCloseDate__c": day(closed),
        "IsClosed": flag(is_open, "FALSE", "TRUE"),
        "IsWon": flag(stage == "Closed Won", "TRUE", "FALSE"),
        "LossReason__c": blank(
            choose(["予算", "時期尚早", "他社採用"], rng.integers(0, 3, size)), stage != "Closed Lost"
        ),
        "Competitor__c": "",
        "RescheduleCount__c": number(np.where(stalled, rng.integers(1, 4, size), 0)),
        "CreatedDate": utc(opened.astype("datetime64[s]") + 36000),
        "LastActivityDate": day(touched),
        "LastModifiedDate": utc(evening(companies, touched)),
    }
    return columns, account, ids


def _task_rows(
    rng: np.random.Generator, companies: Companies, contact_of: np.ndarray, deals: dict[int, str]
) -> dict[str, Column]:
    """Two-way contacts up to the silent day; after it only our own unanswered mails."""
    count = rng.integers(4, 9, companies.size)
    account = np.repeat(np.arange(companies.size), count)
    span = (companies.silent_since - companies.created_on).astype(int)[account]
    days = companies.silent_since[account] - (span * rng.random(len(account)) ** 2).astype(int)
    days[np.cumsum(count) - 1] = companies.silent_since
    mails = np.repeat(np.flatnonzero(companies.situation != "active"), 4)
    sent = np.maximum(
        np.datetime64(companies.as_of) - np.tile([20, 50, 80, 110], len(mails) // 4),
        companies.silent_since[mails] + 1,
    )
    both, days = np.r_[account, mails], np.r_[days, sent]
    is_two_way = np.r_[np.ones(len(account), bool), np.zeros(len(mails), bool)]
    order = np.lexsort((is_two_way, both, days))
    both, days, is_two_way = both[order], days[order], is_two_way[order]
    size = len(both)
    inbound = is_two_way & (rng.random(size) < 0.35)
    at = evening(companies, days) - rng.integers(0, 7 * 3600, size)
    return {
        "Id": text([sf_id("00T", 20 * companies.first + value) for value in range(size)]),
        "IsDeleted": "FALSE",
        "WhoId": text(contact_of[both]),
        "WhatId": text([deals.get(value, "") for value in both.tolist()]),
        "AccountId": text(companies.keys).take(pa.array(both)),
        "Subject": flag(is_two_way, "打ち合わせ\n次回検討", "ご案内メール"),
        "Type": pc.if_else(
            pa.array(is_two_way), choose(["Call", "Meeting", "Email"], rng.integers(0, 3, size)), "Email"
        ),
        "Direction__c": flag(inbound, "Inbound", "Outbound"),
        "IsTwoWay__c": flag(is_two_way, "TRUE", "FALSE"),
        "Status": "Completed",
        "CompletedDateTime": utc(at),
        "CreatedDate": utc(at),
        "LastModifiedDate": utc(at),
    }


def _usage_rows(rng: np.random.Generator, companies: Companies) -> dict[str, Column]:
    """About one usage day a week from contract start (at most a year back) until the account fell silent."""
    user = np.flatnonzero(~np.isnat(companies.contract_start))
    until = companies.silent_since[user]
    begin = np.maximum(companies.contract_start[user], until - 365)
    weeks = np.maximum((until - begin).astype(int) // 7, 0) + 1
    account = np.repeat(user, weeks)
    back = np.arange(len(account)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    days = np.repeat(until, weeks) - 7 * back
    active = rng.integers(1, 15, len(account))
    return {
        "account_id": text(companies.keys).take(pa.array(account)),
        "used_on": day(days),
        "active_users": number(active),
        "events": number(active * rng.integers(3, 30, len(account))),
    }


def company_rows(seed: int, block: int, companies: Companies) -> dict[str, tuple[Rows, Soil | None]]:
    """The five B2B files from one draw."""
    rng = stream(seed, block, "company rows")
    accounts = account_rows(rng, companies)
    contacts, account_of, contact_ids = contact_rows(rng, companies)
    first = np.searchsorted(account_of, np.arange(companies.size))
    contact_of = contact_ids[first]
    deals, deal_account, deal_ids = _deal_rows(rng, companies, contact_of)
    found = {
        "salesforce_accounts": accounts,
        "salesforce_contacts": contacts,
        "salesforce_opportunities": deals,
        "salesforce_activities": _task_rows(
            rng, companies, contact_of, dict(zip(deal_account.tolist(), deal_ids, strict=True))
        ),
        "product_usage": _usage_rows(rng, companies),
    }
    return {source: (list(columns.items()), None) for source, columns in found.items()}
