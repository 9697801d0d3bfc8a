"""B2B accounts and their contacts, Salesforce-like: 18-character ids, times in UTC, TRUE/FALSE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic import plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import (
    Column,
    blank,
    choose,
    day,
    draw,
    flag,
    join,
    number,
    stamp,
    stream,
    text,
)

NO_DAY = np.datetime64("NaT", "D")
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
# situation -> (share, why it went silent); what each means is in the account's dates below
SITUATIONS = {
    "active": (0.50, ""), "silent_ended": (0.16, "FOR_FADE"), "competitor_won": (0.06, "EXT_COMPETITOR"),
    "paying_inactive": (0.07, "CHG_ORG"), "stalled_deal": (0.09, "FOR_RESCHED"),
    "budget_cut": (0.05, "CHG_BUDGET"), "prospect": (0.07, ""),
}  # fmt: skip
# situation -> days since the last two-way contact or use, low..high
SILENT_DAYS = {
    "active": (1, 25), "silent_ended": (380, 700), "competitor_won": (400, 600),
    "paying_inactive": (400, 600), "stalled_deal": (190, 320), "budget_cut": (370, 550),
    "prospect": (200, 500),
}  # fmt: skip


@dataclass
class Companies:
    """One entry an account; days are NaT where they do not apply."""

    size: int
    first: int
    situation: np.ndarray
    created_on: np.ndarray
    contract_start: np.ndarray
    contract_end: np.ndarray
    silent_since: np.ndarray  # last two-way contact or usage
    contacts: np.ndarray
    place: np.ndarray
    as_of: date

    @property
    def keys(self) -> list[str]:
        return [sf_id("001", self.first + row) for row in range(self.size)]


def sf_id(prefix: str, serial: int) -> str:
    """18-character id: object prefix, base-62 serial, case checksum in the last three."""
    digits = ""
    while serial:
        serial, rest = divmod(serial, 62)
        digits = BASE62[rest] + digits
    plain = f"{prefix}5i0000" + digits.rjust(6, "0")
    bits = [
        sum(1 << place for place, sign in enumerate(plain[part : part + 5]) if sign.isupper())
        for part in (0, 5, 10)
    ]
    return plain + "".join(CHECK[value] for value in bits)


def check_digit(body: str) -> int:
    """Check digit of a 法人番号: 9 − Σ digit × weight mod 9, weights 1, 2, 1, 2 … from the right."""
    return 9 - sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(body))) % 9


def corporate_number(serial: int) -> str:
    body = f"{700_000_000_000 + serial:012d}"
    return f"{check_digit(body)}{body}"


def make_companies(seed: int, block: int, persons: int, as_of: date) -> Companies:
    rng = stream(seed, block, "companies")
    size = max(plan.MIN_ACCOUNTS, round(persons * plan.ACCOUNTS_PER_PERSON))
    today = np.datetime64(as_of)
    situation = draw(rng, {name: row[0] for name, row in SITUATIONS.items()}, size)
    created = today - rng.integers(900, 1800, size)
    start = created + rng.integers(30, 90, size)
    low, high = (np.array([SILENT_DAYS[name][side] for name in situation]) for side in (0, 1))
    silent = today - rng.integers(low, high)
    ended = np.isin(situation, ("silent_ended", "competitor_won", "budget_cut"))
    no_contract = np.isin(situation, ("prospect", "stalled_deal"))
    running = np.where(rng.random(size) < 0.5, today + rng.integers(60, 300, size), NO_DAY)
    return Companies(
        size=size,
        first=plan.BLOCK * block + 1,
        situation=situation,
        created_on=created,
        contract_start=np.where(no_contract, NO_DAY, start),
        contract_end=np.where(
            ended, silent - rng.integers(0, 20, size), np.where(no_contract, NO_DAY, running)
        ),
        silent_since=silent,
        contacts=rng.integers(1, 4, size),
        place=rng.integers(0, len(words.PLACES), size),
        as_of=as_of,
    )


def utc(moments: np.ndarray) -> pa.Array:
    """JST moments as Salesforce writes them: ISO, UTC, milliseconds, Z."""
    return stamp(moments.astype("datetime64[s]") - np.timedelta64(9, "h"), ".000Z")


def evening(companies: Companies, days: np.ndarray) -> np.ndarray:
    return np.minimum(
        days.astype("datetime64[s]") + 17 * 3600, np.datetime64(companies.as_of, "s") + 17 * 3600
    )


def _places(companies: Companies, row: np.ndarray) -> dict[str, pa.Array]:
    place = companies.place[row]
    return {
        "postal": choose([entry[0][:3] + "-" + entry[0][3:] for entry in words.PLACES], place),
        "state": choose([entry[2] for entry in words.PLACES], place),
        "city": choose([entry[3] for entry in words.PLACES], place),
        "street": join(
            choose([entry[4] for entry in words.PLACES], place),
            number(row % 9 + 1),
            "-",
            number(row % 20 + 1),
        ),
        "phone": join(
            choose([entry[5] for entry in words.PLACES], place),
            "-",
            _exchange(place, row),
            "-",
            number(row % 10000, 4),
        ),
    }


def _exchange(place: np.ndarray, row: np.ndarray) -> pa.Array:
    """The middle part of a fixed number: area code and exchange have six digits together."""
    digits = np.array([6 - len(entry[5]) for entry in words.PLACES])[place]
    return number(2 * 10 ** (digits - 1) + row % 90)


def account_rows(rng: np.random.Generator, companies: Companies) -> dict[str, Column]:
    size, row, situation = companies.size, np.arange(companies.size), companies.situation
    place = _places(companies, row)
    core = join(
        choose(words.COMPANY_WORDS, row % 12),
        choose(words.COMPANY_KINDS, row // 12 % 8),
        number(companies.first + row),
    )
    form = rng.integers(0, 4, size)
    name = join(choose(["株式会社", "㈱", "有限会社", ""], form), core, flag(form == 3, "株式会社", ""))
    ended = ~np.isnat(companies.contract_end) & (companies.contract_end < np.datetime64(companies.as_of))
    has_contract = ~np.isnat(companies.contract_start)
    reason = {"competitor_won": "他社切替", "budget_cut": "予算削減", "silent_ended": "利用減"}
    checked = np.where(
        rng.random(size) < 0.8, np.datetime64(companies.as_of) - rng.integers(10, 500, size), NO_DAY
    )
    hit = rng.random(size) < 0.02
    return {
        "Id": text(companies.keys),
        "IsDeleted": flag(rng.random(size) < 0.01, "TRUE", "FALSE"),
        "MasterRecordId": "",
        "Name": name,
        "Type": flag(has_contract, "Customer", "Prospect"),
        "ParentId": "",
        "BillingStreet": place["street"],
        "BillingCity": place["city"],
        "BillingState": place["state"],
        "BillingPostalCode": place["postal"],
        "BillingCountry": "日本",
        "Phone": place["phone"],
        "Fax": blank(join(place["phone"], "9"), np.ones(size, bool)),
        "Website": join("https://www.c", number(companies.first + row), ".example.co.jp"),
        "Industry": choose(words.INDUSTRIES, row % 8),
        "NumberOfEmployees": number(rng.integers(5, 2000, size)),
        "OwnerId": choose([sf_id("005", serial) for serial in range(1, 9)], row % 8),
        "CorporateNumber__c": text([corporate_number(companies.first + serial) for serial in row]),
        "ContractStatus__c": pc.if_else(pa.array(has_contract), flag(ended, "終了", "契約中"), "なし"),
        "ContractStartDate__c": day(companies.contract_start),
        "ContractEndDate__c": day(companies.contract_end),
        "CancelReason__c": text([reason.get(value, "") for value in situation]),
        "IsCompetitor__c": flag(row % 53 == 52, "TRUE", "FALSE"),
        "AntisocialCheck__c": pc.if_else(
            pa.array(np.isnat(checked)), "未実施", flag(hit, "該当", "該当なし")
        ),
        "AntisocialCheckedAt__c": utc(evening(companies, checked)),
        "CreatedDate": utc(companies.created_on.astype("datetime64[s]") + 36000),
        "LastModifiedDate": utc(evening(companies, np.maximum(companies.silent_since, companies.created_on))),
    }


def contact_rows(
    rng: np.random.Generator, companies: Companies
) -> tuple[dict[str, Column], np.ndarray, np.ndarray]:
    """Contacts, and beside them the account position and the id of each."""
    account = np.repeat(np.arange(companies.size), companies.contacts)
    size, serial = len(account), 3 * companies.first + np.arange(len(account))
    ids = np.array([sf_id("003", value) for value in serial], dtype=object)
    surname, given = rng.integers(0, len(words.SURNAMES), size), rng.integers(0, len(words.GIVEN_M), size)
    gone = (companies.situation[account] == "paying_inactive") & (rng.random(size) < 0.6)
    left = np.where(gone, companies.silent_since[account], NO_DAY)
    role = rng.integers(0, 4, size)
    columns = {
        "Id": text(ids),
        "IsDeleted": "FALSE",
        "AccountId": text(companies.keys).take(pa.array(account)),
        "LastName": choose([row[0] for row in words.SURNAMES], surname),
        "FirstName": choose([row[0] for row in words.GIVEN_M], given),
        "LastNameKana__c": choose([row[1] for row in words.SURNAMES], surname),
        "FirstNameKana__c": choose([row[1] for row in words.GIVEN_M], given),
        "Department": choose(["総務部", "購買部", "営業企画部", "情報システム部"], rng.integers(0, 4, size)),
        "Title": choose(["部長", "課長", "主任", ""], role),
        "DecisionRole__c": choose(["決裁者", "推進者", "窓口", "不明"], role),
        "Email": join("c", number(serial), "@c", number(companies.first + account), ".example.co.jp"),
        "Phone": _places(companies, account)["phone"],
        "Extension__c": blank(number(rng.integers(100, 999, size)), rng.random(size) < 0.6),
        "LeftDate__c": day(left),
        "CreatedDate": utc(companies.created_on[account].astype("datetime64[s]") + 40000),
        "LastModifiedDate": utc(evening(companies, np.where(gone, left, companies.created_on[account] + 20))),
    }
    return columns, account, ids


def account_table(companies: Companies) -> pa.Table:
    """Truth of the accounts: the situation, since when they are silent, and why."""
    silent = companies.situation != "active"
    return pa.table(
        {
            "source_system": pa.array(["salesforce"] * companies.size),
            "account_id": text(companies.keys),
            "situation": pa.array(companies.situation, pa.string()),
            "has_stopped": silent & (companies.situation != "prospect"),
            "silent_since": companies.silent_since,
            "cause_code": text([SITUATIONS[name][1] for name in companies.situation]),
        }
    )
