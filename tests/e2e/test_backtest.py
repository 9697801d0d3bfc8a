"""Replay of a past date on histories with a planted threshold: what it says, what it leaves untouched, what a policy would change."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from include import rules
from include.settings import REPO
from tests.conftest import DEMO_DATE, built_once, run_cli
from tests.e2e import snapshots

DAY = "2024-03-31"


@pytest.fixture(scope="session")
def silent_root(shared_tmp) -> Path:
    def build(root: Path) -> None:
        assert run_cli(root, "generate", "--profile", "silence").returncode == 0
        done = run_cli(root, "run", "--as-of", DEMO_DATE)
        assert done.returncode == 0, done.stdout + done.stderr

    return built_once(shared_tmp, "silence", build)


@pytest.fixture(scope="session")
def replayed(silent_root, shared_tmp) -> Path:
    """A copy of the house after `backtest --as-of DAY --rules`, B waiting 120 days where A waits 180."""

    def build(root: Path) -> None:
        shutil.copytree(silent_root, root, dirs_exist_ok=True)
        before = untouchable(root)
        done = run_cli(root, "backtest", "--as-of", DAY, "--rules", str(shorter_rules(root / "policy_b")))
        assert done.returncode == 0, done.stdout + done.stderr
        (root / "untouched.json").write_text(json.dumps([before, untouchable(root)]))

    return built_once(shared_tmp, "replayed", build)


def shorter_rules(folder: Path) -> Path:
    """The presets with 120 fixed days wherever they say 180."""
    folder.mkdir()
    shipped = REPO / "dbt_project/seeds/rules/rule_dormancy_preset.csv"
    rows = rules.read_rows(shipped)
    assert any(row["fixed_days"] == "180" for row in rows)
    with (folder / shipped.name).open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rules.header(shipped))
        writer.writeheader()
        writer.writerows(row | {"fixed_days": "120" if row["fixed_days"] == "180" else row["fixed_days"]} for row in rows)
    return folder


def untouchable(root: Path) -> dict[str, str]:
    """Hash of every file that a replay must leave alone."""
    rooms = ("warehouse", "serving", "outbox", "landing", "archive", "rejected")
    files = [path for room in rooms for path in sorted((root / room).rglob("*")) if path.is_file() and path.name != "writer.lock"]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def asked(root: Path, query: str) -> list[tuple]:
    """Ask the Parquet files of the result, each under its own name."""
    folder = root / "report" / "backtest" / DAY
    with duckdb.connect() as connection:
        for path in folder.glob("*.parquet"):
            connection.execute(f"create view {path.stem} as from '{path}'")
        return connection.execute(query).fetchall()


def test_planted_thresholds_are_recovered_within_ten_percent_in_every_category(silent_root):
    planted = json.loads((silent_root / "truth" / "silence.json").read_text(encoding="utf-8"))["planted_days"]
    found = snapshots.query(
        silent_root,
        "select rule_id, category_l1, recommended_days, ci_low, ci_high from marts.kpi_threshold_review"
        " where category_l1 <> 'ALL' and verdict <> '判定不能'",
    )
    assert {category for _, category, *_ in found} == set(planted)
    for rule_id, category, days, low, high in found:
        assert abs(days - planted[category]) <= planted[category] / 10, (rule_id, category, days)
        assert low <= days <= high


def test_the_page_draws_the_curve_with_both_days(silent_root):
    page = (silent_root / "report" / "index.html").read_text(encoding="utf-8")
    assert "休眠のしきい値" in page and "<polyline" in page and "提案 " in page


def test_a_replay_touches_nothing_of_the_house_and_leaves_no_private_warehouse(replayed):
    before, after = json.loads((replayed / "untouched.json").read_text())
    assert before == after and before
    assert not (replayed / "work" / "backtest" / DAY).exists()


def test_the_replayed_states_are_those_the_rules_give_on_that_day(replayed):
    # whoever bought last just so many days ago is dormant on the day, one day less and he is not
    rows = asked(replayed, "select state, count(*) from states group by state")
    assert dict(rows)["dormant"] > 0 and sum(count for _, count in rows) > 2500
    assert asked(replayed, f"select count(*) from states where dormant_on > date '{DAY}' or state_from_on > date '{DAY}'") == [(0,)]


def test_what_happened_afterwards_is_counted_from_the_orders_known_today(replayed):
    [(parties, returned)] = asked(
        replayed, "select sum(party_count), sum(returned_count) from outcomes where policy = 'a' and window_days = 90"
    )
    asleep = {row[0] for row in asked(replayed, "select person_id from states where outcome <> 'not_dormant'")}
    buyers = snapshots.query(
        replayed,
        f"select distinct person_id from marts.fct_order where ordered_on > date '{DAY}' and ordered_on <= date '{DAY}' + 90",
    )
    assert parties == len(asleep) and returned == len(asleep & {row[0] for row in buyers}) > 0


def test_opening_plus_behaviour_plus_policy_is_closing_for_every_state_and_place(replayed):
    rows = asked(replayed, "select * from difference_count")
    assert rows and all(opening + behaviour + policy == closing for _, _, opening, behaviour, policy, closing in rows)


def test_a_shorter_threshold_puts_people_to_sleep_by_policy_alone(replayed):
    moves = asked(replayed, "select distinct from_value, to_value from difference where split = 'by_policy' and subject = 'state'")
    assert moves and ("dormant", "active") not in moves
    [(before, after)] = asked(
        replayed,
        "select (select count(*) from states where state = 'dormant'), (select count(*) from states_b where state = 'dormant')",
    )
    assert after > before
    page = (replayed / "report" / "backtest" / DAY / "summary.md").read_text(encoding="utf-8")
    assert "方針による増減" in page and "休眠のしきい値" in page and "policy_b" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--rules", "/nowhere/at/all"), "フォルダがありません"),
        (("--since", DAY), "より前にしてください"),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_mend(tmp_path, arguments, message):
    done = run_cli(tmp_path / "data", "backtest", "--as-of", DAY, *arguments)
    assert done.returncode == 1 and message in done.stderr


def test_an_unknown_rule_table_and_an_empty_house_are_refused(tmp_path):
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "rule_moon.csv").write_text("a,valid_from,valid_to,owner,basis\n", encoding="utf-8")
    done = run_cli(tmp_path / "data", "backtest", "--as-of", DAY, "--rules", str(folder))
    assert done.returncode == 1 and "rule_moon" in done.stderr
    done = run_cli(tmp_path / "data", "backtest", "--as-of", DAY)
    assert done.returncode == 1 and "倉庫がまだありません" in done.stderr
