"""The contact centre's files: inquiries and complaints, call results, life events."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic import dirt, plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import blank, choose, day, draw, flag, join, number, stamp, stream, text
from include.synthetic.dirt import Rows, Soil
from include.synthetic.people import People
from include.synthetic.purchases import Story
from include.synthetic.truth import Answers

DAY = np.timedelta64(1, "D")
DISSATISFIED = ("DIS_COMPLAINT", "DIS_UNRESOLVED", "DIS_LOWSCORE", "DIS_QUALITY", "DIS_PRICE", "DIS_FATIGUE")
NEVER = np.datetime64("NaT", "s")


def _some(rng: np.random.Generator, mask: np.ndarray, share: float) -> np.ndarray:
    """Positions of about `share` of the true entries; at least one where there is any."""
    found = np.flatnonzero(mask)
    return np.sort(rng.permutation(found)[: max(1, round(share * len(found)))]) if len(found) else found


def _clock(rng: np.random.Generator, days: np.ndarray, low: int = 9, high: int = 20) -> np.ndarray:
    return days.astype("datetime64[s]") + rng.integers(low * 3600, high * 3600, len(days))


def _before(moments: np.ndarray, as_of: date) -> np.ndarray:
    """Nothing in an export lies after the evening of its day."""
    return np.minimum(moments, np.datetime64(as_of, "s") + 18 * 3600)


def _inquiry_events(rng, people: People, story: Story, as_of: date):
    """(person, received_at, closed_at, severity 0–3, scored badly); severity 0 is a question, NaT a case still open."""
    known = people.has_account
    today = np.datetime64(as_of)
    unlucky = known & story.has_stopped & ~np.isin(story.cause, DISSATISFIED)
    unlucky &= rng.random(people.size) < plan.COINCIDENCES["complaint"]
    angry = np.flatnonzero(known & ((story.cause == "DIS_COMPLAINT") | unlucky))
    critical = np.flatnonzero(known & (story.cause == "DIS_LOWSCORE"))
    waiting = np.flatnonzero(known & (story.cause == "DIS_UNRESOLVED"))
    curious = _some(rng, known, 0.12)
    annoyed = _some(rng, known & ~story.has_stopped & (story.valid_orders > 0), 0.03)
    person = np.r_[angry, waiting, critical, curious, annoyed]
    days = np.r_[
        story.last_valid_on[angry] + rng.integers(2, 20, len(angry)),
        story.last_valid_on[waiting] + rng.integers(1, 15, len(waiting)),
        story.last_valid_on[critical] + rng.integers(2, 25, len(critical)),
        today - rng.integers(2, 600, len(curious)),
        today - rng.integers(2, 300, len(annoyed)),
    ]
    severity = np.r_[
        rng.integers(2, 4, len(angry)),
        np.zeros(len(waiting), int),
        np.zeros(len(critical), int),
        np.zeros(len(curious), int),
        rng.integers(1, 3, len(annoyed)),
    ]
    received = _before(
        np.where(rng.random(len(days)) < 0.06, _clock(rng, days, 0, 4), _clock(rng, days)), as_of
    )
    scored = np.r_[
        np.zeros(len(angry) + len(waiting), bool), np.ones(len(critical), bool), np.zeros(len(curious) + len(annoyed), bool)
    ]
    closed = received + (rng.gamma(1.5, 6, len(days)) * 86400).astype(int) + 3600
    is_open = np.r_[
        rng.random(len(angry)) < 0.25,
        np.ones(len(waiting), bool),
        np.zeros(len(critical), bool),
        np.zeros(len(curious), bool),
        rng.random(len(annoyed)) < 0.3,
    ]
    closed = np.where(scored, np.minimum(closed, today.astype("datetime64[s]")), closed)
    return person, received, np.where(is_open | (closed > today), NEVER, closed), severity, scored


def inquiry_rows(seed: int, block: int, people: People, story: Story, as_of: date) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "inquiries")
    soil = Soil(stream(seed, block, "inquiries dirt"))
    events = _inquiry_events(rng, people, story, as_of)
    in_time = np.lexsort((events[0], events[1]))
    person, received, closed, severity, is_critical = (values[in_time] for values in events)
    size, is_complaint, is_open = len(person), severity > 0, np.isnat(closed)
    topic = rng.integers(0, 5, size)
    subject = [
        pc.if_else(
            pa.array(is_complaint),
            choose([row[part] for row in words.COMPLAINTS], topic),
            choose([row[part] for row in words.QUESTIONS], topic),
        )
        for part in range(4)
    ]
    answered = np.where(
        is_open & (rng.random(size) < 0.5), NEVER, _before(received + rng.integers(600, 86400, size), as_of)
    )
    answered = np.where(np.isnat(closed), answered, np.minimum(answered, closed))
    asked = ~is_open & ((rng.random(size) < 0.5) | is_critical)
    csat = np.where(is_complaint, rng.integers(1, 3, size), rng.integers(3, 6, size))
    csat = np.where(is_critical, rng.integers(1, 3, size), csat)
    nps = np.where(is_complaint | is_critical, rng.integers(0, 5, size), rng.integers(6, 11, size))
    updated = np.where(is_open, np.where(np.isnat(answered), received, answered), closed)
    columns = {
        "受付番号": join("Q", number(plan.BLOCK * block + 1 + np.arange(size), 9)),
        "会員番号": number(people.member_id[person]),
        "受付チャネル": choose(["電話", "メール", "チャット", "Webフォーム"], rng.integers(0, 4, size)),
        "受付日時": stamp(received),
        "大分類": subject[0],
        "中分類": subject[1],
        "小分類": subject[2],
        "苦情": flag(is_complaint, "○", "×"),
        "重要度": blank(number(severity), ~is_complaint),
        "対応状況": choose(
            ["未対応", "対応中", "完了"], np.where(is_open, ~np.isnat(answered), 2).astype(int)
        ),
        "初回回答日時": stamp(answered),
        "完了日時": stamp(closed),
        "処置": blank(choose(["説明", "交換", "返金", "謝罪"], rng.integers(0, 4, size)), is_open),
        "再オープン回数": number(np.where(is_open & (rng.random(size) < 0.3), 1, 0)),
        "満足度": blank(number(csat), ~asked),
        "NPS": blank(number(nps), ~asked),
        "内容": subject[3],
        "更新日時": stamp(_before(updated, as_of)),
    }
    columns["受付日時"] = soil.spoil(
        "受付日時", columns["受付日時"], ("N13", dirt.late_night), only=" 0[0-3]:"
    )
    columns["受付日時"] = soil.spoil(
        "受付日時",
        columns["受付日時"],
        ("N10", dirt.other_date),
        ("N12", dirt.excel_serial),
        only=r"^\d{4}-.* (09|1\d)",
    )
    columns["内容"] = soil.spoil("内容", columns["内容"], ("N05", dirt.second_line))
    columns["処置"] = soil.tokens("処置", columns["処置"], "text")
    rejects = int(plan.RATES["REJECT"] * size)
    rows = dirt.broken_rows(
        soil,
        list(columns.items()),
        {"受付日時": "先週の火曜"},
        ("受付番号", 990_000_000 + 1000 * block),
        rejects,
    )
    return rows, soil


def _call_events(rng, people: People, story: Story, answers: Answers, as_of: date):
    """(person, started_at, is_inbound, disposition, attempt): some who stopped were called, others called."""
    today = np.datetime64(as_of)
    silent = people.has_account & story.has_stopped & (story.expected_on + 40 < today - 10)
    # whose mails came back was tried by telephone
    asked = np.union1d(_some(rng, silent, 0.18), np.flatnonzero(silent & (story.cause == "INV_REACH")))
    space = np.maximum((today - 6 - (story.expected_on[asked] + 30)).astype(int), 1)
    called_on = today - 6 - (rng.random(len(asked)) * np.minimum(space, 300)).astype(int)
    first = answers.would_answer[asked]
    first = np.where(np.isin(story.cause[asked], ("INV_REACH",)), "DISCONNECTED", first)
    first = np.where((first == "NO_ANSWER") & (rng.random(len(asked)) < 0.4), "VOICEMAIL", first)
    again = np.isin(first, ("NO_ANSWER", "VOICEMAIL", "HANGUP"))
    second = np.where(
        first[again] == "HANGUP", "HANGUP", np.where(rng.random(int(again.sum())) < 0.2, "BUSY", "NO_ANSWER")
    )
    callers = _some(rng, people.has_account & (story.valid_orders > 0), 0.04)
    person = np.r_[asked, asked[again], callers]
    days = np.r_[called_on, called_on[again] + 3, today - rng.integers(1, 365, len(callers))]
    inbound = np.r_[np.zeros(len(asked) + int(again.sum()), bool), np.ones(len(callers), bool)]
    code = np.r_[first, second, draw(rng, {"INQUIRY": 0.6, "ORDER": 0.4}, len(callers))]
    attempt = np.r_[np.ones(len(asked), int), np.full(int(again.sum()), 2), np.zeros(len(callers), int)]
    return person, _clock(rng, days, 9, 19), inbound, code, attempt


def call_rows(
    seed: int, block: int, people: People, story: Story, answers: Answers, as_of: date
) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "calls")
    soil = Soil(stream(seed, block, "calls dirt"))
    events = _call_events(rng, people, story, answers, as_of)
    in_time = np.lexsort((events[4], events[0], events[1]))
    person, started, inbound, code, attempt = (values[in_time] for values in events)
    size = len(person)
    connected = ~np.isin(code, ("NO_ANSWER", "VOICEMAIL", "BUSY", "DISCONNECTED"))
    ring, talk = rng.integers(5, 40, size), np.where(connected, rng.integers(5, 600, size), 0)
    wrap = rng.integers(10, 120, size)
    answered = np.where(connected, started + ring, NEVER)
    business = rng.integers(0, 2, size)
    spoken = np.isin(code, ("REFUSED", "PROSPECT", "WISH", "MATERIAL", "APPLIED", "COMPLAINT", "DNC"))
    reason = np.where(spoken & ~inbound, answers.would_state[person], "")
    names = np.array(
        [words.DISPOSITIONS[value][which] for value, which in zip(code, business, strict=True)], dtype=object
    )
    columns = {
        "通話ID": join("K", number(2 * plan.BLOCK * block + 1 + np.arange(size), 10)),
        "業務名": choose(["掘り起こし第1", "定期フォロー第2"], business),
        "発着区分": flag(inbound, "着信", "発信"),
        "会員番号": number(people.member_id[person]),
        "電話番号": people.phone.take(pa.array(person)),
        "開始日時": stamp(started),
        "応答日時": stamp(answered),
        "終了日時": stamp(started + ring + talk),
        "呼出秒": number(ring),
        "通話秒": number(talk),
        "後処理秒": number(wrap),
        "架電回数": blank(number(attempt), inbound),
        "担当者": join("OP", number(rng.integers(1, 30, size), 3)),
        "システム結果": flag(connected, "ANSWERED", "NOT_ANSWERED"),
        "応対結果": text(names),
        "聴取理由": text(np.array([words.HEARD_REASONS.get(value, "") for value in reason], dtype=object)),
        "スクリプト": blank(choose(words.SCRIPTS, stream(seed, block, "scripts").integers(0, len(words.SCRIPTS), size)), inbound),
        "温度感": blank(choose(["S", "A", "B", "C"], rng.integers(0, 4, size)), reason == ""),
        "次回連絡日": day(
            np.where(
                np.isin(code, ("PROSPECT", "WISH")),
                (started + 30 * DAY).astype("datetime64[D]"),
                np.datetime64("NaT", "D"),
            )
        ),
    }
    columns["電話番号"] = soil.spoil(
        "電話番号", columns["電話番号"], ("N08_zero", dirt.lost_zero), ("N15_hyphen", dirt.lookalike_hyphens)
    )
    columns["開始日時"] = soil.spoil(
        "開始日時", columns["開始日時"], ("N10", lambda cell: cell.replace("-", "/"))
    )
    rejects = int(plan.RATES["REJECT"] * size)
    rows = dirt.broken_rows(
        soil, list(columns.items()), {"応対結果": "？？"}, ("通話ID", 8_000_000_000 + 1000 * block), rejects
    )
    return rows, soil


def life_event_rows(seed: int, block: int, people: People, story: Story, as_of: date) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "life events")
    soil = Soil(stream(seed, block, "life events dirt"))
    moved = _some(rng, people.has_account & (story.cause == "CHG_LIFE"), 0.7)
    others = _some(rng, people.has_account & ~story.has_stopped, 0.03)
    chance = plan.COINCIDENCES["life_event"]
    unlucky = _some(rng, people.has_account & story.has_stopped & (story.cause != "CHG_LIFE"), chance)
    person = np.r_[moved, others, unlucky]
    today = np.datetime64(as_of)
    days = np.r_[
        story.last_valid_on[moved] + rng.integers(-40, 45, len(moved)),
        today - rng.integers(1, 900, len(others)),
        story.last_valid_on[unlucky] + rng.integers(-40, 45, len(unlucky)),
    ]
    events = draw(
        rng, {"転居": 0.5, "出産": 0.15, "結婚": 0.1, "転職": 0.1, "退職": 0.1, "死別": 0.05}, len(person)
    )
    columns = {
        "会員ID": number(people.member_id[person]),
        "イベント": text(events),
        "発生日": day(np.minimum(days, today)),
        "取得元": choose(["申告", "聴取", "住所変更"], rng.integers(0, 3, len(person))),
        "確度": choose(["1.0", "0.8", "0.6"], rng.integers(0, 3, len(person))),
    }
    columns["発生日"] = soil.spoil("発生日", columns["発生日"], ("N11", dirt.wareki))
    return list(columns.items()), soil
