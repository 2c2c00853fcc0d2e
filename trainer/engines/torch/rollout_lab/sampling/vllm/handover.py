"""Where weights lie while they go over to the worker: memory that files share, or the disk where that is too small (containers
often have 64 MB of it)."""
from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from rollout_lab.errors import LabError
from rollout_lab.sampling.vllm.held_folder import HeldFolder, sweep

SHARED_MEMORY = Path("/dev/shm")


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free if folder.is_dir() and os.access(folder, os.W_OK) else 0


def no_room(why: str) -> LabError:
    return LabError(
        "engine", "engine/vllm", f"The weights cannot be handed over to vLLM ({why})",
        remedy=f"Make room in {tempfile.gettempdir()} (TMPDIR names another folder), give the container a larger {SHARED_MEMORY} "
        '(--shm-size), or set "sampler" to "own".')


class Handover:
    def __init__(self) -> None:
        self._held: HeldFolder | None = None

    @property
    def folder(self) -> Path | None:
        """Of the weights that were written last."""
        return None if self._held is None else self._held.path

    def make(self, needed: int) -> Path:
        """An empty folder with room for so many bytes, in the place of the one before. Rejects with `engine/vllm`."""
        self.close()
        parents = [SHARED_MEMORY, Path(tempfile.gettempdir())]
        for each in parents:
            sweep(each)
        parent = next((each for each in parents if _free_bytes(each) >= needed), None)
        if parent is None:
            there = ", ".join(f"{each} has {_free_bytes(each) / 2**30:.1f}" for each in parents)
            raise no_room(f"they take {needed / 2**30:.1f} GiB, {there}")
        self._held = HeldFolder(parent)
        return self._held.path

    def close(self) -> None:
        if self._held is not None:
            self._held.remove()
            self._held = None
