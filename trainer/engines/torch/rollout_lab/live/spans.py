"""Reasoning, steps and answer of a completion, marked as the trainer's `renderers/freeText.ts` does: what labels stand
on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from rollout_lab.live.tool_tokens import Range

MARKER = "####"
BOX = "\\boxed{"
OPEN, CLOSE = "<think>", "</think>"
LONGEST = 262_144
MOST_STEPS = 1024
BLANK = "\t\n\v\f\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What JavaScript trims."""


def spans_of(text: str) -> list[dict[str, Any]]:
    """Spans of kind `think` (where tagged), `step` (each line that holds anything) and `answer`; UTF-16 units, `to`
    exclusive."""
    if len(text) > LONGEST:
        return []
    thinking, after = _thinking(text)
    marked = _found(text, after)
    body = thinking if thinking is not None else (0, marked[0] if marked is not None else len(text))
    answer = None if marked is None else _trimmed(text, marked[1], marked[2])
    found = [("think", thinking), *(("step", line) for line in _lines(text, body)), ("answer", answer)]
    units = [0, *accumulate(2 if ord(letter) > 0xFFFF else 1 for letter in text)]
    if units[-1] > LONGEST:
        return []
    return [{"kind": kind, "from": units[span[0]], "to": units[span[1]]} for kind, span in found if span is not None]


def spans_of_turns(text: str, told: Sequence[Range]) -> list[dict[str, Any]]:
    """The same of every turn, with the tool output between them as `tool` (ascending ranges in UTF-16 units)."""
    units = text.encode("utf-16-le", "surrogatepass")
    ends = [0, *(to for _, to in told)]
    starts = [*(start for start, _ in told), len(units) // 2]
    found = [{"kind": "tool", "from": start, "to": to} for start, to in told]
    for start, to in zip(ends, starts, strict=True):
        turn = units[2 * start : 2 * to].decode("utf-16-le", "replace")
        found += [
            {"kind": span["kind"], "from": start + span["from"], "to": start + span["to"]} for span in spans_of(turn)
        ]
    return sorted(found, key=lambda span: span["from"])


def _thinking(text: str) -> tuple[Range | None, int]:
    """The inside of the tags, of which the opening one may stand in the prompt, and where the text after starts."""
    opened, closed = text.find(OPEN), text.rfind(CLOSE)
    if opened < 0 and closed < 0:
        return None, 0
    start = opened + len(OPEN) if opened >= 0 and (closed < 0 or opened < closed) else 0
    return ((start, len(text)), len(text)) if closed < start else ((start, closed), closed + len(CLOSE))


def _found(text: str, start: int) -> tuple[int, int, int] | None:
    """Where the mark of the answer starts, and the answer with blanks around it: the last box or what follows the last
    marker, whichever stands later. A marker with nothing behind it in its line gives way to any box; where there is no
    box, it means the next line that holds anything."""
    marked, boxed = _marked(text, start), _boxed(text, start)
    if marked is None:
        return boxed
    unanswered = _trimmed(text, *marked[1:]) is None
    if boxed is None or _trimmed(text, *boxed[1:]) is None:
        return _next_line(text, marked) if unanswered else marked
    if boxed[0] < marked[0]:
        return boxed if unanswered else marked
    return boxed if _trimmed(text, marked[1], boxed[0]) else (marked[0], *boxed[1:])


def _marked(text: str, start: int) -> tuple[int, int, int] | None:
    """Where the last marker stands, and what follows it in its line."""
    at = text.rfind(MARKER)
    return None if at < start else (at, at + len(MARKER), _line_end(text, at + len(MARKER)))


def _next_line(text: str, marked: tuple[int, int, int]) -> tuple[int, int, int]:
    """The first line behind the marker's own that is not blank; the end of the text where there is none."""
    start = len(text) - len(text[marked[2] :].lstrip(BLANK))
    return marked[0], start, _line_end(text, start)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _boxed(text: str, start: int) -> tuple[int, int, int] | None:
    """Where the last box stands, and its inside, braces balanced."""
    at = text.rfind(BOX)
    if at < start:
        return None
    depth = 1
    for i in range(at + len(BOX), len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return at, at + len(BOX), i
    return None


def _lines(text: str, body: Range) -> list[Range]:
    lines: list[Range] = []
    for match in re.compile(r"[^\r\n]+").finditer(text, body[0]):
        if match.start() >= body[1] or len(lines) == MOST_STEPS:
            break
        line = text[match.start() : min(match.end(), body[1])]
        if line.strip(BLANK):
            lines.append((match.start(), match.start() + len(line.rstrip(BLANK))))
    return lines


def _trimmed(text: str, start: int, end: int) -> Range | None:
    raw = text[start:end]
    trimmed = raw.strip(BLANK)
    start += len(raw) - len(raw.lstrip(BLANK))
    return (start, start + len(trimmed)) if trimmed else None
