"""Every case once more, its dates moved so that a day that matters is tomorrow, today or yesterday: the day before a change of
state, the day itself and the day after, all seen on one as_of.

D5 and SEASONAL look at whole months, so their parties move by months and are seen on different days of `world.DAYS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.build import Party, on, product
from tests.oracle.cases import AS_OF, Case, case, told_spells, told_states
from tests.oracle.reading import read

PLACES = {"eve": 1, "day": 0, "morrow": -1}  # days from as_of to the change
KEPT_IDS = ("product_id", "competitor_id")
# one telephone or address would make one person of all copies
ADDRESSES = ("phone", "email")


@dataclass(frozen=True)
class Copy:
    """A case moved in time, and what the text then says of it on `as_of`."""

    case: Case
    place: str
    rules: tuple[str, ...]
    as_of: date = AS_OF

    @property
    def name(self) -> str:
        return self.case.name


def copies(cases: Iterable[Case], products: list[dict]) -> list[Copy]:
    """Three copies of a case for each of its changes of state that a rule made, of a persona for each of all its changes.

    The reading of the moved rows decides whether a copy is one: days may carry a party into other months (D5, SEASONAL), or
    before a later version of a row was known.
    """
    found = []
    for told in cases:
        for changed_on in [on(row.split()[0]) for row in told.states[1:]]:
            rules = rules_of(told, changed_on)
            if not rules and told.name[0] != "P":
                continue
            for place, ahead in PLACES.items():
                moved = move(told, (AS_OF - changed_on).days + ahead, f"-{changed_on}-{place}")
                reading = read({**moved.party.rows, "products": products}, AS_OF)
                if (told_states(reading), told_spells(reading)) == (moved.states, moved.spells):
                    found.append(Copy(moved, place, rules))
    return found


def rules_of(told: Case, changed_on: date) -> tuple[str, ...]:
    """The rules of the spell that begins with the change; none where something else happened."""
    starting = [spell.split()[1] for spell in told.spells if spell.startswith(str(changed_on))]
    return tuple(starting[0].split(",")) if starting else ()


def move(told: Case, days: int, suffix: str) -> Case:
    """The case `days` later under a name of its own, as told on AS_OF."""
    states = [later(row, days) for row in told.states]
    spells = [later(spell, days) for spell in told.spells]
    return Case(
        told.name + suffix, moved_party(told.party, days, suffix), tuple(s for s in states if s[:10] <= str(AS_OF)),
        tuple(not_yet_ended(s) for s in spells if s[:10] <= str(AS_OF)),
    )  # fmt: skip


def later(text: str, days: int) -> str:
    return " ".join(str(on(word) + timedelta(days=days)) if word[:2] in ("19", "20") else word for word in text.split())


def not_yet_ended(spell: str) -> str:
    words = spell.split()
    has_ended = words[-2][:2] == "20" and len(words) > 3
    return " ".join(words[:-2]) if has_ended and words[-2] > str(AS_OF) else spell


def moved_party(party: Party, days: int, suffix: str) -> Party:
    copy = Party.__new__(type(party))
    copy.name, copy.count = party.name + suffix, party.count
    copy.rows = {
        entity: [moved_row(row, days, suffix) for row in rows] for entity, rows in party.rows.items() if entity != "consents"
    }
    return copy


def moved_row(row: dict, days: int, suffix: str) -> dict:
    def moved(column: str, value):
        if isinstance(value, date):  # a datetime is one too
            return value + timedelta(days=days)
        is_own = column == "account_name" or (column.endswith("_id") and column not in KEPT_IDS)
        return value + suffix if is_own and value is not None else value

    return {column: moved(column, value) for column, value in row.items() if column not in ADDRESSES}


def monthly(name: str, first_month: int, year: int) -> Party:
    """P02 begun in another month: orders on the 15th of six months."""
    numbers = [year * 12 + first_month - 1 + n for n in range(6)]
    return Party(name).orders(*[f"{n // 12}-{n % 12 + 1:02}-15" for n in numbers])


def yearly(name: str, month: int) -> Party:
    """P19 in another month: the 10th of one month in three years."""
    return Party(name).orders(*[f"{year}-{month:02}-10" for year in (2021, 2022, 2023)])


def fast(name: str, last: str) -> Party:
    """Two orders of a category whose preset is b2c_fast (90 days)."""
    return Party(name).orders("2024-05-20", last, lines=[("QUICK", 3000, 1)])


# the presets beside b2c_std, b2b (D8) and deal (D7)
BY_PRESET = [
    Copy(case(fast("b2c_fast_day_89", "2024-07-04"), "2024-05-20 new; 2024-07-04 active"), "eve", ("b2c_fast",)),
    Copy(
        case(fast("b2c_fast_day_90", "2024-07-03"), "2024-05-20 new; 2024-07-03 active; 2024-10-01 dormant", "2024-10-01 D1"),
        "day", ("b2c_fast",),
    ),
    Copy(
        case(fast("b2c_fast_day_91", "2024-07-02"), "2024-05-20 new; 2024-07-02 active; 2024-09-30 dormant", "2024-09-30 D1"),
        "morrow", ("b2c_fast",),
    ),
]  # fmt: skip
FAST_PRODUCTS = [product("QUICK", category_l1="FAST")]

# seen on 07-31, on 08-30 and on 10-01; P02 and P19 themselves are the eve of August's end and the morrow of the year's
BY_MONTH = [
    Copy(
        case(monthly("P02-a-month-earlier", 12, 2023),
             "2023-12-15 new; 2024-01-15 active; 2024-07-30 at_risk; 2024-07-31 dormant", "2024-07-31 D5"),
        "day", ("D5",), date(2024, 7, 31),
    ),
    Copy(
        case(monthly("P02-as-it-is", 1, 2024), "2024-01-15 new; 2024-02-15 active; 2024-08-30 at_risk"),
        "eve", ("D5",), date(2024, 8, 30),
    ),
    Copy(
        case(monthly("P02-a-month-later", 2, 2024),
             "2024-02-15 new; 2024-03-15 active; 2024-09-29 at_risk; 2024-09-30 dormant", "2024-09-30 D5"),
        "morrow", ("D5",), date(2024, 10, 1),
    ),
    Copy(
        case(yearly("P19-in-july", 7),
             "2021-07-10 new; 2021-10-08 dormant; 2022-07-10 reactivated; 2023-01-06 dormant; 2023-07-10 reactivated",
             "2021-10-08 D4 2022-07-10 reactivated; 2023-01-06 D1 again 2023-07-10 reactivated"),
        "eve", ("SEASONAL",), date(2024, 7, 31),
    ),
    Copy(
        case(yearly("P19-in-september", 9),
             "2021-09-10 new; 2021-12-09 dormant; 2022-09-10 reactivated; 2023-03-09 dormant; 2023-09-10 reactivated;"
             "2024-10-01 dormant",
             "2021-12-09 D4 2022-09-10 reactivated; 2023-03-09 D1 again 2023-09-10 reactivated; 2024-10-01 SEASONAL,D1 again"),
        "day", ("SEASONAL",), date(2024, 10, 1),
    ),
    Copy(
        case(yearly("P19-in-december", 12),
             "2021-12-10 new; 2022-03-10 dormant; 2022-12-10 reactivated; 2023-06-08 dormant; 2023-12-10 reactivated;"
             "2025-01-01 dormant",
             "2022-03-10 D4 2022-12-10 reactivated; 2023-06-08 D1 again 2023-12-10 reactivated; 2025-01-01 SEASONAL,D1 again"),
        "morrow", ("SEASONAL",), date(2025, 1, 2),
    ),
]  # fmt: skip
