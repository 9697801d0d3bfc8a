"""What an incremental build takes for changed, and when it makes everything anew."""

from __future__ import annotations

from datetime import date

import pytest

from include import changes, ingest, warehouse
from include.changes import identity, parties, records
from include.contracts import canonical

DAY, NEXT = date(2024, 10, 10), date(2024, 10, 11)
OLD, NEW = "old-delivery", "new-delivery"


@pytest.fixture
def house(config):
    """A warehouse with a finished build of `DAY` that knew one delivery."""
    ingest.prepare(config)
    with warehouse.writer(config) as connection:
        connection.execute(
            "create schema intermediate;"
            "create table intermediate.int_identity__member (party_key varchar, person_id varchar);"
            "create table intermediate.int_identity__party (person_id varchar, account_person_id varchar, rank varchar);"
            "create table intermediate.int_identity__record as select 's:c1' as party_key, true as is_registered;"
            "create table intermediate.int_identity__key (party_key varchar, block_key varchar);"
            "create table intermediate.int_identity__contact_key (party_key varchar, block_key varchar);"
            "create table intermediate.int_identity__link (party_key varchar, block_key varchar, scope_key varchar);"
            "create table intermediate.int_identity__former_id (former_person_id varchar, person_id varchar);"
            "create table intermediate.int_dormancy__next (person_id varchar, next_change_on date);"
            "create table intermediate.int_cause__unsettled (person_id varchar, spell_no integer);"
            "insert into intermediate.int_identity__member values ('s:c1', 'p1'), ('s:c2', 'p2'), ('s:k', 'p3'), ('s:a', 'a1');"
            "insert into intermediate.int_identity__party values ('p1', null, 'gold'), ('p2', null, 'gold'),"
            " ('p3', 'a1', null), ('a1', null, null)"
        )
        _deliver(connection, OLD, DAY, "2024-10-10 12:00:00")
        _orders(connection, OLD, DAY, [("o1", "c1", "2024-05-01", "h1"), ("o2", "c2", "2024-05-02", "h2")])
        connection.execute("insert into ops.build_plan values (?, false, 'v1', 'code', '2024-10-10 12:00:00', null)", [DAY])
        changes.keep(connection, DAY)
    return config


def _deliver(connection, delivery: str, day: date, committed: str, mode: str = "delta", source: str = "s") -> None:
    connection.execute(
        "insert into ops.file_ledger (delivery_id, source, business_date, mode, state, committed_at) values (?, ?, ?, ?, 'loaded', ?)",
        [delivery, source, day, mode, committed],
    )


def _orders(connection, delivery: str, day: date, rows: list[tuple], **columns) -> None:
    for order_id, party, ordered_on, record_hash in rows:
        values = {
            "order_id": order_id, "party_id": party, "ordered_at": ordered_on, "record_hash": record_hash, "source_system": "s",
            "delivery_id": delivery, "business_date": day, "known_at": f"{day} 11:00:00", **columns,
        }  # fmt: skip
        _insert(connection, "orders", values)


def _insert(connection, entity: str, values: dict) -> None:
    connection.execute(
        f"insert into raw.{entity} ({', '.join(values)}) values ({', '.join('?' * len(values))})", list(values.values())
    )


def begin(house, day: date = NEXT, policy: str = "v1", code: str = "code") -> changes.Plan:
    return changes.begin(house, day, policy, code)


def changed(house, day: date = NEXT) -> set[tuple]:
    """(entity, key, party) of every record that the build of `day` finds changed."""
    assert not begin(house, day).is_full
    with warehouse.writer(house) as connection:
        return set(connection.execute("select entity, record_key, party_key from ops.changed_record").fetchall())


def concerned(house, day: date = NEXT) -> set[str]:
    assert not begin(house, day).is_full
    parties.concern(house, day)
    with warehouse.writer(house) as connection:
        return {person for [person] in connection.execute("select person_id from ops.changed_party").fetchall()}


def test_nothing_new_changes_nothing(house):
    assert changed(house) == set()
    assert concerned_after_restart(house) == set()


def concerned_after_restart(house) -> set[str]:
    with warehouse.writer(house) as connection:
        changes.keep(connection, NEXT)
    return concerned(house)


