"""What a micro-batch puts into the model and which rows of its hidden states count."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rollout_lab.devices.transfer import on_device
from rollout_lab.models.attention import Layout
from rollout_lab.training.packed_layout import PackedLayout, padded_lengths
from rollout_lab.training.shared_prompts import Block, SharedLayout, blocks_of, expansion


@dataclass(frozen=True)
class BatchInputs:
    """Of S sequences with R completion tokens in all. Rows count packed tokens, or the B · T ones of a padded batch."""

    tokens: torch.Tensor
    """int64 [1, N] packed, or [B, T] right-padded."""
    positions: torch.Tensor
    """int64, of the tokens' shape."""
    predicting: torch.Tensor
    """int64 [R]: rows from which each completion token is predicted."""
    reading: torch.Tensor
    """int64 [R]: rows at which each completion token has been read; there where the reward head is asked."""
    targets: torch.Tensor
    """int64 [R]: the completion tokens."""
    layout: Layout | None = None
    """Of packed tokens."""
    real: torch.Tensor | None = None
    """int64 [B, T], 1 where a token of a padded batch is none of the padding."""


@dataclass(frozen=True)
class BatchForm:
    """How sequences are laid out."""

    with_head: bool
    """The last completion token is read as well; for words it is only a target."""
    device: torch.device
    varlen: bool = False
    """One kernel attends to sequences of any length; else a little padding spares calls."""
    shares: bool = False
    """Equal prompts stand once."""


class _Rows:
    """A row of tokens in the making, and where in it each sequence stands."""

    def __init__(self, sequences: Sequence[dict[str, Any]], with_head: bool) -> None:
        self._sequences = sequences
        self._with_head = with_head
        self.tokens: list[int] = []
        self.positions: list[int] = []
        self.prompts = [range(0)] * len(sequences)
        self.completions = [range(0)] * len(sequences)

    def add(self, block: Block, length: int = 0) -> None:
        """`length`: of the whole block, padding included."""
        start = len(self.tokens)
        prompt = self._append(block.prompt, 0)
        for i in block.members:
            completion = self._sequences[i]["completion"]
            self.prompts[i] = prompt
            self.completions[i] = self._append(completion if self._with_head else completion[:-1], len(prompt))
        padding = length - (len(self.tokens) - start)
        if padding > 0:
            self._append([0] * padding, 0)

    def _append(self, tokens: Sequence[int], position: int) -> range:
        start = len(self.tokens)
        self.tokens += tokens
        self.positions += range(position, position + len(tokens))
        return range(start, len(self.tokens))

    def length(self, i: int) -> int:
        return len(self.prompts[i]) + len(self.completions[i])

    def inputs(self, shape: tuple[int, int], device: torch.device, **others: Any) -> BatchInputs:
        predicting: list[int] = []
        reading: list[int] = []
        targets: list[int] = []
        for prompt, completion, sequence in zip(self.prompts, self.completions, self._sequences):
            if not sequence["completion"]:
                continue
            predicting.append(prompt.stop - 1)
            predicting += completion[:-1] if self._with_head else completion
            reading += completion if self._with_head else ()
            targets += sequence["completion"]

        def there(values: list[int]) -> torch.Tensor:
            return on_device(torch.tensor(values, dtype=torch.long), device)

        return BatchInputs(
            there(self.tokens).view(shape), there(self.positions).view(shape), there(predicting), there(reading), there(targets), **others)


def packed_inputs(sequences: Sequence[dict[str, Any]], form: BatchForm) -> BatchInputs:
    """Sequences stand longest first."""
    rows = _Rows(sequences, form.with_head)
    blocks = blocks_of(sequences, form.shares)
    if form.shares and len(blocks) < len(sequences):
        return _shared_inputs(rows, blocks, form)
    read = 0 if form.with_head else 1
    lengths = [len(sequence["prompt"]) + len(sequence["completion"]) - read for sequence in sequences]
    padded = lengths if form.varlen else padded_lengths(lengths)
    for block, length in zip(blocks, padded):
        rows.add(block, length)
    layout = PackedLayout(padded, form.device, varlen=form.varlen)
    return rows.inputs((1, len(rows.tokens)), form.device, layout=layout)


def _shared_inputs(rows: _Rows, blocks: list[Block], form: BatchForm) -> BatchInputs:
    for block in blocks:
        rows.add(block)
    order = sorted(range(len(rows.prompts)), key=lambda i: -rows.length(i))
    lengths = [rows.length(i) for i in order]
    padded = lengths if form.varlen else padded_lengths(lengths)
    expanded = expansion([rows.prompts[i] for i in order], [rows.completions[i] for i in order], padded, form.device)
    layout = SharedLayout(expanded, PackedLayout(padded, form.device, varlen=form.varlen))
    return rows.inputs((1, len(rows.tokens)), form.device, layout=layout)


def padded_inputs(sequences: Sequence[dict[str, Any]], form: BatchForm) -> BatchInputs:
    rows = _Rows(sequences, form.with_head)
    read = 0 if form.with_head else 1
    lengths = [len(sequence["prompt"]) + len(sequence["completion"]) - read for sequence in sequences]
    longest = max(lengths)
    for block in blocks_of(sequences, shares=False):
        rows.add(block, longest)
    real = (torch.arange(longest)[None] < torch.tensor(lengths)[:, None]).long().to(form.device)
    return rows.inputs((len(sequences), longest), form.device, real=real)
