"""Ingest on EC-CUBE-like CP932 files beside the floor: a plain transcode and one CREATE TABLE AS read_csv.

Orders are long and have few columns that differ; customers (one for ten order lines) are names, kana, numbers and addresses
that hardly ever repeat, one telephone number in twenty not in its simple form. All other sources of a shop are smaller than
these two by an order of magnitude, so nothing of them is measured. Then a day's delta on top of a short and of a ten times
longer history: the two should cost the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

from include import ingest, warehouse
from include import settings as settings_module
from include.benchmark.measured import Measured, keep
from include.contracts import load_contracts
from include.settings import REPO, Settings

SOURCE, CUSTOMERS = "eccube_orders", "eccube_customers"
AS_OF = date(2024, 10, 1)
CHUNK = 1 << 24
HISTORY = 10  # how many times longer the long history is
DELTA_SHARE = 100  # a day brings one line in so many
LINES_A_CUSTOMER = 10


def _picked(signs: str, step: int) -> str:
    """SQL of one sign that changes every `step` rows."""
    return f"substr('{signs}', cast(1 + i // {step} % {len(signs)} as integer), 1)"


# what varies from row to row; every other column of the export is filled alike
ORDER_CELLS = {
    "注文ID": "cast(i // 5 + 1 as varchar)",
    "会員ID": "cast(i // 10 + 1 as varchar)",
    "注文番号": "'N' || (i // 5 + 1)",
    "受注日": "strftime(timestamp '2022-01-01' + to_minutes(cast(i // 5 * 7919 % 1400000 as bigint)), '%Y-%m-%d %H:%M:%S')",
    "対応状況(ID)": "'5'",
    "合計": "cast(1000 + i % 9000 as varchar)",
    "注文詳細ID": "cast(i + 1 as varchar)",
    "明細区分(ID)": "'1'",
    "商品ID": "cast(i % 997 + 1 as varchar)",
    "商品名": "'化粧水　しっとり①-' || (i % 997)",
    "価格": "cast(100 + i % 900 as varchar)",
    "個数": "cast(i % 3 + 1 as varchar)",
    "税率": "'10'",
    "お名前(姓)": "'髙橋'",
    "住所1": "'港区赤坂1-2-3'",
}
NUMBERS = {"値引き", "送料", "送料__2", "税金"}
SIGNS = "山川田中村木林森石井上下野原島崎藤佐高橋本松竹小大西東北南青白黒金水谷沢池浜岡坂宮神清瀬平安永長富福春夏秋冬月星花"
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワガギグゲゴザジズゼゾダデドバビブベボ"
CUSTOMER_CELLS = {
    "会員ID": "cast(i + 1 as varchar)",
    "お名前(姓)": f"{_picked(SIGNS, 1)} || {_picked(SIGNS, 59)}",
    "お名前(名)": f"{_picked(SIGNS, 7)} || {_picked(SIGNS, 413)}",
    "お名前(セイ)": f"{_picked(KANA, 1)} || {_picked(KANA, 61)} || {_picked(KANA, 3671)}",
    "お名前(メイ)": f"{_picked(KANA, 7)} || {_picked(KANA, 427)} || {_picked(KANA, 2569)}",
    "誕生日": "strftime(date '1940-01-01' + cast(i * 7919 % 24000 as integer), '%Y-%m-%d 00:00:00')",
    "性別(ID)": "cast(i % 2 + 1 as varchar)",
    "登録日": "strftime(timestamp '2015-01-01' + to_minutes(cast(i * 7919 % 4500000 as bigint)), '%Y-%m-%d %H:%M:%S')",
    "更新日": "strftime(timestamp '2024-01-01' + to_minutes(cast(i * 7919 % 350000 as bigint)), '%Y-%m-%d %H:%M:%S')",
    "会員ステータス(ID)": "'2'",
    "メールアドレス": "'kaiin.' || i || '@example' || (i % 97) || '.jp'",
    "TEL": "case when i % 20 = 0 then '０９０－' else '090-' end || lpad(cast(10000000 + i * 7919 % 89999999 as varchar), 8, '0')",
    "郵便番号": "lpad(cast(10000 + i * 31 % 9980000 as varchar), 7, '0')",
    "都道府県(ID)": "cast(i % 47 + 1 as varchar)",
    "住所1": f"{_picked(SIGNS, 3)} || '市' || {_picked(SIGNS, 177)} || '区' || {_picked(SIGNS, 5)} || '町'",
    "住所2": "(i % 9 + 1) || '丁目' || (i % 31 + 1) || '-' || (i % 17 + 1) || ' コーポ' || (i % 997) || '号室'",
}
CELLS = {SOURCE: ORDER_CELLS, CUSTOMERS: CUSTOMER_CELLS}


def run(settings: Settings, lines: int) -> int:
    """Print and keep MB/s, rows/s and peak memory of both ways over the same files. Returns 0."""
    home = settings.work / "benchmark" / "ingest"
    shutil.rmtree(home, ignore_errors=True)
    house = settings_module.load(settings_module.environment_for(home))
    ingest.prepare(house)
    short, day = lines // HISTORY, lines // DELTA_SHARE
    _deliver(house, SOURCE, "受注_20240927.csv", short)
    _measure(home, "ingest", SOURCE)
    _deliver(house, SOURCE, "受注_delta_20240928.csv", day)
    after_short = _measure(home, "ingest", SOURCE)
    figures = {"lines": lines, "memory_limit": house.warehouse_memory}
    figures[SOURCE] = _both_ways(house, home, SOURCE, "受注_20240929.csv", lines)
    _deliver(house, SOURCE, "受注_delta_20240930.csv", day + 1)
    figures |= {"history": [short, short + day + lines], "delta_lines": day, "delta": [after_short, _measure(home, "ingest", SOURCE)]}
    figures[CUSTOMERS] = _both_ways(house, home, CUSTOMERS, "会員_20240930.csv", lines // LINES_A_CUSTOMER)
    print(table(figures))
    keep(settings, "ingest", figures)
    shutil.rmtree(home)
    return 0


def _both_ways(settings: Settings, home: Path, source: str, name: str, rows: int) -> dict:
    path = _deliver(settings, source, name, rows)
    found = {"rows": rows, "megabytes": path.stat().st_size / 1e6}
    found |= {way: _measure(home, way, source) for way in WAYS}
    return found | {"ratio": found["ingest"]["seconds"] / found["floor"]["seconds"]}


def _deliver(settings: Settings, source: str, name: str, rows: int) -> Path:
    path = settings.landing / source / name
    write(settings, source, path, rows)
    return path


def table(figures: dict) -> str:
    """The figures as text."""
    rows = [line for source in CELLS for line in _side_by_side(source, figures[source])]
    rows.append(f"DuckDB's own limit: {figures['memory_limit']}")
    for lines, found in zip(figures["history"], figures["delta"], strict=True):
        rows.append(
            f"a day of {figures['delta_lines']:,} lines after {lines:,}: {found['seconds']:.1f} s, {found['cpu_seconds']:.1f} s CPU"
        )
    return "\n".join(rows)


def _side_by_side(source: str, figures: dict) -> list[str]:
    lines = [f"{source}: {figures['rows']:,} rows, {figures['megabytes']:,.0f} MB CP932"]
    lines.append(f"{'':<8}{'seconds':>9}{'CPU s':>9}{'MB/s':>9}{'rows/s':>12}{'peak MB':>10}")
    for way in WAYS:
        found = figures[way]
        seconds = found["seconds"]
        lines.append(
            f"{way:<8}{seconds:>9.1f}{found['cpu_seconds']:>9.1f}{figures['megabytes'] / seconds:>9.1f}"
            f"{figures['rows'] / seconds:>12,.0f}{found['peak_mb']:>10,.0f}"
        )
    in_cpu = figures["ingest"]["cpu_seconds"] / figures["floor"]["cpu_seconds"]
    return [*lines, f"ingest / floor: {figures['ratio']:.2f} (in CPU seconds {in_cpu:.2f})"]


def write(settings: Settings, source: str, path: Path, rows: int) -> None:
    """An export with every column of the contract: orders of five lines each, two a customer; or customers."""
    contract = load_contracts([REPO / "include" / "contracts"])[source]
    names = contract.known_columns(contract.feeds)
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_name(".plain.csv")
    header = ",".join(name.removesuffix("__2") for name in names)
    selected = ", ".join(f"{CELLS[source].get(name) or _filler(name)} as c{place}" for place, name in enumerate(names))
    with warehouse.writer(settings, settings.work / "export.duckdb") as connection:
        connection.execute(f"copy (select {selected} from range({rows}) as r(i)) to '{plain}' (header false, delimiter ',')")
    with plain.open(encoding="utf-8", newline="") as source_file, path.open("w", encoding="cp932", newline="") as target:
        target.write(header + "\n")
        while piece := source_file.read(CHUNK):
            target.write(piece)
    plain.unlink()
    os.utime(path, (0, 0))


def _filler(name: str) -> str:
    return "'0'" if name in NUMBERS else "''"


def _measure(home: Path, way: str, source: str) -> dict:
    """Run one way in a process of its own, so that its peak memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "include.benchmark.ingest", way, source],
        check=True, cwd=REPO, env=settings_module.environment_for(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def floor(settings: Settings, source: str) -> None:
    """What no ingest can be faster than: decode, encode, one read."""
    [path] = (settings.landing / source).glob("*.csv")
    plain = settings.data_root / "floor.csv"
    with path.open(encoding="cp932", newline="") as original, plain.open("w", encoding="utf-8", newline="") as target:
        while piece := original.read(CHUNK):
            target.write(piece)
    with warehouse.writer(settings, settings.work / "floor.duckdb") as connection:
        connection.execute(f"create table {source} as select * from read_csv('{plain}')")
    plain.unlink()


def load(settings: Settings, source: str) -> None:
    """What a run does with the same file."""
    result = ingest.load_source(settings, source, AS_OF, "benchmark")
    if result.is_red:
        raise SystemExit("\n".join(result.messages))


WAYS = {"floor": floor, "ingest": load}


def main(way: str, source: str) -> None:
    """Child process: go one way and print its figures."""
    settings = settings_module.load()
    with Measured() as done:
        WAYS[way](settings, source)
    print(json.dumps(done.figures()))


if __name__ == "__main__":
    main(*sys.argv[1:])
