"""Out of memory in a micro-batch: it is halved and done again, with nothing counted twice, and people are told.

A backward pass that fails half way has already added to the gradients of some parameters. Which ones is noted as it happens, so that
the halves add to the others alone.
"""
from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from rollout_lab.devices.failures import is_out_of_memory
from rollout_lab.errors import LabError, cancelled
from rollout_lab.training.packing import SequenceSize, halves

Told = Callable[[dict[str, Any]], None]
Work = Callable[[list[int], Sequence[nn.Parameter]], None]
"""Runs some of the sequences; adds gradients to the given parameters alone. What it counts, it counts at its very end."""
Plan = Callable[[Sequence[int], int], list[list[int]]]
"""Cuts some of the sequences into micro-batches of a number of tokens, each with its longest sequence first."""


@dataclass
class TokenBudget:
    """Tokens of one micro-batch, from one call to the next: what once was too much is not tried again."""

    tokens: int
    told: Told = lambda _: None
    """Gets an `EngineNotice` (engine.ts)."""
    release: Callable[[], bool] = lambda: False
    """Gives back memory that others keep between calls; false where they keep none."""

    def shrink(self, failed: int, detail: str) -> None:
        """After `failed` tokens were too many."""
        self.tokens = max(1, min(self.tokens, failed) // 2)
        self.told({"kind": "outOfMemory", "detail": detail, "microBatchTokens": self.tokens})


def failure_of_memory(work: Callable[[], object]) -> str | None:
    """Does the work; what failed for lack of memory, in a line. Whoever called then holds on to no tensor of it through a frame."""
    try:
        work()
        return None
    except (RuntimeError, MemoryError) as error:
        if not _is_for_memory(error):
            raise
        return (str(error) or type(error).__name__).splitlines()[0][:300]


def _is_for_memory(error: BaseException | None) -> bool:
    """Or it came while one for memory was dealt with: the capture of a CUDA graph ends with an error of its own."""
    return error is not None and (is_out_of_memory(error) or _is_for_memory(error.__context__))


@contextmanager
def noted(parameters: Sequence[nn.Parameter]) -> Iterator[list[nn.Parameter]]:
    """The parameters whose gradients have been added to meanwhile."""
    done: list[nn.Parameter] = []
    hooks = [parameter.register_post_accumulate_grad_hook(done.append) for parameter in parameters]
    try:
        yield done
    finally:
        for hook in hooks:
            hook.remove()


@dataclass
class MicroBatches:
    """All sequences of a call, a micro-batch at a time."""

    sizes: Sequence[SequenceSize]
    budget: TokenBudget
    is_cancelled: Callable[[], bool]
    work: Work
    plan: Plan
    parameters: Sequence[nn.Parameter] = ()

    def run(self) -> None:
        """Rejects with `engine/cancelled`, and with `engine/out-of-memory` where a single sequence is too much."""
        tokens = self.budget.tokens
        for members in self.plan(range(len(self.sizes)), tokens):
            # What was planned before memory ran out is cut anew.
            for part in [members] if self.budget.tokens == tokens else self.plan(members, self.budget.tokens):
                self._run_or_halve(part, self.parameters)

    def _tokens(self, members: Sequence[int]) -> int:
        return sum(self.sizes[i].tokens for i in members)

    def _run_or_halve(self, members: list[int], parameters: Sequence[nn.Parameter]) -> None:
        if self.is_cancelled():
            raise cancelled()
        failure, done = self._attempt(members, parameters)
        if failure is None:
            return
        # Out here no frame of the failed attempt holds on to its tensors any more.
        released = self.budget.release()
        free_memory()
        finished = {id(parameter) for parameter in done}
        for part in self._parts(members, released, failure):
            self._run_or_halve(part, [parameter for parameter in parameters if id(parameter) not in finished])

    def _parts(self, members: list[int], released: bool, failure: str) -> list[list[int]]:
        """What is tried next: halves; a single sequence once more where there is more room than before."""
        if len(members) > 1:
            self.budget.shrink(self._tokens(members), failure)
            return halves(members, self.sizes)
        if not released:
            raise too_long(members[0], self._tokens(members), failure)
        self.budget.told(again_notice(failure))
        return [members]

    def _attempt(self, members: list[int], parameters: Sequence[nn.Parameter]) -> tuple[str | None, list[nn.Parameter]]:
        """What failed for lack of memory, and the parameters that have their gradient nevertheless."""
        with noted(parameters) as done:
            return failure_of_memory(lambda: self.work(members, parameters)), done


def again_notice(failure: str) -> dict[str, Any]:
    """An `EngineNotice` of work that is done again as it was."""
    return {"kind": "outOfMemory", "detail": f"what sampling kept in memory is given back, and the work is done again ({failure})"}


def free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def too_long(sequence: int, tokens: int, failure: str) -> LabError:
    place = f"sequences[{sequence}]"
    return LabError(
        "engine", "engine/out-of-memory", f"{place} with its {tokens} tokens is too much for the device's memory on its own ({failure})",
        place,
        remedy='Set "gradientCheckpointing", "dtype": "bfloat16" or "lora", sample fewer tokens, or take a smaller model.')
