"""Tokens of a completion that the policy did not write, as the trainer's `protocol/toolTokens.ts` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from rollout_lab.live.clean_values import utf16_length

Value = TypeVar("Value")
Range = tuple[int, int]
BREAK = "\n"
"""Stands around tool output and belongs to no token."""


def told_apart(pieces: Sequence[str], written: Sequence[Any]) -> tuple[str, list[int], list[Range]]:
    """Pieces of a completion as one text, where each ends in it, and where tool output stands (UTF-16 units).

    `written` is false for pieces of a tool's. Those that follow each other are one output and end where it does.
    """
    text = ""
    end = 0
    ends: list[int] = []
    told: list[Range] = []
    for own, run in groupby(zip(pieces, written, strict=True), key=lambda pair: bool(pair[1])):
        texts = [piece for piece, _ in run]
        if own:
            for piece in texts:
                end += utf16_length(piece)
                ends.append(end)
            text += "".join(texts)
            continue
        output = "".join(texts)
        start = end + len(BREAK)
        to = start + utf16_length(output)
        told.append((start, to))
        ends += [to] * len(texts)
        text += f"{BREAK}{output}{BREAK}"
        end = to + len(BREAK)
    return text, ends, told


def is_tool(segment: Mapping[str, Any]) -> list[bool]:
    """Of each token (T); all are the policy's where it is not known where tokens end."""
    tools = [(span["from"], span["to"]) for span in segment["spans"] if span["kind"] == "tool"]
    if not tools or not segment["tokenEnds"]:
        return [False] * len(segment["tokens"])
    return [any(start < end <= to for start, to in tools) for end in segment["tokenEnds"]]


def written_of(segment: Mapping[str, Any], values: Sequence[Value]) -> list[Value]:
    """The values of the tokens that the policy wrote; none where there are none."""
    return [value for value, tool in zip(values, is_tool(segment), strict=False) if not tool]
