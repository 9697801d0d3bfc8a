"""EC-CUBE 4 customer export: the shop's real headers, one row a member id."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic import dirt, plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import blank, choose, day, flag, join, number, stamp, stream, text
from include.synthetic.dirt import Rows, Soil
from include.synthetic.people import People, address, family_name, given_name
from include.synthetic.purchases import Orders, Story


def subscription_no(people: People) -> pa.Array:
    """10-digit 定期受注番号 of a person (one course a person)."""
    return number(people.member_id, 10)


def person_columns(people: People) -> dict[str, pa.Array]:
    """The clean person part that customer rows and order rows share, by EC-CUBE header."""
    is_test = pa.array(people.traits["test"])
    place = address(people)
    return {
        "お名前(姓)": pc.if_else(is_test, "テスト", family_name(people)),
        "お名前(名)": pc.if_else(is_test, "太郎", given_name(people)),
        "お名前(セイ)": pc.if_else(is_test, "テスト", family_name(people, 1)),
        "お名前(メイ)": pc.if_else(is_test, "タロウ", given_name(people, 1)),
        "郵便番号": place["postal"],
        "都道府県(ID)": place["prefecture_id"],
        "都道府県(名称)": place["prefecture"],
        "住所1": place["town"],
        "住所2": place["street"],
        "メールアドレス": people.mail,
        "TEL": people.phone,
        "性別(ID)": flag(people.is_female, "2", "1"),
        "性別(名称)": flag(people.is_female, "女性", "男性"),
        "誕生日": blank(join(day(people.birth), " 00:00:00"), np.isnat(people.birth)),
    }


def _notes(rng: np.random.Generator, people: People) -> pa.Array:
    """ショップ用メモ欄: the place where shops keep what has no column."""
    usual = blank(
        choose(words.MEMOS, rng.integers(0, len(words.MEMOS), people.size)), rng.random(people.size) > 0.15
    )
    for trait, note in (
        ("dm_stop", "DM不要とのこと"), ("employee", "社員（社内販売）"), ("test", "テスト会員 削除予定"),
        ("deceased", "ご家族より逝去のご連絡あり"), ("minor", "未成年 保護者の同意あり"),
    ):  # fmt: skip
        usual = pc.if_else(pa.array(people.traits[trait]), note, usual)
    return usual


def _history(ids: np.ndarray, orders: Orders) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First day, last day and count of the valid orders of each member id in `ids` (ascending)."""
    mine = orders.is_valid & (orders.member_id > 0)
    place = np.searchsorted(ids, orders.member_id[mine])
    when = orders.ordered_at[mine]
    first = np.full(len(ids), np.datetime64("2900-01-01", "s"))
    last = np.full(len(ids), np.datetime64("1900-01-01", "s"))
    np.minimum.at(first, place, when)
    np.maximum.at(last, place, when)
    count = np.bincount(place, minlength=len(ids))
    never = np.datetime64("NaT", "s")
    return np.where(count > 0, first, never), np.where(count > 0, last, never), count


