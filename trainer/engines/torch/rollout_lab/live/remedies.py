"""Errors that leave for a program of the user's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rollout_lab.errors import LabError


@contextmanager
def remedy_shown() -> Iterator[None]:
    """A LabError from within says in its traceback what to do (Python 3.11 and later), which only the trainer shows
    else."""
    try:
        yield
    except LabError as error:
        if hasattr(error, "add_note"):
            error.add_note(error.remedy)
        raise
