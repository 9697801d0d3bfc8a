"""P(alive) and value of a million persons beside the package `lifetimes`: summary, fit and score of the same purchases.

Each way runs in a process of its own, so that its peak memory is its own; the package also in an environment of its own.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from include import rules, warehouse
from include import settings as settings_module
from include.analytics import value_learning, value_score
from include.benchmark.measured import keep
from include.errors import GateStop
from include.settings import REPO, Settings

REQUIREMENTS = REPO / "requirements-lifetimes.txt"
PEER = Path(__file__).with_name("value_peer.py")
AS_OF = date(2024, 10, 1)
DAYS = 730
# everybody is summarised in so many parts, and what one statement no longer needs is given back: less lies in memory at once
PARTS = 4
KEPT_MEMORY = "16MB"
# what the purchases are drawn from: rates Gamma per day, chance to stop Beta, amounts Gamma-Gamma
RATE, STOP, AMOUNT = (0.8, 34.0), (0.5, 6.0), (6.0, 4.0, 2000.0)
SUMMARY = """
    select person_id, 'b2c' as business_type, 'ALL' as category_l1, cast(count(*) - 1 as integer) as repeat_count,
        cast(max(day_no) - min(day_no) as integer) as active_days, cast(? - min(day_no) as integer) as age_days,
        min(day_no, 2)[2] - min(day_no) as second_days, avg(net_amount) as mean_amount
    from read_parquet(?) where person_id % ? = ? group by person_id
"""
# the samples of one cutoff, as the models of the same name make them
PARTIES = """
    select effective_on, business_type, category_l1, repeat_count, cast(round(active_days / step) * step as integer) as active_days,
        cast(round(age_days / step) * step as integer) as age_days, count(*) as party_count, 0 as come_back_count
    from (select *, case when repeat_count > 0 then resolution_days else 1 end as step from summary join cutoff using (business_type))
    group by all
"""
WAITS = """
    select effective_on, business_type, 'second_order' as wait_code, category_l1, coalesce(second_days, age_days) as waited_days,
        count(second_days) as event_count, count(*) - count(second_days) as censored_count
    from summary join cutoff using (business_type) group by all
"""
SPENDS = """
    select effective_on, business_type, repeat_count + 1 as order_day_count,
        exp(round(ln(mean_amount) / amount_step_ratio) * amount_step_ratio) as mean_amount, count(*) as party_count
    from summary join cutoff using (business_type) where mean_amount > 0 group by all
"""
ONCE_ALIVE = """
    select avg(p_alive) from read_parquet(?) as scores inner join summary on scores.person_id = cast(summary.person_id as varchar)
    where repeat_count = 0
