"""Marketing's files: subscription list and events, consent events, past sends, the product master."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic import dirt, plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import blank, choose, day, flag, join, number, stamp, stream, text
from include.synthetic.dirt import Rows, Soil
from include.synthetic.eccube import subscription_no
from include.synthetic.people import People
from include.synthetic.purchases import Orders, Story

NO_DAY = np.datetime64("NaT", "D")
NEVER = np.datetime64("NaT", "s")
SKIP_NOTICE_DAYS = 5


def _last_delivery(people: People, orders: Orders) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last day and count of the valid subscription deliveries of each person; NaT where none."""
    mine = orders.is_valid & (orders.cycle_no > 0)
    person, days = orders.person[mine], orders.ordered_at[mine].astype("datetime64[D]")
    first = np.full(people.size, np.datetime64("2900-01-01"))
    last = np.full(people.size, np.datetime64("1900-01-01"))
    np.minimum.at(first, person, days)
    np.maximum.at(last, person, days)
    count = np.bincount(person, minlength=people.size)
    return np.where(count > 0, first, NO_DAY), np.where(count > 0, last, NO_DAY), count


def _skip_day(last: np.ndarray, cycle: np.ndarray, count: np.ndarray | int) -> np.ndarray:
    return last + count * cycle - SKIP_NOTICE_DAYS