def test_the_same_content_delivered_again_is_no_change(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o1", "c1", "2024-05-01", "h1")])
    assert changed(house) == set()


def test_a_record_that_says_something_else_concerns_its_old_and_its_new_party(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o1", "c2", "2024-05-01", "other")])
    assert changed(house) == {("orders", "o1", "s:c1"), ("orders", "o1", "s:c2")}


def test_a_late_older_version_is_a_change(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, DAY, "2024-10-11 12:00:00")
        _orders(connection, NEW, date(2024, 10, 2), [("o1", "c1", "2024-05-01", "h1")])
    assert changed(house) == {("orders", "o1", "s:c1")}


def test_a_fact_of_an_earlier_month_that_comes_late_makes_everything_anew(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, DAY, "2024-10-11 12:00:00")
        _orders(connection, NEW, date(2024, 9, 30), [("o7", "c1", "2024-05-01", "h7")])
    assert begin(house).is_full


def test_whom_a_new_row_of_our_lists_names_is_concerned(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "list_rows", {"source_system": "okoshi", "campaign_id": "w", "person_id": "p2", "record_hash": "h", "delivery_id": NEW, "business_date": NEXT, "known_at": f"{NEXT} 00:00:00"})
    assert concerned(house) == {"p2"}


def test_whom_a_new_row_of_our_lists_named_by_a_former_id_is_concerned(house):
    with warehouse.writer(house) as connection:
        connection.execute("insert into intermediate.int_identity__former_id values ('p9', 'p2')")
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "list_rows", {**_new("h"), "source_system": "okoshi", "campaign_id": "w", "person_id": "p9"})
    assert concerned(house) >= {"p2"}


def _new(record_hash: str) -> dict:
    return {
        "source_system": "s", "record_hash": record_hash, "delivery_id": NEW, "business_date": NEXT, "known_at": f"{NEXT} 11:00:00",
    }  # fmt: skip


def _known(record_hash: str) -> dict:
    return {**_new(record_hash), "delivery_id": OLD, "business_date": DAY, "known_at": f"{DAY} 11:00:00"}


def test_a_hearing_that_names_only_its_call_concerns_whom_the_call_names(house):
    with warehouse.writer(house) as connection:
        _insert(connection, "calls", {**_known("k"), "call_id": "k1", "party_id": "c2", "started_at": "2024-10-09 10:00:00"})
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "hearings", {**_new("h"), "hearing_id": "h1", "call_id": "k1", "heard_at": "2024-10-09 10:00:00"})
    assert concerned(house) == {"p2"}


def test_a_call_and_a_hearing_that_name_a_row_of_our_list_concern_whom_it_names(house):
    listed = {**_known("l"), "source_system": "okoshi", "campaign_id": "w", "list_row_id": "r1", "person_id": "p1"}
    with warehouse.writer(house) as connection:
        _insert(connection, "list_rows", listed)
        _insert(connection, "calls", {**_known("k"), "call_id": "k1", "list_row_id": "r1", "started_at": "2024-10-09 10:00:00"})
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "hearings", {**_new("h"), "hearing_id": "h1", "call_id": "k1", "heard_at": "2024-10-09 10:00:00"})
    assert concerned(house) == {"p1"}


def test_a_call_that_now_names_another_row_of_our_lists_concerns_both(house):
    with warehouse.writer(house) as connection:
        for row, person in (("r1", "p1"), ("r2", "p3")):
            listed = {**_known(row), "source_system": "okoshi", "campaign_id": "w", "list_row_id": row, "person_id": person}
            _insert(connection, "list_rows", listed)
        _insert(connection, "calls", {**_known("k"), "call_id": "k1", "list_row_id": "r1", "started_at": "2024-10-09 10:00:00"})
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "calls", {**_new("n"), "call_id": "k1", "list_row_id": "r2", "started_at": "2024-10-09 10:00:00"})
    # p3 is a contact: what it does concerns its account
    assert concerned(house) == {"p1", "p3", "a1"}


def test_of_every_entity_it_is_said_whom_a_row_concerns():
    groups = [set(records.PARTIES) | set(records.PARENTS), set(records.COMMON), {records.OWN_LISTS}, set(records.NOBODY)]
    assert sorted(name for group in groups for name in group) == sorted(canonical().entities)
    assert all(records.NOBODY.values())


# a column that leads to a party -> why a change needs nobody told through it
LEADS_NOWHERE = {
    ("accounts", "parent_account_id"): "part of the party's signature",
    ("orders", "ship_to_party_id"): "who only receives a gift is no party; the mark is_gift_only is part of the signature",
    ("orders", "subscription_id"): "whose the order is says party_id",
    ("deals", "contact_id"): "no model reads it",
    ("campaign_contacts", "contact_point_id"): "whom it was sent to says party_id",
    ("responses", "order_id"): "who responded says party_id",
    ("consents", "contact_point_id"): "read set-wise in every build (eligibility)",
    ("list_rows", "list_row_id"): "the row itself",
    ("list_rows", "person_id"): "our own id",
}


def test_every_column_that_leads_to_a_party_is_followed_or_has_a_reason():
    entities = canonical().entities
    leading = {"party_id", "ship_to_party_id", "parent_account_id", "person_id", "list_row_id"}
    leading |= {entity.key[0] for name, entity in entities.items() if name in records.PARTIES and len(entity.key) == 1}
    for name, entity in entities.items():
        followed = {*records.PARTIES.get(name, ()), *records.PARENTS.get(name, ())[1:], *records.LISTED.get(name, ())}
        for column in leading & set(entity.columns) - followed - {entity.key[0]}:
            assert (name, column) in LEADS_NOWHERE, f"{name}.{column}"


