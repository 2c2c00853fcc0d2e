"""Cuts a call's sequences into micro-batches that fit a budget.

    [sequences of a call] -> plan_micro_batches -> [[i, j, …], …]   longest first, neighbours in length together

The plan depends on the sizes alone; equal lengths keep their order. Sequences without rows have nothing to compute and are left out.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SequenceSize:
    tokens: int
    """That go through the model."""
    rows: int
    """Positions that get logits, or a value of the reward head."""


@dataclass(frozen=True)
class Budget:
    """What one micro-batch may hold; a sequence beyond it gets a micro-batch of its own."""

    tokens: int
    """Padding included where there is any."""
    logits: int | None = None
    """Floats of logits, where all of a micro-batch are held at once."""
    vocabulary_size: int = 0


def size_of(sequence: dict[str, Any], with_head: bool) -> SequenceSize:
    """The last completion token is only a target: nothing is predicted from it. Only the reward head reads it."""
    rows = len(sequence["completion"])
    return SequenceSize(len(sequence["prompt"]) + rows - (0 if with_head else 1), rows)


def plan_micro_batches(sizes: Sequence[SequenceSize], budget: Budget, *, padded: bool = False) -> list[list[int]]:
    """`padded`: a micro-batch takes its longest sequence's tokens times its members, and every one of these gets logits."""
    order = sorted((i for i, size in enumerate(sizes) if size.rows > 0), key=lambda i: -sizes[i].tokens)
    batches: list[list[int]] = []
    tokens = 0
    for i in order:
        needed = sizes[batches[-1][0]].tokens if padded and batches else sizes[i].tokens
        if batches and _fits(tokens + needed, budget):
            batches[-1].append(i)
            tokens += needed
        else:
            batches.append([i])
            tokens = sizes[i].tokens
    return batches


def _fits(tokens: int, budget: Budget) -> bool:
    return tokens <= budget.tokens and (budget.logits is None or tokens * budget.vocabulary_size <= budget.logits)


def plan_shared(sequences: Sequence[dict[str, Any]], sizes: Sequence[SequenceSize], tokens: int) -> list[list[int]]:
    """Micro-batches of at most `tokens` that keep sequences with the same prompt together, which counts once in each; those with the
    longest first."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for (i,) in plan_micro_batches(sizes, Budget(1)):
        groups.setdefault(tuple(sequences[i]["prompt"]), []).append(i)
    batches: list[list[int]] = []
    filled = 0
    for prompt, members in groups.items():
        whole = sum(sizes[i].tokens for i in members) - len(prompt) * (len(members) - 1)
        opens = filled + whole > tokens
        for i in members:
            own = sizes[i].tokens - (0 if i == members[0] else len(prompt))
            if opens or not batches or filled + own > tokens:
                batches.append([])
                filled, own, opens = 0, sizes[i].tokens, False
            batches[-1].append(i)
            filled += own
    return [sorted(batch, key=lambda i: -sizes[i].tokens) for batch in batches]


def halves(members: Sequence[int], sizes: Sequence[SequenceSize]) -> tuple[list[int], list[int]]:
    """Two or more members in two parts with about as many tokens each, in their order."""
    half = sum(sizes[i].tokens for i in members) / 2
    first: list[int] = [members[0]]
    tokens = sizes[members[0]].tokens
    for i in members[1:-1]:
        if tokens + sizes[i].tokens / 2 > half:
            break
        first.append(i)
        tokens += sizes[i].tokens
    return first, list(members[len(first):])
