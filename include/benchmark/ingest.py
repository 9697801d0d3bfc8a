"""Ingest on EC-CUBE-like CP932 order files beside the floor: a plain transcode and one CREATE TABLE AS read_csv.

Then a day's delta on top of a short and of a ten times longer history: the two should cost the same.
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

SOURCE = "eccube_orders"
AS_OF = date(2024, 10, 1)
CHUNK = 1 << 24
HISTORY = 10  # how many times longer the long history is
DELTA_SHARE = 100  # a day brings one line in so many
# what varies from row to row; every other column of the export is filled alike
CELLS = {
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
NUMBERS = {"値引き", "送料", "送料__2", "税金", "入金日", "発送日"}


def run(settings: Settings, lines: int) -> int:
    """Print and keep MB/s, rows/s and peak memory of both ways over the same file. Returns 0."""
    home = settings.work / "benchmark" / "ingest"
    shutil.rmtree(home, ignore_errors=True)
    house = settings_module.load(settings_module.environment_for(home))
    ingest.prepare(house)
    short, day = lines // HISTORY, lines // DELTA_SHARE
    _deliver(house, "受注_20240927.csv", short)
    _measure(home, "ingest")
    _deliver(house, "受注_delta_20240928.csv", day)
    after_short = _measure(home, "ingest")
    path = _deliver(house, "受注_20240929.csv", lines)
    figures = {"lines": lines, "megabytes": path.stat().st_size / 1e6, "floor": _measure(home, "floor"), "ingest": _measure(home, "ingest")}
    _deliver(house, "受注_delta_20240930.csv", day + 1)
    figures |= {"history": [short, short + day + lines], "delta_lines": day, "delta": [after_short, _measure(home, "ingest")]}
    figures["ratio"] = figures["ingest"]["seconds"] / figures["floor"]["seconds"]
    print(table(figures))
    keep(settings, "ingest", figures)
    shutil.rmtree(home)
    return 0


def _deliver(settings: Settings, name: str, lines: int) -> Path:
    path = settings.landing / SOURCE / name
    write_orders(settings, path, lines)
    return path


def table(figures: dict) -> str:
    """The figures as text."""
    rows = [f"{figures['lines']:,} order lines, {figures['megabytes']:,.0f} MB CP932"]
    rows.append(f"{'':<8}{'seconds':>9}{'CPU s':>9}{'MB/s':>9}{'rows/s':>12}{'peak MB':>10}")
    for name in ("floor", "ingest"):
        found = figures[name]
        seconds = found["seconds"]
        rows.append(
            f"{name:<8}{seconds:>9.1f}{found['cpu_seconds']:>9.1f}{figures['megabytes'] / seconds:>9.1f}"
            f"{figures['lines'] / seconds:>12,.0f}{found['peak_mb']:>10,.0f}"
        )
    in_cpu = figures["ingest"]["cpu_seconds"] / figures["floor"]["cpu_seconds"]
    rows.append(f"ingest / floor: {figures['ratio']:.2f} (in CPU seconds {in_cpu:.2f})")
    for lines, found in zip(figures["history"], figures["delta"], strict=True):
        rows.append(
            f"a day of {figures['delta_lines']:,} lines after {lines:,}: {found['seconds']:.1f} s, {found['cpu_seconds']:.1f} s CPU"
        )
    return "\n".join(rows)


def write_orders(settings: Settings, path: Path, lines: int) -> None:
    """An order export with every column of the contract, five lines an order, two orders a customer."""
    contract = load_contracts([REPO / "include" / "contracts"])[SOURCE]
    names = contract.known_columns(contract.feeds)
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = path.with_name(".plain.csv")
    header = ",".join(name.removesuffix("__2") for name in names)
    selected = ", ".join(f"{CELLS.get(name) or _filler(name)} as c{place}" for place, name in enumerate(names))
    with warehouse.writer(settings, settings.work / "orders.duckdb") as connection:
        connection.execute(
            f"copy (select {selected} from range({lines}) as r(i)) to '{plain}' (header false, delimiter ',')"
        )
    with plain.open(encoding="utf-8", newline="") as source, path.open("w", encoding="cp932", newline="") as target:
        target.write(header + "\n")
        while piece := source.read(CHUNK):
            target.write(piece)
    plain.unlink()
    os.utime(path, (0, 0))


def _filler(name: str) -> str:
    return "'0'" if name in NUMBERS - {"入金日", "発送日"} else "''"


def _measure(home: Path, what: str) -> dict:
    """Run one way in a process of its own, so that its peak memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "include.benchmark.ingest", what],
        check=True, cwd=REPO, env=settings_module.environment_for(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def floor(settings: Settings) -> None:
    """What no ingest can be faster than: decode, encode, one read."""
    [path] = (settings.landing / SOURCE).glob("*.csv")
    plain = settings.data_root / "floor.csv"
    with path.open(encoding="cp932", newline="") as source, plain.open("w", encoding="utf-8", newline="") as target:
        while piece := source.read(CHUNK):
            target.write(piece)
    with warehouse.writer(settings, settings.work / "floor.duckdb") as connection:
        connection.execute(f"create table orders as select * from read_csv('{plain}')")
    plain.unlink()


def _load(settings: Settings) -> None:
    result = ingest.load_source(settings, SOURCE, AS_OF, "benchmark")
    if result.is_red:
        raise SystemExit("\n".join(result.messages))


def main(what: str) -> None:
    """Child process: do one of both and print its figures."""
    settings = settings_module.load()
    with Measured() as done:
        {"floor": floor, "ingest": _load}[what](settings)
    print(json.dumps(done.figures()))


if __name__ == "__main__":
    main(sys.argv[1])
