"""Memory that a forward and backward pass frees is what the next one asks for."""
from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
LARGEST_KEPT = 32 * 2**20
"""Bytes of a block beyond which memory goes back at once; glibc takes no larger threshold everywhere."""
MOST_KEPT = 2**31 - 1


def keep_freed_memory() -> bool:
    """Has the C library keep freed memory for the process: otherwise every activation of some megabytes is mapped, filled with zeros page by
    page and unmapped again, a tenth of a training step on a CPU. False where the library is none that can be told (only glibc can)."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)) and bool(mallopt(M_TRIM_THRESHOLD, MOST_KEPT))
