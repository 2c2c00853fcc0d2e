"""Private methods of a trainer of TRL, heard as they are called."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

Method = Callable[..., Any]


def heard(trainer: Any, name: str, around: Callable[[Method], Method]) -> Callable[[], None] | None:
    """Puts `around(method)` in the method's place; gives what ends it. None where this version of TRL has no such
    method."""
    original = getattr(trainer, name, None)
    if original is None:
        return None
    own = name in vars(trainer)
    setattr(trainer, name, around(original))
    return functools.partial(setattr, trainer, name, original) if own else functools.partial(delattr, trainer, name)
