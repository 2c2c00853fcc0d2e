"""When to stop, for all threads of a call alike."""
from __future__ import annotations

import threading
from collections import Counter
from typing import Callable


class Cancellation:
    """A cancelled call stops every thread after the same number of steps, so that what is unfinished has one length (but for
    rows that came into a lane later than others)."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        self.cancelled = cancelled
        self._lock = threading.Lock()
        self._steps: Counter[object] = Counter()
        self._last: int | None = None

    def goes_on(self, worker: object, steps: int) -> bool:
        """Whether a worker makes so many more steps."""
        with self._lock:
            if self._last is None and self.cancelled():
                self._last = max(self._steps.values(), default=0)
            if self._last is not None and self._steps[worker] >= self._last:
                return False
            self._steps[worker] += steps
            return True

    def stop(self) -> None:
        """Ends the work of all: one of them has failed."""
        with self._lock:
            self._last = 0
