"""The two demo questions: what to do when nothing real is there, and which date its exports are made for."""

from __future__ import annotations

import json
from datetime import date

from include import orchestration, report, synthetic, warehouse
from include.settings import Settings

PROFILE = "small"


def run(settings: Settings) -> int:
    """Generate exports once, run the DAGs for their date, say where to look. Returns the exit code."""
    marker = settings.data_root / "synthetic.json"
    if not marker.exists():
        made = synthetic.generate(settings, PROFILE)
        print(f"generate: {made.files} ファイル, {made.rows:,} 行 ({made.as_of})", flush=True)
    as_of = date.fromisoformat(json.loads(marker.read_text())["as_of"])
    code = orchestration.run_chain(settings, as_of)
    if code == 0:
        print(report.summary(settings))
    return code


def fixed_date(settings: Settings) -> date | None:
    """The date of the generated exports, as long as nothing but them was ever delivered."""
    marker = settings.data_root / "synthetic.json"
    if not marker.exists():
        return None
    made = json.loads(marker.read_text())
    known = set(made["files"])
    waiting = {str(path.relative_to(settings.data_root)) for path in settings.landing.rglob("*") if path.is_file()}
    real = {path for path in waiting - known if not path.startswith("landing/okoshi_lists/")}
    if real or _took_real_files(settings, set(made["files"].values())):
        return None
    return date.fromisoformat(made["as_of"])


def _took_real_files(settings: Settings, generated: set[str]) -> bool:
    if not settings.warehouse.exists():
        return False
    with warehouse.reader(settings) as connection:
        taken = connection.execute(
            "select distinct delivered_sha256 from ops.file_ledger where source <> 'okoshi_lists'"
        ).fetchall()
    return any(sha not in generated for (sha,) in taken)