"""


def run(settings: Settings, persons: int) -> int:
    """Print and keep seconds and peak memory of both ways over the purchases of so many persons. Returns 0."""
    home = settings.work / "benchmark" / "value"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    environment = peer_environment(settings.work / "benchmark" / "lifetimes")
    own = [sys.executable, "-m", "include.benchmark.value", str(home)]
    # a process of its own as well: the peak of a parent counts as its children's
    figures = {"persons": persons, **_measure(home, [*own, str(persons)])}
    figures["okoshi"] = _measure(home, own)
    figures["lifetimes"] = _measure(home, [str(environment), str(PEER), str(home), AS_OF.isoformat(), str(DAYS)])
    figures["speed_ratio"] = figures["lifetimes"]["seconds"] / figures["okoshi"]["seconds"]
    figures["memory_ratio"] = figures["okoshi"]["peak_mb"] / figures["lifetimes"]["peak_mb"]
    print(table(figures))
    keep(settings, "value", figures)
    shutil.rmtree(home)
    return 0


def table(figures: dict) -> str:
    """The figures as text."""
    rows = [f"{figures['persons']:,} persons, {figures['purchases']:,} purchases"]
    rows.append(f"{'':<11}{'summary s':>10}{'fit s':>8}{'score s':>9}{'all s':>8}{'cpu s':>8}{'peak MB':>9}{'one-time buyers alive':>24}")
    for name in ("okoshi", "lifetimes"):
        found = figures[name]
        parts = found["parts"]
        rows.append(
            f"{name:<11}{parts['summary']:>10.1f}{parts['fit']:>8.1f}{parts['score']:>9.1f}{found['seconds']:>8.1f}"
            f"{found['cpu_seconds']:>8.1f}{found['peak_mb']:>9,.0f}{found['once_alive']:>24.3f}"
        )
    rows.append(f"{figures['speed_ratio']:.1f} times as fast, {figures['memory_ratio']:.0%} of the memory")
    return "\n".join(rows)


def peer_environment(folder: Path) -> Path:
    """The Python of an environment with the package as its lock says; made by uv at the first call, outside of git."""
    python = folder / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    for command in ([str(uv), "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder)], [
        str(uv), "pip", "sync", "--quiet", "--system-certs", "--python", str(python), str(REQUIREMENTS),
    ]):  # fmt: skip
        try:
            subprocess.run(command, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise GateStop("benchmark", f"比較用の環境を作れません ({REQUIREMENTS.name})。ネットワークと uv を確かめてください: {error}") from None
    return python


def write_purchases(home: Path, persons: int) -> dict:
    """Purchase days of so many persons as Parquet and, for the package, as plain arrays; says how many there are."""
    rng = np.random.default_rng(1)
    person = np.arange(persons)
    day = rng.integers(0, DAYS, persons).astype(float)
    wait, stop = 1 / rng.gamma(RATE[0], 1 / RATE[1], persons), rng.beta(*STOP, persons)
    people, days = [], []
    while len(person):
        people.append(person)
        days.append(day.astype(np.int32))
        # a purchase day is a day: two purchases lie at least one apart
        day = np.floor(day) + np.maximum(1, np.ceil(rng.exponential(wait[person])))
        stays = (rng.random(len(person)) > stop[person]) & (day < DAYS)
        person, day = person[stays], day[stays]
    person, day = np.concatenate(people), np.concatenate(days)
    p, q, v = AMOUNT
    amount = np.ceil(rng.gamma(p, 1 / rng.gamma(q, 1 / v, persons)[person]))
    # as they lie in a table that grew day by day
    order = np.lexsort((person, day))
    columns = {"person_id": person[order], "day_no": day[order], "net_amount": amount[order]}
    for name, values in columns.items():
        np.save(home / f"{name}.npy", values)
    pq.write_table(pa.table(columns), home / "purchases.parquet")
    return {"purchases": len(person)}


def _measure(home: Path, command: list[str]) -> dict:
    done = subprocess.run(
        command, check=True, cwd=REPO, env=settings_module.environment_for(home), stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure_own(settings: Settings, home: Path) -> dict:
    """Child process: summary and samples by SQL, learn one cutoff, score everybody; seconds, peak memory, what it says."""
    cutoff = _cutoff(settings)
    began, cpu_began = time.monotonic(), time.process_time()
    with warehouse.writer(settings, home / "own.duckdb") as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("cutoff", cutoff)
        # memory of one statement is of no use to the next
        connection.execute(f"set allocator_flush_threshold = '{KEPT_MEMORY}'")
        _summarise(connection, home / "purchases.parquet")
        samples = [connection.execute(sql).to_arrow_table() for sql in (PARTIES, WAITS, SPENDS)]
        summarised = time.monotonic()
        learned = value_learning.learn(cutoff, *samples)
        fitted = time.monotonic()
        _score_all(connection.execute("select * exclude (second_days) from summary"), cutoff, learned, home / "scores.parquet")
        ended, cpu_seconds = time.monotonic(), time.process_time() - cpu_began
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        [alive] = connection.execute(ONCE_ALIVE, [str(home / "scores.parquet")]).fetchone()
    return {
        "seconds": ended - began, "cpu_seconds": cpu_seconds, "once_alive": alive, "peak_mb": peak_mb,
        "parts": {"summary": summarised - began, "fit": fitted - summarised, "score": ended - fitted},
    }  # fmt: skip


def _summarise(connection, purchases: Path) -> None:
    for part in range(PARTS):
        into = "insert into summary" if part else "create table summary as"
        connection.execute(f"{into} {SUMMARY}", [DAYS - 1, str(purchases), PARTS, part])


def _score_all(summary, cutoff: pa.Table, learned: pa.Table, path: Path) -> None:
    """Write every person's score, batch by batch, as the model int_value__score does."""
    scores = value_score.score_stream(summary.to_arrow_reader(value_score.BATCH_ROWS), cutoff, learned)
    with pq.ParquetWriter(path, scores.schema) as writer:
        for batch in scores:
            writer.write_batch(batch)


def _cutoff(settings: Settings) -> pa.Table:
    [rule] = [row for row in rules.in_force(settings, "rule_value_model", AS_OF) if row["business_type"] == "b2c"]
    named = ("business_type", *rules.COMMON_COLUMNS)
    numbers = {name: float(value) for name, value in rule.items() if name not in named}
    whole = {name: int(value) for name, value in numbers.items() if name.endswith(("_days", "_count")) and value.is_integer()}
    key = {"business_type": "b2c", "effective_on": AS_OF, "checked_on": None, "is_over": False, "policy_version": "benchmark"}
    return pa.Table.from_pylist([{**numbers, **whole, **key}])


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    made = write_purchases(folder, int(sys.argv[2])) if sys.argv[2:] else measure_own(settings_module.load(), folder)
    print(json.dumps(made))
