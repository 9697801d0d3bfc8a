"""Seeded customers, accounts and contacts that share addresses and numbers, move, leave, join and part from day to day.

The same seed gives the same rows; values come from small pools, so that circles of records form and break.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from tests.oracle.build import AccountParty, Party, at
from tests.oracle.known import Rows

FAMILIES, KANA = ("髙橋", "佐藤", "山﨑"), ("タカハシ", "サトウ", "ヤマザキ")
GIVEN, GIVEN_KANA = ("太郎", "花子", "礼子"), ("タロウ", "ハナコ", "レイコ")


def parties(seed: int, count: int, first: date, days: tuple[date, ...]) -> list[Rows]:
    """`count` persons and a fifth as many accounts: most are known on `first`, the others on one of `days`; some change on each."""
    rng = random.Random(seed)
    people = [_person(rng, f"C{seed}-{number:04}", first, days, count) for number in range(count)]
    return people + [_account(rng, f"A{seed}-{number:03}", first, days) for number in range(count // 5)]


def known_between(parties: list[Rows], after: date, until: date) -> list[Rows]:
    """The rows that became known after one day, until another: what the deliveries in between hold."""
    return [
        {entity: found for entity, rows in party.items() if (found := [r for r in rows if after < r["known_at"].date() <= until])}
        for party in parties
    ]


def _person(rng: random.Random, name: str, first: date, days: tuple[date, ...], count: int) -> Rows:
    party = Party(name)
    known = rng.choice([first - timedelta(days=rng.randint(1, 900))] * 4 + list(days))
    now = {**_values(rng, count), **dict.fromkeys(("withdrawn_at", "household_id"))}
    if rng.random() < 0.85:
        _tell(party, known, now)
        for day in days:
            if day > known and rng.random() < 0.25:
                changed = rng.sample(("email", "phone", "name", "postal_code", "birth_date"), rng.randint(1, 2))
                fresh = _values(rng, count)
                now.update({c: fresh[c] for c in changed})
                if rng.random() < 0.2:
                    now["withdrawn_at"] = at(rng.choice(days), 8)
                if rng.random() < 0.1:
                    now["household_id"] = f"h{rng.randint(1, 9)}"
                _tell(party, day, now)
        if rng.random() < 0.3:
            _point(rng, party, f"{name}-p", rng.choice([known, *days]), count)
    for day in (known, *days):
        if day >= known and rng.random() < 0.3:
            gift = {"is_gift": True, "ship_to_party_id": f"{name[:-4]}{rng.randrange(count):04}"} if rng.random() < 0.4 else {}
            party.order(day, **gift)
    # an order that turns out to be another's: whoever is known from it alone is nobody any more
    if known < first and rng.random() < 0.1:
        party.order(known, order_id=f"{name}-x")
        party.add("orders", rng.choice(days), order_id=f"{name}-x", party_id=f"{name}-y", ordered_at=at(known), status="paid", order_type="single", net_amount=3000)
    return party.rows


def _values(rng: random.Random, count: int) -> dict:
    return {
        "email": f"m{rng.randrange(count)}@mail.example" if rng.random() < 0.8 else None,
        "phone": f"+8190{10000000 + rng.randrange(count // 3)}",
        "name": (rng.randrange(3), rng.randrange(3)),
        "postal_code": f"{1000000 + rng.randrange(5)}",
        "birth_date": date(1950 + rng.randrange(3), 10, 1 + rng.randrange(2)),
    }


def _tell(party: Party, known: date, now: dict) -> None:
    family, given = now["name"]
    columns = {key: value for key, value in now.items() if key != "name"}
    party.customer(
        known, date(2022, 4, 1), family_name=FAMILIES[family], given_name=GIVEN[given], family_name_kana=KANA[family],
        given_name_kana=GIVEN_KANA[given], prefecture_code="13", city="港区", address_line1=f"{now['postal_code'][-1]}-1", **columns,
    )  # fmt: skip


def _point(rng: random.Random, party: Party, point_id: str, known: date, count: int) -> None:
    kind = rng.choice(["email", "phone"])
    values = _values(rng, count)
    value = values["phone"] if kind == "phone" else values["email"] or "other@mail.example"
    party.add("contact_points", known, contact_point_id=point_id, party_id=party.name, type=kind, value_norm=value, registered_at=at(known, 9))


def _account(rng: random.Random, name: str, first: date, days: tuple[date, ...]) -> Rows:
    known = rng.choice([first - timedelta(days=400)] * 4 + list(days))
    party = AccountParty(name, known, known, **_company(rng))
    party.rows["accounts"][0]["account_name"] = f"株式会社{rng.choice('ABC')}"
    for day in days:
        if day > known and rng.random() < 0.3:
            party.add("accounts", day, **{**party.rows["accounts"][-1], **_company(rng)})
    for number in range(rng.randint(1, 3)):
        row = {"contact_id": f"{name}-c{number}", "account_id": name, "registered_at": at(known, 9), "decision_role": "desk"}
        for day in sorted({known, *days}):
            if day == known or (day > known and rng.random() < 0.25):
                family, given = rng.randrange(2), rng.randrange(2)
                account = f"{name[:-3]}{rng.randrange(int(name[-3:]) + 1):03}" if rng.random() < 0.3 else row["account_id"]
                row |= {
                    "account_id": account, "email": f"k{rng.randrange(4)}@{rng.choice('ab')}.example", "phone_direct": f"+813{50000000 + rng.randrange(4)}",
                    "family_name": FAMILIES[family], "given_name": GIVEN[given], "family_name_kana": KANA[family], "given_name_kana": GIVEN_KANA[given],
                    "left_at": at(rng.choice(days), 8) if rng.random() < 0.15 else None,
                }  # fmt: skip
                party.add("contacts", day, **row)
        if rng.random() < 0.4:
            party.by(row["contact_id"]).order(rng.choice([known, *days]))
    return party.rows


def _company(rng: random.Random) -> dict:
    return {
        "domain": f"{rng.choice('ab')}.example", "postal_code": f"{1000000 + rng.randrange(3)}", "prefecture_code": rng.choice(["13", "27"]),
        "city": "港区", "phone": f"+813{60000000 + rng.randrange(6)}", "is_competitor": rng.random() < 0.1,
    }  # fmt: skip
