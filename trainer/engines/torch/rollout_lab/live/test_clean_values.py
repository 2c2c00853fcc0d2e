from __future__ import annotations

import json
import math

import pytest

from rollout_lab.live.clean_values import (
    clean_text,
    counts,
    finite,
    finite_list,
    finite_values,
    plain_values,
    utf16_length,
)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("", ""),
        ("abc", "abc"),
        ("é😀", "é😀"),
        ("\ud800", "\ufffd"),
        ("\udc00a", "\ufffda"),
        ("a\ud800b\udbff", "a\ufffdb\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("\ud800\ud800\udc00", "\ufffd\U00010000"),
        ("\0\u202e", "\0\u202e"),
    ],
)
def test_lone_surrogates_become_one_replacement_character(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert utf16_length(text) == utf16_length(clean)
    json.dumps(clean_text(text), ensure_ascii=False).encode()


def test_lengths_are_in_utf16_units() -> None:
    assert [utf16_length(text) for text in ("", "a", "é", "😀", "a😀b")] == [0, 1, 1, 2, 4]


@pytest.mark.parametrize(
    "value", [None, math.nan, math.inf, -math.inf, 10**400, "1", b"1", [1], object(), complex(1, 1)]
)
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert finite(value) is None
    assert finite_list([1, value]) is None


def test_numbers_of_any_kind_are_floats() -> None:
    torch = pytest.importorskip("torch")
    assert (
        finite(torch.tensor(1.5)) == 1.5 and finite(True) == 1.0 and finite_list(torch.tensor([1.0, 2.0])) == [1.0, 2.0]
    )
    assert counts(torch.tensor([1, 2])) == [1, 2]


def test_counts_are_exact_integers_from_zero() -> None:
    assert counts([0, 5]) == [0, 5]
    assert all(counts([value]) is None for value in (-1, 1.0, "1", 2**53 + 1, None))


def test_maps_keep_what_a_record_may_hold() -> None:
    assert finite_values({"a": 1, "b": math.nan, "c": True, "d\ud800": 2}) == {"a": 1.0, "d\ufffd": 2.0}
    assert plain_values({"a": 1, "b": "\ud800", "c": True, "d": math.inf, "e": [1]}) == {
        "a": 1.0,
        "b": "\ufffd",
        "c": True,
    }