def test_a_version_not_yet_known_becomes_a_change_on_its_day(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-10 11:59:00")
        _orders(connection, NEW, NEXT, [("o1", "c1", "2024-05-01", "other")])
    assert changed(house, DAY) == set()
    with warehouse.writer(house) as connection:
        changes.keep(connection, DAY)
    assert changed(house) == {("orders", "o1", "s:c1")}


def test_a_date_that_has_come_is_a_change(house):
    with warehouse.writer(house) as connection:
        _orders(connection, OLD, DAY, [("o3", "c1", "2024-05-03", "h3")], cancelled_at=f"{NEXT} 09:00:00")
    assert changed(house) == {("orders", "o3", "s:c1")}


def test_an_order_that_lost_a_line_has_changed(house):
    with warehouse.writer(house) as connection:
        for line in (1, 2):
            _insert(connection, "order_lines", _line(OLD, DAY, line))
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o1", "c1", "2024-05-01", "h1")])
        _insert(connection, "order_lines", _line(NEW, NEXT, 1))
    assert changed(house) == {("orders", "o1", "s:c1")}


def _line(delivery: str, day: date, number: int) -> dict:
    return {
        "order_id": "o1", "line_no": number, "record_hash": f"l{number}", "source_system": "s", "delivery_id": delivery,
        "business_date": day, "known_at": f"{day} 11:00:00",
    }  # fmt: skip


def test_a_customer_missing_from_a_new_full_delivery_is_a_change(house):
    customer = {"source_system": "s", "record_hash": "h", "known_at": f"{DAY} 11:00:00"}
    with warehouse.writer(house) as connection:
        for name in ("c1", "c2"):
            _insert(connection, "customers", {"source_customer_id": name, "delivery_id": OLD, "business_date": DAY, **customer})
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00", mode="full")
        _insert(connection, "customers", {**customer, "source_customer_id": "c1", "delivery_id": NEW, "business_date": NEXT, "known_at": f"{NEXT} 11:00:00"})
    assert changed(house) == {("customers", "c2", "s:c2")}


def test_whose_next_date_has_come_is_concerned_the_day_before_not(house):
    with warehouse.writer(house) as connection:
        connection.execute("insert into intermediate.int_dormancy__next values ('p2', ?), ('p1', ?)", [NEXT, date(2024, 10, 12)])
    assert concerned(house) == {"p2"}


def test_whose_date_has_come_has_no_news_until_a_record_speaks_of_it(house):
    with warehouse.writer(house) as connection:
        connection.execute("insert into intermediate.int_dormancy__next values ('p1', $1), ('p2', $1)", [NEXT])
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o9", "c1", "2024-10-11", "h9")])
        # a row of our lists that names nobody hides no other party
        _insert(connection, "list_rows", {**_new("h"), "source_system": "okoshi", "campaign_id": "w", "person_id": None})
    concerned(house)
    with warehouse.writer(house) as connection:
        found = connection.execute("select * from ops.changed_party where person_id is not null order by 1").fetchall()
    assert found == [("p1", True), ("p2", False)]


def test_a_spell_whose_open_case_grows_older_is_concerned_every_day(house):
    with warehouse.writer(house) as connection:
        connection.execute("insert into intermediate.int_cause__unsettled values ('p1', 1)")
    assert concerned(house) == {"p1"}


def test_joined_records_concern_both_former_parties_and_the_new_one(house):
    with warehouse.writer(house) as connection:
        connection.execute("update intermediate.int_identity__member set person_id = 'p1' where party_key = 's:c2'")
    assert concerned(house) == {"p1", "p2"}


def test_a_mark_of_a_party_concerns_it(house):
    with warehouse.writer(house) as connection:
        connection.execute("update intermediate.int_identity__party set rank = 'silver' where person_id = 'p1'")
    assert concerned(house) == {"p1"}


def test_what_a_contact_does_concerns_the_account(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o9", "k", "2024-10-11", "h9")])
    assert concerned(house) == {"p3", "a1"}


def test_identity_is_settled_until_a_master_row_or_a_stranger_appears(house):
    begin(house)
    assert identity.is_settled(house)
    with warehouse.writer(house) as connection:
        changes.keep(connection, NEXT)
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o9", "stranger", "2024-10-11", "h9")])
    begin(house)
    assert not identity.is_settled(house)


def changed_keys(house) -> set[str]:
    """Whose records the identity models of the build of `NEXT` look at."""
    assert not begin(house).is_full
    identity.note(house)
    with warehouse.writer(house) as connection:
        return {key for [key] in connection.execute("select party_key from ops.changed_key").fetchall()}


def test_who_is_who_looks_at_whoever_receives_or_received_a_gift_of_a_changed_order(house):
    with warehouse.writer(house) as connection:
        _orders(connection, OLD, DAY, [("o5", "c1", "2024-10-09", "h5")], is_gift=True, ship_to_party_id="k")
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o5", "c1", "2024-10-09", "h6")], is_gift=True, ship_to_party_id="c2")
    assert changed_keys(house) == {"s:c1", "s:c2", "s:k"}


def test_who_is_who_looks_at_the_contacts_of_a_changed_account(house):
    with warehouse.writer(house) as connection:
        _insert(connection, "contacts", {**_known("k"), "contact_id": "k", "account_id": "a"})
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "accounts", {**_new("a"), "account_id": "a"})
    assert changed_keys(house) == {"s:a", "s:k"}


def test_who_is_who_remembers_what_a_changed_record_shared_and_with_whom(house):
    with warehouse.writer(house) as connection:
        connection.execute("insert into intermediate.int_identity__key values ('s:c1', 'b1'), ('s:c1', 'alone'), ('s:c2', 'b1'), ('s:c3', 'b2')")
        connection.execute("insert into intermediate.int_identity__contact_key values ('s:c1', 'b3')")
        connection.execute("insert into intermediate.int_identity__link values ('s:c2', 'b1', null), ('s:k', 'b3', 's:a'), ('s:c3', 'b2', null), ('s:c4', 'b2', null)")
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "customers", {**_new("c1"), "source_customer_id": "c1"})
    assert changed_keys(house) == {"s:c1"}
    with warehouse.writer(house) as connection:
        assert connection.execute("select distinct block_key from ops.former_block order by 1").fetchall() == [("alone",), ("b1",), ("b3",)]
        assert connection.execute("select party_key from ops.touched_key order by 1").fetchall() == [("s:a",), ("s:c1",), ("s:c2",), ("s:k",)]


