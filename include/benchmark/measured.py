"""What a piece of work costs its process: seconds, seconds of CPU (which other work on the machine does not change), memory."""

from __future__ import annotations

import resource
import time


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
