"""What a piece of work costs its process: seconds, seconds of CPU (which other work on the machine does not change), memory.

Each benchmark works in a DATA_ROOT and a process of its own below `work/benchmark/` and keeps its figures as JSON.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time

from include import settings as settings_module
from include.settings import REPO, Settings


class Measured:
    """`with Measured() as m: …`, then `m.figures()`."""

    def __enter__(self) -> Measured:
        self._began, self._cpu = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *_) -> None:
        self.seconds, self.cpu_seconds = time.monotonic() - self._began, time.process_time() - self._cpu

    def figures(self) -> dict[str, float]:
        """seconds, cpu_seconds, peak_mb (of the process since it began)."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "peak_mb": peak}


def in_own_process(settings: Settings, name: str, *arguments: str) -> dict:
    """Run `include.benchmark.<name>` on an empty DATA_ROOT; returns the figures that its last line says."""
    home = settings.work / "benchmark" / name
    shutil.rmtree(home, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", f"include.benchmark.{name}", *arguments],
        check=True, cwd=REPO, env=settings_module.environment_for(home), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    shutil.rmtree(home)
    return json.loads(done.stdout.splitlines()[-1])


def keep(settings: Settings, name: str, figures: dict) -> None:
    """Leave the figures under `benchmark/` of the DATA_ROOT."""
    path = settings.data_root / "benchmark" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1))
