from __future__ import annotations

from typing import Any

from rollout_lab.live.tool_tokens import is_tool, told_apart, written_of


def test_tool_output_stands_in_lines_of_its_own_that_belong_to_no_token() -> None:
    pieces, written = ["a", "", "", "😀", "c", "d", ""], [1, 1, 0, 0, 0, 1, 1]
    text, ends, told = told_apart(pieces, written)
    assert (text, ends, told) == ("a\n😀c\nd", [1, 1, 5, 5, 5, 7, 7], [(2, 5)])
    assert told_apart(["a", "b"], [1, 1]) == ("ab", [1, 2], [])


def test_tokens_without_text_are_whose_place_they_stand_at() -> None:
    _text, ends, told = told_apart(["a", "", "", "x", "", "b"], [1, 1, 0, 0, 1, 1])
    spans = [{"kind": "tool", "from": start, "to": to} for start, to in told]
    segment: dict[str, Any] = {"tokens": [7] * 6, "tokenEnds": ends, "spans": spans}
    assert is_tool(segment) == [False, False, True, True, False, False]
    assert written_of(segment, [1, 2, 3, 4, 5, 6]) == [1, 2, 5, 6] and written_of(segment, []) == []
    assert written_of({**segment, "tokenEnds": []}, [1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6]
