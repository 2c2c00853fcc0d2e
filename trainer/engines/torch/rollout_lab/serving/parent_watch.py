"""An engine whose trainer has died has nobody to work for."""
from __future__ import annotations

import os
import threading
import time

INTERVAL_SECONDS = 1.0


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(INTERVAL_SECONDS)
    os._exit(0)


def watch_parent() -> None:
    """Ends this process when its parent has gone, also in the middle of a long computation."""
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True, name="parent watch").start()