def customer_rows(
    seed: int, block: int, people: People, orders: Orders, story: Story, as_of: date
) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "customers")
    soil = Soil(stream(seed, block, "customers dirt"))
    main = np.flatnonzero(people.has_account)
    again = np.flatnonzero((people.second_id > 0) & people.has_account)
    who, ids = np.r_[main, again], np.r_[people.member_id[main], people.second_id[again]]
    take = pa.array(who)
    person = {header: column.take(take) for header, column in person_columns(people).items()}
    is_second = np.r_[np.zeros(len(main), dtype=bool), np.ones(len(again), dtype=bool)]
    person["メールアドレス"] = pc.if_else(
        pa.array(is_second), people.old_mail.take(take), person["メールアドレス"]
    )
    registered = story.registered_at[who] - np.where(is_second, 86400, 0)
    first, last, count = _history(ids, orders)
    touched = np.maximum(registered, np.where(np.isnat(last), registered, last)) + rng.integers(
        0, 86400 * 20, len(who)
    )
    updated = np.minimum(touched, np.datetime64(as_of, "s") + 12 * 3600)
    status = np.where(
        people.traits["withdrawn"],
        "3",
        np.where(people.traits["provisional"] & (story.valid_orders == 0), "1", "2"),
    )[who]
    status = np.where(is_second, "2", status)
    columns = {
        "会員ID": number(ids),
        **{header: person[header] for header in ("お名前(姓)", "お名前(名)", "お名前(セイ)", "お名前(メイ)")},
        "会社名": text([""] * len(who)),
        **{
            header: person[header]
            for header in (
                "郵便番号",
                "都道府県(ID)",
                "都道府県(名称)",
                "住所1",
                "住所2",
                "メールアドレス",
                "TEL",
                "性別(ID)",
                "性別(名称)",
            )
        },
        "職業(ID)": number(who % 18 + 1),
        "職業(名称)": choose(words.JOBS, who % 18),
        "誕生日": person["誕生日"],
        "初回購入日": stamp(first),
        "最終購入日": stamp(last),
        "購入回数": number(count),
        "ショップ用メモ欄": _notes(rng, people).take(take),
        "会員ステータス(ID)": text(status),
        "会員ステータス(名称)": choose(["", "仮会員", "本会員", "退会"], status.astype(int)),
        "登録日": stamp(registered),
        "更新日": stamp(updated),
        "ポイント": number(rng.integers(0, 3000, len(who))),
    }
    rows = list(_dirty_customers(soil, columns).items())
    rejects = int(plan.RATES["REJECT"] * len(who))
    return dirt.broken_rows(
        soil,
        rows,
        {"登録日": "2024-13-45 99:00:00"},
        ("会員ID", 2 * plan.BLOCK * (block + 1) - rejects),
        rejects,
    ), soil


def _dirty_customers(soil: Soil, columns: dict) -> dict:
    """Dirt of names, contact points and dates; null tokens where a value is missing."""
    plans = {
        "お名前(姓)": [("N29", dirt.gaiji)],
        "お名前(名)": [("N24_suffix", dirt.honorific), ("SPACE", dirt.trailing_space)],
        "お名前(セイ)": [("N23", dirt.half_kana)],
        "お名前(メイ)": [("N23", dirt.half_kana)],
        "郵便番号": [
            ("N08_quote", dirt.excel_quote), ("N20", dirt.postal_mark), ("N15_digits", dirt.wide_digits),
        ],
        "住所2": [
            ("N15_digits", dirt.wide_digits), ("N15_hyphen", dirt.lookalike_hyphens), ("N03", dirt.wave),
        ],
        "メールアドレス": [("N30", dirt.mail_noise), ("SPACE", dirt.trailing_space)],
        "TEL": [
            ("N08_zero", dirt.lost_zero), ("N08_quote", dirt.excel_quote), ("N15_digits", dirt.wide_digits),
            ("N15_hyphen", dirt.lookalike_hyphens),
        ],
        "誕生日": [("N11", dirt.wareki)],
        "ショップ用メモ欄": [("N05", dirt.second_line)],
    }  # fmt: skip
    columns["お名前(姓)"] = soil.spoil(
        "お名前(姓)", columns["お名前(姓)"], ("N24_variant", dirt.variant), only="[高崎]"
    )
    columns["郵便番号"] = soil.spoil("郵便番号", columns["郵便番号"], ("N08_zero", dirt.lost_zero), only="^0")
    for header, rules in plans.items():
        clean_only = {"お名前(姓)": "^[^髙﨑]*$", "郵便番号": "^[0-9]{7}$"}.get(header)
        columns[header] = soil.spoil(header, columns[header], *rules, only=clean_only)
    for header, kind in (
        ("TEL", "phone"),
        ("誕生日", "birth"),
        ("メールアドレス", "mail"),
        ("住所1", "address"),
        ("郵便番号", "postal"),
        ("会社名", "text"),
    ):
        columns[header] = soil.tokens(header, columns[header], kind)
    return columns
