"""Causes of the golden personas and of the rules around them, through staging with the shipped rule rows."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.cause.world import Built, Cause, World

THREE = ("2023-12-20", "2024-01-30", "2024-03-10")


def personas() -> World:
    world = World()
    world.orders("P01", "2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31")
    world.order("P03", "2024-06-01")
    world.order("P06", "2023-11-10", order_type="subscription", subscription_id="s06")
    world.add(
        "subscriptions", "2023-11-20", subscription_id="s06", party_id="P06", started_on="2023-11-10", status="cancelled",
        cycle_days=30, cancelled_on="2023-11-20", cancel_reason_code="余っている",
    )  # fmt: skip
    world.orders("P08", *THREE)
    world.inquiry("P08", "2024-03-20", is_complaint=True, severity=2, category_l1="配送", closed_at="2024-09-15 10:00:00")
    world.orders("P09", "2023-12-20", "2024-01-30", "2024-03-25")
    world.inquiry("P09", "2024-04-01", status="open", closed_at=None)
    world.orders("P10", "2023-12-20", "2024-01-30", "2024-03-31")
    for day, prefecture in (("2023-12-01", "13"), ("2024-05-05", "27")):
        world.add(
            "customers", day, source_customer_id="P10", registered_at="2023-12-01", member_status="member",
            prefecture_code=prefecture,
        )  # fmt: skip
    world.orders("P11", "2024-01-01", "2024-01-31", "2024-03-01", order_type="subscription", subscription_id="s11")
    world.add(
        "subscriptions", "2024-04-10", subscription_id="s11", party_id="P11", started_on="2024-01-01", status="suspended",
        cycle_days=30, suspended_from_on="2024-04-02",
    )  # fmt: skip
    world.add("subscription_events", "2024-04-02", subscription_id="s11", event_at="2024-04-02 10:00:00", type="payment_failed")
    for day in ("2023-12-20", "2024-01-30", "2024-03-25"):
        key = world.order("P12", day)
        world.add("order_lines", day, order_id=key, line_no=1, line_type="goods", product_id="sku", qty=1, net_amount=3000)
    world.add(
        "products", "2024-05-01", product_id="sku", name="酵素ドリンク", category_l1="健康食品", lifecycle="discontinued",
        discontinued_on="2024-05-01", successor_id="sku2",
    )  # fmt: skip
    world.orders("P13", "2023-12-20", "2024-01-30", "2024-03-01", discount_amount=300)
    world.heard("P13", "2024-09-10", "他社切替", agent_id="op1")
    return world


def neighbours(world: World) -> World:
    """What lies just beside the rules."""
    # dormant on 2024-02-29, next purchase expected on 2023-11-01
    silent = ("2023-06-20", "2023-07-30", "2023-09-02")
    for name, day in (("DAY29", "2024-03-29"), ("DAY30", "2024-03-30")):
        world.orders(name, *silent)
        world.add(
            "subscriptions", day, subscription_id=name, party_id=name, started_on="2023-06-20", status="cancelled",
            cancelled_on=day, cancel_reason_code="DIS_PRICE",
        )  # fmt: skip
    for name, day in (("WINDOW", "2023-12-01"), ("BEYOND", "2023-12-02"), ("DORMANT31", "2024-03-31")):
        world.orders(name, *silent)
        world.inquiry(name, day, is_complaint=True, severity=3)
    # the first spell ended by the order of April; its reason does not speak of the second
    world.orders("TWICE", "2023-01-10", "2023-02-10", "2023-03-10", "2024-02-01")
    world.heard("TWICE", "2023-10-01", "EXT_COMPETITOR")
    world.orders("SILENT", *THREE)
    world.heard("SILENT", "2024-09-20", "言いたくない")
    world.orders("SURVEY", *THREE)
    world.heard("SURVEY", "2024-09-20", "価格が高い", channel="survey")
    world.heard("SURVEY", "2024-09-10", "余っている", channel="call")
    world.orders("NEWEST", *THREE)
    world.heard("NEWEST", "2024-09-10", "価格が高い")
    world.heard("NEWEST", "2024-09-20", "引っ越し")
    # the complaint came after the hearing: it may not help the inference that the hearing grades
    world.orders("LEAK", "2023-12-20", "2024-01-30", "2024-03-25")
    world.heard("LEAK", "2024-09-22", "価格が高い")
    world.inquiry("LEAK", "2024-04-10", is_complaint=True, severity=3)
    world.orders("LEAKED", "2023-12-20", "2024-01-30", "2024-04-01")
    world.heard("LEAKED", "2024-04-05", "CHG_LIFE")  # no reason to be gone for
    world.inquiry("LEAKED", "2024-04-10", is_complaint=True, severity=3)
    # steady buyers who stop abruptly: an event weighs 1.3 times
    world.orders("ABRUPT", "2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31")
    world.inquiry("ABRUPT", "2024-05-15", is_complaint=True, severity=3)
    world.order("WORDS", "2024-06-01")
    world.heard("WORDS", "2024-09-01", None, reason_text="対応に不満はありませんが、糖尿病で入院しました。値上げがきつい。")
    world.order("GONE", "2024-06-01")
    world.heard("GONE", "2024-09-01", "区域外")
    for name, reason in (("T1", "Moved"), ("T2", "Deceased"), ("T3", "Attitude of support person")):
        world.order(name, "2024-06-01", source_system="telco")
        world.heard(name, "2024-09-01", reason, source_system="telco")
    return world


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Built:
    return neighbours(personas()).build(tmp_path_factory.mktemp("causes"), date(2024, 10, 1))


@pytest.fixture(scope="module")
def causes(built) -> dict[str, list[Cause]]:
    return built.causes()


def first(causes: dict[str, list[Cause]], name: str) -> tuple[str, float, str]:
    found = causes[name][-1] if len(causes[name]) == 1 else next(c for c in causes[name] if c.rank == 1)
    return found.code, found.probability, found.confidence


def test_persona_P01_steady_buyer_who_stops_without_evidence_is_unknown(causes):
    assert [(c.code, c.probability, c.confidence) for c in causes["P01"]] == [("UNKNOWN", 1.0, "low")]


def test_persona_P03_first_purchase_only(causes):
    assert first(causes, "P03") == ("FOR_FIRST", 0.67, "medium")
    assert causes["P03"][0].evidence == "初回購入のみ、接触なし90日"


def test_persona_P06_course_cancelled_because_too_much_is_left_is_stated_surplus(causes):
    found = causes["P06"][0]
    assert (found.code, found.confidence, found.refs.split(",")[0]) == ("CHG_SURPLUS", "high", "subscriptions:ec:s06")
    assert found.probability > 0.8


def test_persona_P08_complaint_of_severity_2(causes):
    assert first(causes, "P08") == ("DIS_COMPLAINT", 0.64, "high")
    assert causes["P08"][0].evidence == "2024-03-20 クレーム（配送）を受付、以後購入なし"
    assert len(causes["P08"]) == 1


def test_persona_P09_question_open_since_april(causes):
    found = causes["P09"][0]
    assert (found.code, found.confidence) == ("DIS_UNRESOLVED", "high")
    assert found.evidence == "2024-04-01 の問い合わせが183日未解決"


def test_persona_P10_move_inferred_from_the_address(causes):
    assert first(causes, "P10") == ("CHG_LIFE", 0.63, "medium")
    found = causes["P10"][0]
    assert (found.source, found.evidence, found.refs) == ("inferred", "2024-05-05 転居（東京都→大阪府）", "customers:ec:P10")


def test_persona_P11_failed_payment(causes):
    found = causes["P11"][0]
    assert (found.code, found.confidence) == ("INV_PAYMENT", "high")
    assert found.evidence == "2024-04-02 カード決済エラー後に停止"


def test_persona_P12_favourite_product_ended(causes):
    found = causes["P12"][0]
    assert (found.code, found.confidence, found.evidence) == ("EXT_SUPPLY", "high", "愛用品 酵素ドリンク が販売終了")


def test_persona_P13_heard_competitor_stands_before_the_inferred_price(causes):
    heard, inferred = causes["P13"]
    assert (heard.code, heard.probability, heard.source, heard.inferred) == ("EXT_COMPETITOR", 1.0, "heard", "DIS_PRICE")
    assert heard.evidence == "2024-09-10 聞き取り「競合への切替」"
    assert (inferred.rank, inferred.code, inferred.source) == (2, "DIS_PRICE", "inferred")


def test_an_event_before_day_30_of_dormancy_counts_one_of_day_30_or_31_has_no_effect(causes):
    assert first(causes, "DAY29")[0] == "DIS_PRICE"
    assert first(causes, "DAY30")[0] == first(causes, "DORMANT31")[0] == "UNKNOWN"


def test_a_complaint_counts_until_30_days_after_the_expected_purchase(causes):
    assert first(causes, "WINDOW")[0] == "DIS_COMPLAINT"
    assert first(causes, "BEYOND")[0] == "UNKNOWN"


def test_hearing_of_spell_1_never_overrides_spell_2(causes):
    spells = {c.spell_no: c for c in causes["TWICE"] if c.rank == 1}
    assert (spells[1].code, spells[1].source) == ("EXT_COMPETITOR", "heard")
    assert spells[2].source == "inferred"


def test_who_would_not_say_is_not_heard(causes):
    assert {c.source for c in causes["SILENT"]} == {"inferred"}


def test_an_operator_outranks_a_survey_even_when_older_and_the_conflict_is_marked(causes):
    found = causes["SURVEY"][0]
    assert (found.code, found.source, found.is_conflicting) == ("CHG_SURPLUS", "heard", True)


def test_the_newest_hearing_counts_and_the_conflict_is_marked(causes):
    found = causes["NEWEST"][0]
    assert (found.code, found.is_conflicting) == ("CHG_LIFE", True)


def test_evidence_after_the_hearing_is_barred_from_the_inference_it_grades(causes):
    assert causes["LEAK"][0].inferred == "DIS_COMPLAINT"
    assert causes["LEAKED"][0].inferred == "UNKNOWN"


def test_an_abrupt_stop_makes_an_event_weigh_1_3_times(causes):
    # g = 45, so t0 is May 15th, the day of the complaint: 1.5 x 1.3 = 1.95
    assert first(causes, "ABRUPT") == ("DIS_COMPLAINT", 0.88, "high")


def test_free_text_is_read_with_negation_and_never_names_what_is_sensitive(built, causes):
    assert first(causes, "WORDS")[0] == "DIS_PRICE"
    (text,) = built.query("select reason_text from staging.stg_hearings where hearing_id = 'ec:h-WORDS-2024-09-01'")[0]
    assert "糖尿病" not in text and "入院" not in text and "値上げがきつい" in text


def test_who_left_the_area_is_a_change_of_life_and_carries_the_stop(built, causes):
    assert first(causes, "GONE")[0] == "CHG_LIFE"
    assert stops(built)["GONE"] == "SUP_OUT_OF_AREA"


def stops(built: Built) -> dict[str, str]:
    return dict(
        built.query(
            "select source_id, suppression_code from intermediate.int_cause__hearing"
            " inner join intermediate.int_identity__party using (person_id) where suppression_code is not null"
        )
    )


def test_reasons_of_the_telco_file_become_causes_and_stops(built, causes):
    assert (stops(built)["T1"], stops(built)["T2"]) == ("SUP_OUT_OF_AREA", "SUP_DECEASED")
    assert {c.source for c in causes["T2"]} == {"inferred"}
    assert first(causes, "T3")[0] == "DIS_COMPLAINT" and "T3" not in stops(built)


def test_suspected_churn_is_marked_for_the_unheard_only(built):
    marked = {
        name
        for (name,) in built.query(
            "select source_id from intermediate.int_cause__flag inner join intermediate.int_identity__party using (person_id)"
            " where is_suspected_churn"
        )
    }
    assert {"P08", "P09"} <= marked and not {"P01", "P03", "P10", "P13", "LEAK"} & marked
