"""EC-CUBE 4 order export: the shop's real headers, one row an order line, header values repeated on each."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from include.synthetic import dirt, plan
from include.synthetic import vocabulary as words
from include.synthetic.columns import blank, choose, flag, join, number, stamp, stream, text
from include.synthetic.dirt import Rows, Soil
from include.synthetic.eccube import person_columns, subscription_no
from include.synthetic.people import People
from include.synthetic.purchases import Lines, Orders

STATUS_NAMES = {
    "1": "新規受付",
    "3": "注文取消し",
    "4": "対応中",
    "5": "発送済み",
    "6": "入金済み",
    "7": "決済処理中",
    "8": "購入処理中",
    "9": "返品",
}
LINE_NAMES = ["", "商品", "送料", "手数料", "割引"]
SUBSCRIPTION_PREFIX = "T"
SHIP_TO = [
    "お名前(姓)",
    "お名前(名)",
    "お名前(セイ)",
    "お名前(メイ)",
    "郵便番号",
    "都道府県(ID)",
    "都道府県(名称)",
    "住所1",
    "住所2",
    "TEL",
]
ORDER_HEADER = (
    "注文ID,注文番号,会員ID,お名前(姓),お名前(名),お名前(セイ),お名前(メイ),会社名,郵便番号,都道府県(ID),"
    "都道府県(名称),住所1,住所2,メールアドレス,TEL,性別(ID),性別(名称),職業(ID),職業(名称),誕生日,"
    "ショップ用メモ欄,小計,値引き,送料,税金,合計,支払合計,対応状況(ID),対応状況(名称),支払方法(ID),"
    "支払方法(名称),受注日,入金日,注文詳細ID,商品ID,商品規格ID,商品名,商品コード,規格名1,規格名2,"
    "規格分類名1,規格分類名2,価格,個数,税率,税率ルール(ID),明細区分(ID),明細区分(名称),出荷ID,"
    "配送先_お名前(姓),配送先_お名前(名),配送先_お名前(セイ),配送先_お名前(メイ),配送先_会社名,"
    "配送先_郵便番号,配送先_都道府県(ID),配送先_都道府県(名称),配送先_住所1,配送先_住所2,配送先_TEL,"
    "配送業者(ID),配送業者(名称),お届け時間ID,お届け時間(名称),お届け希望日,送料,発送日,出荷伝票番号,"
    "配達用メモ,出荷メール送信日"
).split(",")


def _money(values: np.ndarray) -> pa.Array:
    return join(number(values), ".00")


def _amounts(orders: Orders, lines: Lines) -> dict[str, np.ndarray]:
    """Header amounts in whole yen, tax rounded half up per unit, as the shop computes them."""
    tax = (lines.price * lines.tax_percent * 2 + 100) // 200
    gross = (lines.price + tax) * lines.quantity

    def total(values: np.ndarray, *kinds: int) -> np.ndarray:
        chosen = np.isin(lines.kind, kinds)
        return np.bincount(lines.order[chosen], values[chosen], minlength=orders.size).astype(np.int64)

    parts = {
        "小計": total(gross, 1),
        "値引き": -total(gross, 4),
        "送料": total(gross, 2),
        "税金": total(tax * lines.quantity, 1, 2, 3),
    }
    return {**parts, "合計": total(gross, 1, 2, 3, 4), "支払合計": total(gross, 1, 2, 3, 4)}


def _order_columns(
    rng: np.random.Generator, people: People, orders: Orders, lines: Lines, as_of: date
) -> dict[str, pa.Array | str]:
    """Everything that is the same on each line of an order; one entry an order."""
    who = pa.array(orders.person)
    person = {header: column.take(who) for header, column in person_columns(people).items()}
    course = join(SUBSCRIPTION_PREFIX, subscription_no(people).take(who), "-", number(orders.cycle_no, 3))
    cod = np.isin(np.arange(orders.size), lines.order[lines.kind == 3])
    paid = np.isin(orders.status, ("5", "6", "9"))
    shipped = np.isin(orders.status, ("5", "9"))
    never = np.datetime64("NaT", "s")
    sent = np.minimum(
        orders.ordered_at + rng.integers(20, 70, orders.size) * 3600, np.datetime64(as_of, "s") + 18 * 3600
    )
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
        "対応状況(名称)": choose(
            [STATUS_NAMES.get(str(code), "") for code in range(10)], orders.status.astype(int)
        ),
        "支払方法(ID)": flag(cod, "4", "5"),
        "支払方法(名称)": flag(cod, "代金引換", "クレジットカード"),
        "受注日": stamp(orders.ordered_at),
        "入金日": stamp(np.where(paid, orders.ordered_at, never)),
        **{f"配送先_{header}": clean[header].take(other) for header in SHIP_TO},
        "発送日": stamp(np.where(shipped, sent, never)),
        "出荷伝票番号": blank(number(400_000_000_000 + orders.order_id), ~shipped),
        "出荷メール送信日": stamp(np.where(shipped, sent, never)),
    }


def order_rows(
    seed: int, block: int, people: People, orders: Orders, lines: Lines, as_of: date
) -> tuple[Rows, Soil]:
    rng = stream(seed, block, "orders")
    soil = Soil(stream(seed, block, "orders dirt"))
    per_order = _order_columns(rng, people, orders, lines, as_of)
    per_order["ショップ用メモ欄"] = soil.spoil(
        "ショップ用メモ欄", per_order["ショップ用メモ欄"], ("N05", dirt.second_line)
    )
    take = pa.array(lines.order)
    same = {header: column.take(take) for header, column in per_order.items()}
    is_goods = lines.kind == 1
    names = pc.if_else(
        pa.array(is_goods),
        choose([row[1] for row in words.PRODUCTS], np.maximum(lines.product, 0)),
        choose(LINE_NAMES, lines.kind),
    )
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
    fee_of_shipment = _money(
        np.bincount(lines.order, delivery, minlength=orders.size).astype(np.int64)[lines.order]
    )
    rows: Rows = []
    for position, header in enumerate(ORDER_HEADER):
        is_second_fee = header == "送料" and position > ORDER_HEADER.index("送料")
        rows.append((header, fee_of_shipment if is_second_fee else found.get(header, "")))
    rejects = int(plan.RATES["REJECT"] / 4 * len(take))
    fresh = 20 * plan.BLOCK * (block + 1) - rejects
    return dirt.broken_rows(soil, rows, {"受注日": "2024-02-30 25時"}, ("注文ID", fresh), rejects), soil
