"""EC-CUBE 4 customer and order exports: the shop's real headers, one row a customer, one row an order line."""

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
from include.synthetic.purchases import Lines, Orders, Story

STATUS_NAMES = {"1": "新規受付", "3": "注文取消し", "4": "対応中", "5": "発送済み", "6": "入金済み", "7": "決済処理中", "8": "購入処理中", "9": "返品"}
LINE_NAMES = ["", "商品", "送料", "手数料", "割引"]
SUBSCRIPTION_PREFIX = "T"


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
    usual = blank(choose(words.MEMOS, rng.integers(0, len(words.MEMOS), people.size)), rng.random(people.size) > 0.15)
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


def customer_rows(seed: int, block: int, people: People, orders: Orders, story: Story, as_of: date) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "customers")
    soil = Soil(stream(seed, block, "customers dirt"))
    main = np.flatnonzero(people.has_account)
    again = np.flatnonzero((people.second_id > 0) & people.has_account)
    who, ids = np.r_[main, again], np.r_[people.member_id[main], people.second_id[again]]
    take = pa.array(who)
    person = {header: column.take(take) for header, column in person_columns(people).items()}
    is_second = np.r_[np.zeros(len(main), dtype=bool), np.ones(len(again), dtype=bool)]
    person["メールアドレス"] = pc.if_else(pa.array(is_second), people.old_mail.take(take), person["メールアドレス"])
    registered = story.registered_at[who] - np.where(is_second, 86400, 0)
    first, last, count = _history(ids, orders)
    touched = np.maximum(registered, np.where(np.isnat(last), registered, last)) + rng.integers(0, 86400 * 20, len(who))
    updated = np.minimum(touched, np.datetime64(as_of, "s") + 12 * 3600)
    status = np.where(people.traits["withdrawn"], "3", np.where(people.traits["provisional"] & (story.valid_orders == 0), "1", "2"))[who]
    status = np.where(is_second, "2", status)
    columns = {
        "会員ID": number(ids),
        **{header: person[header] for header in ("お名前(姓)", "お名前(名)", "お名前(セイ)", "お名前(メイ)")},
        "会社名": text([""] * len(who)),
        **{header: person[header] for header in ("郵便番号", "都道府県(ID)", "都道府県(名称)", "住所1", "住所2", "メールアドレス", "TEL", "性別(ID)", "性別(名称)")},
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
    return dirt.broken_rows(soil, rows, {"登録日": "2024-13-45 99:00:00"}, ("会員ID", 2 * plan.BLOCK * (block + 1) - rejects), rejects), soil


def _dirty_customers(soil: Soil, columns: dict) -> dict:
    """Dirt of names, contact points and dates; null tokens where a value is missing."""
    plans = {
        "お名前(姓)": [("N29", dirt.gaiji)],
        "お名前(名)": [("N24_suffix", dirt.honorific), ("SPACE", dirt.trailing_space)],
        "お名前(セイ)": [("N23", dirt.half_kana)],
        "お名前(メイ)": [("N23", dirt.half_kana)],
        "郵便番号": [("N08_quote", dirt.excel_quote), ("N20", dirt.postal_mark), ("N15_digits", dirt.wide_digits)],
        "住所2": [("N15_digits", dirt.wide_digits), ("N15_hyphen", dirt.lookalike_hyphens), ("N03", dirt.wave)],
        "メールアドレス": [("N30", dirt.mail_noise), ("SPACE", dirt.trailing_space)],
        "TEL": [
            ("N08_zero", dirt.lost_zero), ("N08_quote", dirt.excel_quote), ("N15_digits", dirt.wide_digits),
            ("N15_hyphen", dirt.lookalike_hyphens),
        ],
        "誕生日": [("N11", dirt.wareki)],
        "ショップ用メモ欄": [("N05", dirt.second_line)],
    }  # fmt: skip
    columns["お名前(姓)"] = soil.spoil("お名前(姓)", columns["お名前(姓)"], ("N24_variant", dirt.variant), only="[高崎]")
    columns["郵便番号"] = soil.spoil("郵便番号", columns["郵便番号"], ("N08_zero", dirt.lost_zero), only="^0")
    for header, rules in plans.items():
        clean_only = {"お名前(姓)": "^[^髙﨑]*$", "郵便番号": "^[0-9]{7}$"}.get(header)
        columns[header] = soil.spoil(header, columns[header], *rules, only=clean_only)
    for header, kind in (("TEL", "phone"), ("誕生日", "birth"), ("メールアドレス", "mail"), ("住所1", "address"), ("郵便番号", "postal"), ("会社名", "text")):
        columns[header] = soil.tokens(header, columns[header], kind)
    return columns


def _money(values: np.ndarray) -> pa.Array:
    return join(number(values), ".00")


def _amounts(orders: Orders, lines: Lines) -> dict[str, np.ndarray]:
    """Header amounts in whole yen, tax rounded half up per unit, as the shop computes them."""
    tax = (lines.price * lines.tax_percent * 2 + 100) // 200
    gross = (lines.price + tax) * lines.quantity

    def total(values: np.ndarray, *kinds: int) -> np.ndarray:
        chosen = np.isin(lines.kind, kinds)
        return np.bincount(lines.order[chosen], values[chosen], minlength=orders.size).astype(np.int64)

    parts = {"小計": total(gross, 1), "値引き": -total(gross, 4), "送料": total(gross, 2), "税金": total(tax * lines.quantity, 1, 2, 3)}
    return {**parts, "合計": total(gross, 1, 2, 3, 4), "支払合計": total(gross, 1, 2, 3, 4)}


def _order_columns(rng: np.random.Generator, people: People, orders: Orders, lines: Lines, as_of: date) -> dict[str, pa.Array | str]:
    """Everything that is the same on each line of an order; one entry an order."""
    who = pa.array(orders.person)
    person = {header: column.take(who) for header, column in person_columns(people).items()}
    course = join(SUBSCRIPTION_PREFIX, subscription_no(people).take(who), "-", number(orders.cycle_no, 3))
    cod = np.isin(np.arange(orders.size), lines.order[lines.kind == 3])
    paid = np.isin(orders.status, ("5", "6", "9"))
    shipped = np.isin(orders.status, ("5", "9"))
    never = np.datetime64("NaT", "s")
    sent = np.minimum(orders.ordered_at + rng.integers(20, 70, orders.size) * 3600, np.datetime64(as_of, "s") + 18 * 3600)
    other = pa.array(np.where(orders.is_gift, (orders.person + 7) % people.size, orders.person))
    clean = person_columns(people)
    return {
        "注文ID": number(orders.order_id),
        "注文番号": pc.if_else(pa.array(orders.cycle_no > 0), course, join("S", number(orders.order_id, 10))),
        "会員ID": blank(number(orders.member_id), orders.member_id == 0),
        **person,
        "職業(ID)": number(orders.person % 18 + 1),
        "職業(名称)": choose(words.JOBS, orders.person % 18),
        "ショップ用メモ欄": flag(orders.is_gift, "ギフト注文 のし希望", ""),
        **{header: _money(values) for header, values in _amounts(orders, lines).items()},
        "対応状況(ID)": text(orders.status),
        "対応状況(名称)": choose([STATUS_NAMES.get(str(code), "") for code in range(10)], orders.status.astype(int)),
        "支払方法(ID)": flag(cod, "4", "5"),
        "支払方法(名称)": flag(cod, "代金引換", "クレジットカード"),
        "受注日": stamp(orders.ordered_at),
        "入金日": stamp(np.where(paid, orders.ordered_at, never)),
        **{f"配送先_{header}": clean[header].take(other) for header in SHIP_TO},
        "発送日": stamp(np.where(shipped, sent, never)),
        "出荷伝票番号": blank(number(400_000_000_000 + orders.order_id), ~shipped),
        "出荷メール送信日": stamp(np.where(shipped, sent, never)),
    }


def order_rows(seed: int, block: int, people: People, orders: Orders, lines: Lines, as_of: date) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "orders")
    soil = Soil(stream(seed, block, "orders dirt"))
    per_order = _order_columns(rng, people, orders, lines, as_of)
    per_order["ショップ用メモ欄"] = soil.spoil("ショップ用メモ欄", per_order["ショップ用メモ欄"], ("N05", dirt.second_line))
    take = pa.array(lines.order)
    same = {header: column.take(take) for header, column in per_order.items()}
    is_goods = lines.kind == 1
    names = pc.if_else(pa.array(is_goods), choose([row[1] for row in words.PRODUCTS], np.maximum(lines.product, 0)), choose(LINE_NAMES, lines.kind))
    delivery = np.where(lines.kind == 2, lines.price * 11 // 10, 0)
    own = {
        "注文詳細ID": number(100 * plan.BLOCK * block + 1 + np.arange(len(take))),
        "商品ID": blank(number(lines.product + 1), ~is_goods),
        "商品規格ID": blank(number(lines.product + 1001), ~is_goods),
        "商品名": names,
        "商品コード": blank(join("P-", number(lines.product + 1, 4)), ~is_goods),
        "価格": _money(lines.price),
        "個数": number(lines.quantity),
        "税率": number(lines.tax_percent),
        "税率ルール(ID)": flag(is_goods, "1", ""),
        "明細区分(ID)": number(lines.kind),
        "明細区分(名称)": choose(LINE_NAMES, lines.kind),
        "出荷ID": same["注文ID"],
        "お届け時間ID": flag(is_goods, "1", ""),
        "お届け時間(名称)": flag(is_goods, "午前中", ""),
    }
    found = {**same, **own, "配送業者(ID)": "1", "配送業者(名称)": "サンプル業者"}
    fee_of_shipment = _money(np.bincount(lines.order, delivery, minlength=orders.size).astype(np.int64)[lines.order])
    rows: Rows = []
    for position, header in enumerate(ORDER_HEADER):
        is_second_fee = header == "送料" and position > ORDER_HEADER.index("送料")
        rows.append((header, fee_of_shipment if is_second_fee else found.get(header, "")))
    rejects = int(plan.RATES["REJECT"] / 4 * len(take))
    fresh = 20 * plan.BLOCK * (block + 1) - rejects
    return dirt.broken_rows(soil, rows, {"受注日": "2024-02-30 25時"}, ("注文ID", fresh), rejects), soil


SHIP_TO = ["お名前(姓)", "お名前(名)", "お名前(セイ)", "お名前(メイ)", "郵便番号", "都道府県(ID)", "都道府県(名称)", "住所1", "住所2", "TEL"]
ORDER_HEADER = (
    "注文ID,注文番号,会員ID,お名前(姓),お名前(名),お名前(セイ),お名前(メイ),会社名,郵便番号,都道府県(ID),都道府県(名称),住所1,住所2,"
    "メールアドレス,TEL,性別(ID),性別(名称),職業(ID),職業(名称),誕生日,ショップ用メモ欄,小計,値引き,送料,税金,合計,支払合計,対応状況(ID),"
    "対応状況(名称),支払方法(ID),支払方法(名称),受注日,入金日,注文詳細ID,商品ID,商品規格ID,商品名,商品コード,規格名1,規格名2,規格分類名1,"
    "規格分類名2,価格,個数,税率,税率ルール(ID),明細区分(ID),明細区分(名称),出荷ID,配送先_お名前(姓),配送先_お名前(名),配送先_お名前(セイ),"
    "配送先_お名前(メイ),配送先_会社名,配送先_郵便番号,配送先_都道府県(ID),配送先_都道府県(名称),配送先_住所1,配送先_住所2,配送先_TEL,"
    "配送業者(ID),配送業者(名称),お届け時間ID,お届け時間(名称),お届け希望日,送料,発送日,出荷伝票番号,配達用メモ,出荷メール送信日"
).split(",")
