"""Who is who, in incremental builds of days on which people come, move, leave, join and part: every table as if made anew."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from include import transform, warehouse
from tests.e2e.test_incremental import build_day, contents
from tests.oracle import households, raw
from tests.oracle.build import AccountParty, Party, at
from tests.oracle.pinned import pin
from tests.oracle.world import settings_of

SEED, COUNT = 7, 300
FIRST = date(2024, 10, 2)
# a day without anybody new, so that who is who stays; then days with everything
QUIET, DAYS = date(2024, 10, 3), (date(2024, 10, 4), date(2024, 10, 28))
LAYERS = ("rules", "staging", "people")


def quiet_parties() -> list:
    """Known customers to whom something happens on the quiet day, without a master row of theirs."""
    leaving = Party("LEAVING").customer("2024-09-01", "2024-01-10", withdrawn_at=at(QUIET, 8), postal_code="9990001")
    gifted = Party("GIFTED").customer("2024-09-01", postal_code="9990002")
    giver = Party("GIVER").customer("2024-09-01", "2024-01-10", postal_code="9990003")
    giver.order("2024-10-01").order(QUIET, is_gift=True, ship_to_party_id="GIFTED")
    account = AccountParty("FIRM", "2024-06-01").contact("DESK", "2024-06-01")
    # an order of long ago that becomes known only now
    account.by("DESK").order("2024-02-01", known=QUIET)
    return [leaving.rows, gifted.rows, giver.rows, account.rows]


def later_parties() -> list:
    """A person known from one order alone, which turns out to be another's."""
    once = Party("ONCE").order("2024-09-10", order_id="once-o")
    once.add("orders", DAYS[0], order_id="once-o", party_id="GIVER", ordered_at=at("2024-09-10"), status="paid", order_type="single", net_amount=3000)
    return [once.rows]


def desk_parties() -> list:
    """An account with a pair of records of one contact; the address of its other contact comes up at another account later."""
    desks, other = AccountParty("DESKS", "2024-06-01"), AccountParty("OTHER", "2024-06-01")
    for account, contact, email, known in (
        (desks, "D1", "d", "2024-06-01"), (desks, "D2", "d", "2024-06-02"), (desks, "E1", "e", "2024-06-03"), (other, "E2", "e", DAYS[0]),
    ):  # fmt: skip
        account.add(
            "contacts", known, contact_id=contact, account_id=account.name, registered_at=at(known, 9), decision_role="desk",
            email=f"{email}@desks.example",
        )  # fmt: skip
    return [desks.rows, other.rows]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[date, tuple[dict, dict, dict]]:
    """Day -> (incremental tables, the same made anew, a few facts of the incremental ones)."""
    root = Path(tmp_path_factory.mktemp("identity") / "data")
    pin(root / "rules")
    settings = settings_of(root)
    rows = [*households.parties(SEED, COUNT, FIRST, DAYS), *quiet_parties(), *later_parties(), *desk_parties()]
    aside, found, before = root / "aside", {}, date.min
    for day in (FIRST, QUIET, *DAYS):
        raw.pour(settings, households.known_between(rows, before, day), day)
        before = day
        build_day(settings, day, LAYERS)
        with warehouse.reader(settings) as connection:
            [is_incremental] = connection.execute("select is_incremental from ops.build_plan").fetchone()
        assert is_incremental == (day != FIRST)
        incremental, facts = contents(settings), facts_of(settings)
        shutil.copyfile(settings.warehouse, aside)
        for layer in LAYERS[1:]:
            transform.build(settings, layer, day)
        found[day] = incremental, contents(settings), facts
        shutil.copyfile(aside, settings.warehouse)
    return found


def facts_of(settings) -> dict:
    with warehouse.reader(settings) as connection:
        parties = connection.execute(
            "select source_id, withdrawn_on, is_gift_only, first_fact_on from intermediate.int_identity__party where party_key in (?, ?, ?, ?)",
            [f"generic:{name}" for name in ("LEAVING", "GIFTED", "FIRM", "ONCE")],
        ).fetchall()
        [moved] = connection.execute("select count(*) from intermediate.int_identity__alias where source_system = 'okoshi'").fetchone()
        [concerned] = connection.execute("select count(*) from ops.changed_person").fetchone()
        [everybody] = connection.execute("select count(*) from intermediate.int_identity__party").fetchone()
        [desks] = connection.execute(
            "select count(distinct person_id) from intermediate.int_identity__member where source_id in ('D1', 'D2', 'E1', 'E2')"
        ).fetchone()
    return {**{row[0]: row[1:] for row in parties}, "moved": moved, "concerned": concerned, "everybody": everybody, "desks": desks}


@pytest.mark.parametrize("day", [QUIET, *DAYS])
def test_who_is_who_of_an_incremental_build_equals_a_full_one_table_by_table(built, day):
    incremental, full, _ = built[day]
    assert len(full) > 40
    assert {table for table in full if incremental[table] != full[table]} == set()


def test_the_days_were_full_of_people_who_join_and_part(built):
    moved = [built[day][2]["moved"] for day in DAYS]
    assert 0 < moved[0] < moved[1]
    quiet = built[QUIET][2]
    assert 0 < quiet["concerned"] < 10 < quiet["everybody"]


def test_an_address_at_another_account_draws_the_circle_of_the_first_anew_and_joins_nobody(built):
    assert [built[day][2]["desks"] for day in (QUIET, DAYS[0])] == [2, 3]


def test_a_leaving_whose_date_has_come_is_seen_without_anything_new(built):
    assert [built[day][2]["LEAVING"][0] for day in (FIRST, QUIET)] == [None, QUIET]


def test_who_receives_a_gift_is_marked_though_no_record_speaks_of_it(built):
    assert [built[day][2]["GIFTED"][1] for day in (FIRST, QUIET)] == [False, True]


def test_what_becomes_known_of_a_contact_is_a_fact_of_its_account(built):
    assert [built[day][2]["FIRM"][2] for day in (FIRST, QUIET)] == [date(2024, 6, 1), date(2024, 2, 1)]


def test_a_person_known_from_an_order_that_is_anothers_is_nobody_any_more(built):
    assert "ONCE" in built[QUIET][2] and "ONCE" not in built[DAYS[0]][2]
