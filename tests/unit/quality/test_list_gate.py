"""The list gate: each rule lets a clean list pass and stops the one row that breaks it, without a person's data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from include import settings as settings_module
from include import warehouse
from include.errors import GateStop
from include.quality.list_checks import CHANNELS, checks_for
from include.quality.lists import check_lists

AS_OF = date(2024, 4, 1)
LIST = (
    "(list_id varchar, campaign_id varchar, list_row_id varchar, person_id varchar, as_of date, printed_name varchar,"
    " email varchar, phone varchar, postal_code varchar, address_line1 varchar,"
    " consent_event_id varchar)"
)
TABLES = {
    "marts.fct_state_spell": "(person_id varchar, state varchar, valid_from date, valid_to date)",
    "marts.fct_decision": "(as_of date, person_id varchar, outcome varchar)",
    "marts.fct_assignment": "(campaign_id varchar, person_id varchar, cell varchar)",
    "marts.fct_target": "(list_id varchar, list_row_id varchar, contact_point_id varchar, addressee_person_id varchar)",
    "marts.fct_suppression": "(subject_type varchar, subject_id varchar, channel varchar, from_on date, until_on date)",
    "rules.rule_channel_capacity": "(channel varchar, daily_capacity_count integer, valid_from date, valid_to date)",
    "raw.list_rows": "(campaign_id varchar, person_id varchar, known_at timestamp)",
    "staging.stg_consents": "(consent_event_id varchar, action varchar, channel varchar, purpose varchar, consented_at timestamp)",
    "publish.pub_manifest_v1": "(list_id varchar)",
}


@pytest.fixture
def gate(tmp_path: Path):
    """A warehouse with two clean rows a channel; `run(sql)` spoils it and asks the gate."""
    settings = settings_module.load({"DATA_ROOT": str(tmp_path), "OKOSHI_THREADS": "1"})
    with warehouse.writer(settings) as connection:
        for schema in ("marts", "rules", "staging", "publish"):
            connection.execute(f"create schema {schema}")
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} {columns}")
        for channel in CHANNELS:
            connection.execute(f"create table publish.pub_{channel}_v1 {LIST}")
            connection.execute(
                f"insert into rules.rule_channel_capacity values ('{channel}', 2, '2000-01-01', null)"
            )
            for number in (1, 2):
                _add(connection, channel, f"{channel}{number}")

    def run(spoil: str = ""):
        with warehouse.writer(settings) as connection:
            connection.execute(spoil or "select 1")
        return check_lists(settings, AS_OF, "run-1")

    run.settings = settings
    return run


def _add(connection, channel: str, person: str) -> None:
    connection.execute(
        f"insert into publish.pub_{channel}_v1 values ('L', 'C', 'r_{person}', '{person}', '{AS_OF}', '山田 太郎',"
        f" '{person}@example.com', '+8190{person}', '1000001', '千代田区1-1', 'e_{person}')"
    )
    connection.execute(
        f"insert into marts.fct_target values ('L', 'r_{person}', 'cp_{person}', 'c_{person}')"
    )
    connection.execute(
        f"insert into marts.fct_state_spell values ('{person}', 'dormant', '2024-01-01', null)"
    )
    connection.execute(f"insert into marts.fct_decision values ('{AS_OF}', '{person}', '{channel}')")
    connection.execute(
        f"insert into staging.stg_consents values ('e_{person}', 'grant', '{channel}', 'marketing', '2023-01-01')"
    )


def test_clean_lists_pass_every_check_and_leave_evidence(gate):
    outcomes = gate()
    assert len(outcomes) == sum(len(checks_for(c, list(CHANNELS), AS_OF)) for c in CHANNELS)
    assert "不合格 0 件" in (gate.settings.data_docs / "2024-04-01" / "list_lists.html").read_text()
    with warehouse.reader(gate.settings) as connection:
        assert connection.execute("select count(*), bool_and(is_success) from ops.gate_result").fetchone() == (
            len(outcomes), True,
        )  # fmt: skip


SPOILED = {
    "as_of": "update publish.pub_email_v1 set as_of = date '2024-03-31' where person_id = 'email1'",
    "required": "update publish.pub_dm_v1 set address_line1 = ' ' where person_id = 'dm1'",
    "unique_row": "update publish.pub_dm_v1 set list_row_id = 'r_dm1'",
    "once_per_campaign": "update publish.pub_phone_v1 set person_id = 'email1' where person_id = 'phone1'",
    "not_in_history": "insert into raw.list_rows values ('C', 'dm1', timestamp '2024-04-01 00:00:00')",
    "point_once": "update publish.pub_phone_v1 set phone = '+81901'",
    "dormant": "update marts.fct_state_spell set valid_to = date '2024-04-01' where person_id = 'phone1'",
    "decided": "update marts.fct_decision set outcome = 'suppressed' where person_id = 'email1'",
    "reconciled": "insert into marts.fct_decision values (date '2024-04-01', 'nobody', 'dm')",
    "no_holdout": "insert into marts.fct_assignment values ('C', 'dm1', 'holdout')",
    "no_suppression": "insert into marts.fct_suppression values ('party', 'dm1', 'dm', '2024-04-01', null)",
    "within_capacity": "update rules.rule_channel_capacity set daily_capacity_count = 1 where channel = 'dm'",
    "consent": "update staging.stg_consents set action = 'withdraw' where consent_event_id = 'e_email1'",
}


def test_every_rule_of_the_gate_is_spoiled_once():
    assert set(SPOILED) == {
        check.name for channel in CHANNELS for check in checks_for(channel, list(CHANNELS), AS_OF)
    }


@pytest.mark.parametrize("rule", sorted(SPOILED))
def test_the_gate_stops_a_list_that_breaks(gate, rule):
    with pytest.raises(GateStop) as stop:
        gate(SPOILED[rule])
    assert stop.value.gate == "list"
    with warehouse.reader(gate.settings) as connection:
        red = connection.execute("select check_name from ops.gate_result where not is_success").fetchall()
    assert any(name.endswith(f".{rule}") for (name,) in red)
    assert not any(text in stop.value.message for text in ("山田", "example.com", "+8190", "千代田"))


def test_the_paragraph_names_list_rule_count_row_and_what_to_do(gate):
    with pytest.raises(GateStop) as stop:
        gate(SPOILED["no_suppression"])
    said = stop.value.message
    assert (
        "pub_dm_v1「停止・拒否(fct_suppression)の効いている顧客・連絡先を載せない」に反する行が 1 件(list_row_id r_dm1)"
        in said
    )
    assert "書き出さず" in said and "対処:" in said and "\n" not in said


@pytest.mark.parametrize(
    "harmless",
    [
        "insert into marts.fct_suppression values ('party', 'dm1', 'dm', '2024-03-01', '2024-04-01')",
        "insert into marts.fct_suppression values ('party', 'dm1', 'dm', '2024-04-02', null)",
        "insert into marts.fct_suppression values ('party', 'dm1', 'phone', '2024-03-01', null)",
        "insert into raw.list_rows values ('C', 'dm1', timestamp '2024-04-02 00:00:00')",
        "insert into raw.list_rows values ('C0', 'dm1', timestamp '2024-03-02 00:00:00')",
        "update publish.pub_dm_v1 set postal_code = '1000002', address_line1 = '同じ家'",
    ],
)
def test_what_does_not_bind_today_does_not_stop(gate, harmless):
    gate(harmless)


def test_a_suppressed_contact_point_stops_the_row_that_uses_it(gate):
    with pytest.raises(GateStop, match="r_phone2"):
        gate(
            "insert into marts.fct_suppression values ('contact_point', 'cp_phone2', 'all', '2024-01-01', null)"
        )


def test_a_stop_of_the_contact_person_stops_the_row_of_the_account(gate):
    with pytest.raises(GateStop, match="r_phone2"):
        gate("insert into marts.fct_suppression values ('party', 'c_phone2', 'phone', '2024-01-01', null)")


def test_a_row_without_a_known_contact_point_stops(gate):
    with pytest.raises(GateStop, match="r_dm2"):
        gate("delete from marts.fct_target where list_row_id = 'r_dm2'")


def test_empty_lists_pass(gate):
    gate("delete from publish.pub_dm_v1; delete from marts.fct_decision where outcome = 'dm'")


def test_a_list_without_rules_is_refused(gate):
    with pytest.raises(GateStop, match="pub_fax_v1"):
        gate(f"create table publish.pub_fax_v1 {LIST}")


def test_a_check_that_cannot_run_stops_the_lists(gate):
    with pytest.raises(
        GateStop, match="検査そのものを実行できませんでした。Catalog Error: .*fct_suppression"
    ):
        gate("drop table marts.fct_suppression")
