from __future__ import annotations

import pytest

from rollout_lab.live.spans import spans_of, spans_of_turns


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("", []),
        (" \n\n", []),
        ("a\n b \n", [("step", "a"), ("step", " b")]),
        ("2 + 2 = 4\n#### 4", [("step", "2 + 2 = 4"), ("answer", "4")]),
        (
            "<think>é\n😀 b</think>so \\boxed{x{1}}.",
            [("think", "é\n😀 b"), ("step", "é"), ("step", "😀 b"), ("answer", "x{1}")],
        ),
        ("a</think>b", [("think", "a"), ("step", "a")]),
        ("<think>a", [("think", "a"), ("step", "a")]),
        ("#### ", []),
        ("\\boxed{a", [("step", "\\boxed{a")]),
        ("#### Step\n2\n\\boxed{4}", [("step", "#### Step"), ("step", "2"), ("answer", "4")]),
        ("\\boxed{4}\n#### 5", [("step", "\\boxed{4}"), ("answer", "5")]),
        ("\\boxed{4}\n####\na", [("answer", "4")]),
        ("a\n#### \\boxed{4}", [("step", "a"), ("answer", "4")]),
        ("####\n\n4\na", [("answer", "4")]),
        ("#### 5\n\\boxed{}", [("answer", "5")]),
    ],
)
def test_marks_reasoning_steps_and_answer(text: str, marked: list[tuple[str, str]]) -> None:
    units = text.encode("utf-16-le")
    assert [
        (span["kind"], units[2 * span["from"] : 2 * span["to"]].decode("utf-16-le")) for span in spans_of(text)
    ] == marked


def test_tool_output_has_no_steps_and_no_answer() -> None:
    text = "<think>a</think>\n#### 7 😀\nb\n#### 8"
    assert spans_of_turns(text, [(17, 26)]) == [
        {"kind": "think", "from": 7, "to": 8},
        {"kind": "step", "from": 7, "to": 8},
        {"kind": "tool", "from": 17, "to": 26},
        {"kind": "step", "from": 27, "to": 28},
        {"kind": "answer", "from": 34, "to": 35},
    ]


def test_what_is_too_long_is_not_read() -> None:
    assert spans_of("a" * 262_145) == spans_of("😀" * 131_073) == []
    assert len(spans_of("a\n" * 2000)) == 1024
