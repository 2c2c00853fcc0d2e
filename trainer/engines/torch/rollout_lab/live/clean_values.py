"""Values as records may hold them: text that every JSON reader takes, and numbers that are finite."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any

LARGEST_EXACT = 2**53
"""Beyond this, readers that keep numbers as doubles no longer tell integers apart."""


def clean_text(text: str) -> str:
    """The text without lone surrogates: each becomes U+FFFD, which keeps its length in UTF-16 units."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, in which all offsets of a record are given."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def finite(value: Any) -> float | None:
    """The value as a float (numbers, zero-dimensional tensors and arrays); None where it is no finite number."""
    if value is None or isinstance(value, (str, bytes)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def finite_list(values: Iterable[Any]) -> list[float] | None:
    """The values as floats; None where one of them is no finite number."""
    numbers = [finite(value) for value in values]
    return None if any(number is None for number in numbers) else numbers  # type: ignore[return-value]


def count(value: Any) -> int | None:
    """The value as an integer of at least 0; None where it is none."""
    try:
        number = operator.index(value)
    except TypeError:
        return None
    return number if 0 <= number <= LARGEST_EXACT else None


def counts(values: Iterable[Any]) -> list[int] | None:
    numbers = [count(value) for value in values]
    return None if any(number is None for number in numbers) else numbers  # type: ignore[return-value]


def finite_values(values: Mapping[str, Any]) -> dict[str, float]:
    """Those of the values that are finite numbers, truth values left out."""
    found = {clean_text(str(name)): finite(value) for name, value in values.items() if not isinstance(value, bool)}
    return {name: value for name, value in found.items() if value is not None}


def plain_values(values: Mapping[str, Any]) -> dict[str, float | str | bool]:
    """Those of the values that a record's `params` may hold: texts, truth values and finite numbers."""
    found: dict[str, float | str | bool] = {}
    for name, value in values.items():
        if isinstance(value, str):
            found[clean_text(str(name))] = clean_text(value)
        elif isinstance(value, bool):
            found[clean_text(str(name))] = value
        elif (number := finite(value)) is not None:
            found[clean_text(str(name))] = number
    return found
