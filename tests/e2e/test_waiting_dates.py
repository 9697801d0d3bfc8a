"""A build that finds two dates waiting finishes the earlier one whole before it builds the newer."""

from __future__ import annotations

import os
from datetime import date

import pytest

from include import stages
from tests.conftest import run_cli, settings_for
from tests.e2e import snapshots

FIRST, SECOND = date(2024, 10, 2), date(2024, 10, 3)


@pytest.fixture(scope="module")
def waiting(tiny_root, tmp_path_factory):
    """Both dates ingested, neither built, then what one asset-triggered build does with both."""
    import shutil

    root = tmp_path_factory.mktemp("waiting") / "data"
    shutil.copytree(tiny_root, root)
    for day in (FIRST, SECOND):
        assert run_cli(root, "ingest", "--as-of", str(day)).returncode == 0
    kept = dict(os.environ)
    config = settings_for(root)
    stages.settle_earlier(config, [FIRST, SECOND], "both")
    settled = stages.unpublished(config, [FIRST])
    os.environ.clear()
    os.environ.update(kept)
    done = run_cli(root, "run", "--as-of", str(SECOND))
    assert done.returncode == 0, done.stdout + done.stderr
    return root, settled


def test_each_date_has_its_own_lists(waiting):
    root, _ = waiting
    for day in ("2024-10-01", str(FIRST), str(SECOND)):
        assert set(snapshots.manifests(root, day)) == {"email", "phone", "dm"}


def test_nobody_is_on_two_lists_of_the_campaign(waiting):
    root, _ = waiting
    people = snapshots.query(root, "select person_id from marts.fct_target")
    assert people and len(people) == len(set(people))


def test_the_earlier_date_was_published_before_the_newer_was_built(waiting):
    _, settled = waiting
    assert settled == [FIRST]


def test_the_newest_date_is_the_current_snapshot(waiting):
    root, _ = waiting
    assert snapshots.query(root, "select as_of from meta_snapshot") == [(SECOND,)]