def _courses(rng, people: People, orders: Orders, story: Story, as_of: date) -> dict[str, np.ndarray]:
    """One course a subscriber, by plain names; the same facts feed the list and the events."""
    today = np.datetime64(as_of)
    first, last, count = _last_delivery(people, orders)
    who = np.flatnonzero((people.behaviour == "subscription") & (count > 0))
    cycle, stopped, cause = story.rhythm_days[who], story.has_stopped[who], story.cause[who]
    failed = cause == "INV_PAYMENT"
    # some payments fail although the reason to leave is another one
    luck = rng.random(len(who))
    failed = failed | (stopped & (luck < plan.COINCIDENCES["failed_payment"]))
    suspended = stopped & (failed | (rng.random(len(who)) < 0.2))
    cancelled = stopped & ~suspended
    skips = np.where(
        cause == "CHG_SURPLUS", rng.integers(2, 4, len(who)), np.where(rng.random(len(who)) < 0.08, 1, 0)
    )
    # a skip is asked for some days before the delivery would leave
    skips = np.minimum(skips, ((today - last[who]).astype(int) - 1 + SKIP_NOTICE_DAYS) // cycle)
    left = np.minimum(last[who] + skips * cycle + rng.integers(3, 20, len(who)), today - 1)
    behind = np.maximum((today - last[who]).astype(int) // cycle, 0) + 1
    back = np.where(
        suspended & ~failed & (rng.random(len(who)) < 0.5), today + rng.integers(10, 90, len(who)), NO_DAY
    )
    return {
        "who": who, "cycle": cycle, "cause": cause, "failed": failed, "suspended": suspended,
        "cancelled": cancelled, "skips": skips, "first": first[who], "last": last[who], "count": count[who],
        "last_skip": np.where(skips > 0, _skip_day(last[who], cycle, skips), NO_DAY),
        "left": np.where(stopped, left, NO_DAY), "back": back,
        "next": np.where(stopped, NO_DAY, last[who] + behind * cycle),
    }  # fmt: skip


def subscription_rows(
    seed: int, block: int, people: People, orders: Orders, story: Story, as_of: date
) -> dict[str, tuple[Rows, Soil]]:
    """The 定期 list and its events, from one draw."""
    rng = stream(seed, block, "subscriptions")
    course = _courses(rng, people, orders, story, as_of)
    who, size = course["who"], len(course["who"])
    soil = Soil(stream(seed, block, "subscriptions dirt"))
    reason = np.array(
        [words.CANCEL_REASONS.get(code, "特に理由なし") for code in course["cause"]], dtype=object
    )
    polite = rng.random(size) < plan.COINCIDENCES["polite_reason"]
    reason[polite] = words.POLITE_REASON
    state = np.where(course["cancelled"], 2, np.where(course["suspended"], 1, 0))
    last_change = np.where(np.isnat(course["left"]), course["last"], course["left"])
    columns = {
        "定期受注番号": subscription_no(people).take(pa.array(who)),
        "会員ID": number(people.member_id[who]),
        "商品ID": number(story.favourite[who] + 1),
        "コース名": join(number(course["cycle"]), "日ごとお届けコース"),
        "周期日数": number(course["cycle"]),
        "開始日": day(course["first"]),
        "状態": choose(["継続中", "停止中", "解約"], state),
        "次回お届け予定日": day(course["next"]),
        "お届け回数": number(course["count"]),
        "スキップ回数": number(course["skips"]),
        "最終スキップ日": day(course["last_skip"]),
        "停止開始日": day(np.where(course["suspended"], course["left"], NO_DAY)),
        "停止終了日": day(course["back"]),
        "解約日": day(np.where(course["cancelled"], course["left"], NO_DAY)),
        "解約理由": blank(text(reason), ~course["cancelled"]),
        "解約経路": blank(choose(["電話", "マイページ"], rng.integers(0, 2, size)), ~course["cancelled"]),
        "最低回数": choose(["0", "3"], rng.integers(0, 2, size)),
        "割引率": choose(["0.10", "0.15"], rng.integers(0, 2, size)),
        "割引リセット日": day(np.where(course["cancelled"], _a_year_later(course["last"]), NO_DAY)),
        "更新日時": stamp(last_change.astype("datetime64[s]") + 20 * 3600),
    }
    columns["開始日"] = soil.spoil("開始日", columns["開始日"], ("N11", dirt.wareki))
    return {
        "subscriptions": (list(columns.items()), soil),
        "subscription_events": (
            _event_rows(people, course),
            Soil(stream(seed, block, "subscription events dirt")),
        ),
    }


def _a_year_later(days: np.ndarray) -> np.ndarray:
    """The same day twelve months later; month-ends are clamped."""
    months = days.astype("datetime64[M]")
    offset = (days - months.astype("datetime64[D]")).astype(int)
    length = ((months + 13).astype("datetime64[D]") - (months + 12).astype("datetime64[D]")).astype(int)
    return (months + 12).astype("datetime64[D]") + np.minimum(offset, length - 1)


def _event_rows(people: People, course: dict[str, np.ndarray]) -> Rows:
    who, found = course["who"], np.flatnonzero
    parts = [
        (np.arange(len(who)), course["first"], "開始"),
        (found(course["skips"] > 0), _skip_day(course["last"], course["cycle"], 1), "スキップ"),
        (found(course["skips"] > 1), _skip_day(course["last"], course["cycle"], 2), "スキップ"),
        (found(course["skips"] > 2), _skip_day(course["last"], course["cycle"], 3), "スキップ"),
        (found(course["failed"]), course["left"], "決済エラー"),
        (found(course["suspended"]), course["left"], "停止"),
        (found(course["cancelled"]), course["left"], "解約"),
    ]
    row = np.concatenate([part[0] for part in parts])
    days = np.concatenate([part[1][part[0]] for part in parts])
    names = np.concatenate([np.full(len(part[0]), part[2], dtype=object) for part in parts])
    order = np.lexsort((names.astype(str), row, days))
    row, days, names = row[order], days[order], names[order]
    return [
        ("定期受注番号", subscription_no(people).take(pa.array(who[row]))),
        ("発生日時", stamp(days.astype("datetime64[s]") + 10 * 3600)),
        ("イベント", text(names)),
        ("理由", text(np.where(names == "決済エラー", "カード有効期限切れ", "").astype(object))),
    ]


def granted_mail(rng: np.random.Generator, people: People, story: Story) -> tuple[np.ndarray, np.ndarray]:
    """Who granted e-mail and who refused it; whoever tired of our mails had asked for them."""
    luck = rng.random(people.size)
    can = people.has_account & ~pc.equal(people.mail, "").to_numpy(zero_copy_only=False)
    share = plan.CONSENT["mail_grant"]
    granted = can & ((luck < share) | tired(story))
    return granted, can & ~granted & (luck >= share) & (luck < share + plan.CONSENT["mail_refuse"])


def tired(story: Story) -> np.ndarray:
    """Who stopped because of too many mails, and says so by the link at their foot."""
    return story.has_stopped & (story.cause == "DIS_FATIGUE")


def consent_rows(seed: int, block: int, people: People, story: Story, as_of: date) -> tuple[Rows, Soil]:
    """Append-only consent events per contact point, in time order."""
    granted, refused = granted_mail(stream(seed, block, "mail grants"), people, story)
    rng = stream(seed, block, "consents")
    found, today = np.flatnonzero, np.datetime64(as_of, "s")
    left = granted & ((rng.random(people.size) < plan.CONSENT["mail_withdraw"]) | tired(story))
    voice = people.has_account & ~pc.equal(people.phone, "").to_numpy(zero_copy_only=False)
    luck = rng.random(people.size)
    no_call = voice & (luck < plan.CONSENT["phone_refuse"])
    may_call = voice & (luck > 1 - plan.CONSENT["phone_grant"])
    no_dm = people.traits["dm_stop"] & people.has_account
    parts = [
        (found(granted), "メール", "同意", "会員登録フォーム", False),
        (found(refused), "メール", "拒否", "会員登録フォーム", False),
        (found(left), "メール", "撤回", "配信停止リンク", True),
        (found(may_call), "電話", "同意", "会員登録フォーム", False),
        (found(no_call), "電話", "拒否", "電話申出", True),
        (found(no_dm), "DM", "拒否", "電話申出", True),
    ]
    person = np.concatenate([part[0] for part in parts])
    labels = [
        np.concatenate([np.full(len(part[0]), part[column], dtype=object) for part in parts])
        for column in (1, 2, 3)
    ]
    later = np.concatenate([np.full(len(part[0]), part[4]) for part in parts])
    wait = ((today - story.registered_at[person]).astype(int) * rng.random(len(person))).astype(int)
    at = story.registered_at[person] + np.where(later, np.maximum(wait, 3600), 0)
    # who is tired of mails leaves them within three weeks of the last purchase
    weary = (labels[2] == "配信停止リンク") & tired(story)[person] & ~np.isnat(story.last_valid_on[person])
    at = np.where(weary, story.last_valid_on[person].astype(at.dtype) + 2 * 86400 + wait % (19 * 86400), at)
    order = np.lexsort((labels[1].astype(str), labels[0].astype(str), person, at))
    person, at, (channel, action, method) = person[order], at[order], (label[order] for label in labels)
    rows = pa.array(person)
    mail = pc.if_else(pa.array(people.traits["mail_changed"]), people.old_mail, people.mail).take(rows)
    value = pc.if_else(
        pa.array(channel == "メール"),
        mail,
        pc.if_else(pa.array(channel == "電話"), people.phone.take(rows), ""),
    )
    soil = Soil(stream(seed, block, "consents dirt"))
    columns = {
        "同意ID": join("A", number(10 * plan.BLOCK * block + 1 + np.arange(len(person)), 9)),
        "会員ID": number(people.member_id[person]),
        "連絡種別": text(channel),
        "連絡先": value,
        "目的": text(["販促"] * len(person)),
        "操作": text(action),
        "取得方法": text(method),
        "証跡": pc.if_else(
            pa.array(method == "会員登録フォーム"),
            "form-v3",
            pc.if_else(pa.array(method == "電話申出"), "call-memo", "optout-log"),
        ),
        "日時": stamp(at),
        "取得元": text(["EC"] * len(person)),
    }
    columns["連絡先"] = soil.spoil(
        "連絡先", columns["連絡先"], ("N15_hyphen", dirt.lookalike_hyphens), only=r"^0\d+$"
    )
    return list(columns.items()), soil


def send_rows(seed: int, block: int, people: People, story: Story, as_of: date) -> tuple[Rows, Soil]:
    """Newsletters of the last six months to those who granted, one postal mailing in the quarter before."""
    granted, _ = granted_mail(stream(seed, block, "mail grants"), people, story)
    rng = stream(seed, block, "sends")
    months = np.datetime64(as_of, "M") - np.arange(6, 0, -1)
    member = granted & ~people.traits["withdrawn"] & ~people.traits["mail_changed"]
    mails = [
        (np.flatnonzero(member & (story.registered_at < month.astype("datetime64[s]"))), month, "メール")
        for month in months
    ]
    posted = (
        people.has_account
        & ~people.traits["dm_stop"]
        & ~people.traits["no_address"]
        & (rng.random(people.size) < 0.2)
    )
    mails.append(
        (np.flatnonzero(posted & (story.registered_at < months[2].astype("datetime64[s]"))), months[2], "DM")
    )
    person = np.concatenate([part[0] for part in mails])
    month = np.concatenate([np.full(len(part[0]), part[1]) for part in mails])
    is_mail = np.concatenate([np.full(len(part[0]), part[2] == "メール") for part in mails])
    sent = month.astype("datetime64[s]") + 9 * 86400 + 10 * 3600 + person % 3600
    luck = rng.random(len(person))
    hard = is_mail & (story.cause[person] == "INV_REACH")
    soft = is_mail & ~hard & (luck < 0.01)
    lost = hard | soft | (~is_mail & (luck < 0.02))
    campaign = join(flag(is_mail, "NL-", "DM-"), text(np.datetime_as_string(month, unit="M")))
    soil = Soil(stream(seed, block, "sends dirt"))
    columns = {
        "送信ID": join("M", number(20 * plan.BLOCK * block + 1 + np.arange(len(person)), 10)),
        "キャンペーンID": campaign,
        "会員ID": number(people.member_id[person]),
        "チャネル": flag(is_mail, "メルマガ", "DM"),
        "送信日時": stamp(sent),
        "到達日時": stamp(np.where(lost, NEVER, sent + np.where(is_mail, 30, 3 * 86400))),
        "不達日時": stamp(np.where(lost, sent + np.where(is_mail, 60, 6 * 86400), NEVER)),
        "不達種別": pc.if_else(pa.array(soft), "一時", flag(lost, "恒久", "")),
        "単価": flag(is_mail, "1", "￥98"),
    }
    columns["送信日時"] = soil.spoil(
        "送信日時",
        columns["送信日時"],
        ("N10", lambda cell: cell.replace("-", "/")),
        ("N12", dirt.excel_serial),
    )
    rejects = int(plan.RATES["REJECT"] / 2 * len(person))
    rows = dirt.broken_rows(
        soil,
        list(columns.items()),
        {"送信日時": "9月中旬"},
        ("送信ID", 9_000_000_000 + 100_000 * block),
        rejects,
    )
    return rows, soil


def product_rows(as_of: date) -> Rows:
    """The master as the merchandisers keep it; one product ended and has a successor."""
    items = words.PRODUCTS
    ended = [row[0] == words.DISCONTINUED for row in items]
    return [
        ("商品ID", text([str(row[0]) for row in items])),
        ("JANコード", text([f"49{row[0]:011d}" for row in items])),
        ("商品名", text([row[1] for row in items])),
        ("大分類", text([row[2] for row in items])),
        ("中分類", text([row[3] for row in items])),
        ("販売価格（税抜）", text([f"{row[4]:,}円" for row in items])),
        ("原価", text([f"¥{row[5]:,}".replace("¥", "￥") for row in items])),
        ("税率", text([str(row[6]) for row in items])),
        ("使用日数", text([str(row[7] or "") for row in items])),
        ("旬開始", text([row[8][0] if row[8] else "" for row in items])),
        ("旬終了", text([row[8][1] if row[8] else "" for row in items])),
        ("販売状況", text(["終了" if end else "販売中" for end in ended])),
        ("販売終了日", text([str(np.datetime64(as_of) - 150) if end else "" for end in ended])),
        ("後継商品ID", text([str(row[9] or "") for row in items])),
        ("表示規制", text([row[10] or "" for row in items])),
    ]
