"""A fresh DATA_ROOT with hand-made publish tables for each test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lists_house import House, exposures

from include import settings as settings_module


@pytest.fixture
def house(tmp_path: Path) -> House:
    settings = settings_module.load({"DATA_ROOT": str(tmp_path / "data"), "OKOSHI_THREADS": "1"})
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(exposures(), ensure_ascii=False))
    return House(settings, manifest)