def test_identity_is_not_settled_where_a_record_changes_of_one_who_is_only_spoken_of(house):
    with warehouse.writer(house) as connection:
        connection.execute("update intermediate.int_identity__record set is_registered = false")
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _orders(connection, NEW, NEXT, [("o1", "c2", "2024-05-01", "other")])
    begin(house)
    assert not identity.is_settled(house)


@pytest.mark.parametrize(
    ("day", "policy", "code"),
    [(date(2024, 10, 9), "v1", "code"), (date(2024, 11, 1), "v1", "code"), (NEXT, "v2", "code"), (NEXT, "v1", "other")],
)
def test_other_rules_other_models_another_month_or_an_older_date_make_everything_anew(house, day, policy, code):
    assert begin(house, day, policy, code).is_full
    assert changes.is_full(house)


def test_a_build_that_did_not_finish_leaves_no_base(house):
    assert not begin(house).is_full
    assert begin(house).is_full


def test_a_changed_product_makes_everything_anew(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        _insert(connection, "products", {"source_system": "s", "product_id": "x", "record_hash": "h", "delivery_id": NEW, "business_date": NEXT, "known_at": f"{NEXT} 11:00:00"})
    assert begin(house).is_full


def test_a_rule_that_begins_between_the_two_dates_makes_everything_anew(house):
    with warehouse.writer(house) as connection:
        connection.execute(
            "create schema rules; create table rules.rule_x (valid_from date, valid_to date);"
            "insert into rules.rule_x values ('2024-10-12', null), ('1990-01-01', '2024-10-12')"
        )
    assert not begin(house).is_full
    with warehouse.writer(house) as connection:
        changes.keep(connection, NEXT)
    assert begin(house, date(2024, 10, 12)).is_full


def test_a_source_whose_data_may_be_used_otherwise_makes_everything_anew(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        connection.execute("update ops.file_ledger set purposes = 'analytics' where delivery_id = ?", [NEW])
    assert begin(house).is_full


def test_staging_leaves_out_what_a_day_did_not_touch_and_nothing_else(house):
    with warehouse.writer(house) as connection:
        _deliver(connection, NEW, NEXT, "2024-10-11 12:00:00")
        connection.execute("update ops.file_ledger set entities = 'customers,products' where delivery_id = ?", [NEW])
        _orders(connection, NEW, NEXT, [("o1", "c1", "2024-05-01", "h9")])
    assert not begin(house).is_full
    settled = changes.work(house, "staging", NEXT).settled
    touched = {"orders", "order_lines", "customers", "products"}
    assert settled and not settled & touched
    assert settled | touched == {*records.PARTIES, *records.PARENTS, *records.COMMON, records.OWN_LISTS}


def test_a_full_build_leaves_out_nothing(house):
    assert begin(house, code="other").is_full
    assert changes.work(house, "staging", NEXT) == changes.Work("staging")
