"""Same input, same bytes; another seed, other bytes."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from include import synthetic
from include.settings import REPO
from include.synthetic import plan
from tests.conftest import settings_for


def _digests(root: Path) -> dict[str, str]:
    files = [path for folder in ("landing", "truth") for path in (root / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_seed_gives_the_same_bytes_in_another_process(tiny, tmp_path):
    code = (
        "import sys; from include import settings, synthetic;"
        "synthetic.generate(settings.load({'DATA_ROOT': sys.argv[1]}), 'tiny')"
    )
    environment = {"PYTHONPATH": str(REPO), "PYTHONHASHSEED": "7", "PATH": ""}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, cwd=tmp_path)
    assert _digests(tmp_path) == _digests(tiny.config.data_root)


def test_another_seed_gives_other_customers_and_orders(tiny, tmp_path):
    synthetic.generate(settings_for(tmp_path), "tiny", seed=plan.SEED + 1)
    first, second = _digests(tiny.config.data_root), _digests(tmp_path)
    changed = {name.split("/")[1] for name in first if first[name] != second[name]}
    assert {"eccube_customers", "eccube_orders", "consents", "persons.parquet"} <= changed


def test_marker_names_profile_seed_date_and_every_file_with_its_sha256(tiny):
    marker = json.loads((tiny.config.data_root / "synthetic.json").read_text())
    assert (marker["profile"], marker["seed"], marker["as_of"]) == ("tiny", plan.SEED, "2024-10-01")
    landed = {
        name: sha for name, sha in _digests(tiny.config.data_root).items() if name.startswith("landing/")
    }
    assert marker["files"] == landed


def test_generating_twice_into_one_place_changes_nothing_and_leaves_no_work_behind(tiny):
    before = _digests(tiny.config.data_root)
    again = synthetic.generate(tiny.config, "tiny")
    assert again == tiny.made
    assert _digests(tiny.config.data_root) == before
    assert not list(tiny.config.work.iterdir())


def test_blocks_share_no_ids_and_a_profile_of_several_blocks_is_one_file(monkeypatch, tmp_path):
    monkeypatch.setattr(plan, "BLOCK", 200)
    monkeypatch.setitem(plan.PROFILES, "blocks", 500)
    config = settings_for(tmp_path)
    synthetic.generate(config, "blocks")
    (orders,) = (config.landing / "eccube_orders").glob("*.csv")
    lines = orders.read_text(encoding="cp932").splitlines()
    assert sum(line.startswith("注文ID,") for line in lines) == 1
    members = pq.read_table(config.truth / "members.parquet").column("source_customer_id").to_pylist()
    accounts = pq.read_table(config.truth / "accounts.parquet").column("account_id").to_pylist()
    assert len(members) == len(set(members)) > 450
    assert len(accounts) == len(set(accounts)) == 3 * plan.MIN_ACCOUNTS


def test_an_unknown_profile_is_refused(config):
    with pytest.raises(KeyError):
        synthetic.generate(config, "huge")
