"""Keys and values of whole prompts: several packed into one forward pass, each prompt once for all its samples."""
from __future__ import annotations

from itertools import accumulate
from typing import Callable, Sequence

import torch

from rollout_lab.devices.transfer import on_device
from rollout_lab.sampling.key_values import KeyValues
from rollout_lab.sampling.step import Step
from rollout_lab.training.packed_layout import EqualLengths, PackedLayout, equal_lengths


class PrefillLayout:
    """Packed prompts attend as sequences in training do; their keys and values also go into a store."""

    def __init__(self, lengths: Sequence[int], slots: Sequence[int], store: KeyValues, packed: PackedLayout) -> None:
        """`lengths`: equal ones beside each other; `slots`: the place of each prompt in the store."""
        self._store, self._packed = store, packed
        self._groups = equal_lengths(lengths)
        ends = list(accumulate(group.count for group in self._groups))
        device = store.shape.device
        self._slots = [
            on_device(slots[end - group.count:end], device) for end, group in zip(ends, self._groups)
        ]

    def attend(
        self, layer_index: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """query [1, H, N, hd], key and value [1, Hkv, N, hd]; gives [1, N, H, hd]."""
        for group, slots in zip(self._groups, self._slots):
            keys, values = (_by_sequence(each, group) for each in (key, value))
            self._store.place(layer_index, slots, keys, values)
        return self._packed.attend(layer_index, query, key, value, scaling)

    def attend_rows(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float
    ) -> torch.Tensor:
        """query [N, H, hd], key and value [N, Hkv, hd]; gives [N, H, hd]."""
        return self.attend(layer, *(each.transpose(0, 1)[None] for each in (query, key, value)), scaling)[0]


def _by_sequence(packed: torch.Tensor, group: EqualLengths) -> torch.Tensor:
    """[1, H, N, hd] → [n, H, T, hd] for a group of n sequences of length T."""
    tokens = slice(group.start, group.start + group.count * group.length)
    return packed[0, :, tokens].unflatten(1, (group.count, group.length)).transpose(0, 1)


class Prefill:
    def __init__(self, step: Step, store: KeyValues, batch_tokens: int, varlen: bool) -> None:
        """`batch_tokens`: of one forward pass; `varlen`: sequences of unequal lengths attend in one call."""
        self._step, self._store, self._batch_tokens, self._varlen = step, store, batch_tokens, varlen

    def run(self, prompts: Sequence[Sequence[int]], slots: Sequence[int], cancelled: Callable[[], bool]) -> bool:
        """Computes every prompt's tokens but the last, which decoding begins with; false = cancelled on the way."""
        waiting = [(prompt[:-1], slot) for prompt, slot in zip(prompts, slots) if len(prompt) > 1]
        waiting.sort(key=lambda each: len(each[0]))
        while waiting:
            if cancelled():
                return False
            batch = [waiting.pop()]
            tokens = len(batch[0][0])
            while waiting and tokens + len(waiting[-1][0]) <= self._batch_tokens:
                batch.append(waiting.pop())
                tokens += len(batch[-1][0])
            self._forward(batch)
        return True

    def _forward(self, batch: list[tuple[Sequence[int], int]]) -> None:
        lengths, device = [len(prompt) for prompt, _ in batch], self._store.shape.device
        packed = PackedLayout(lengths, device, varlen=self._varlen)
        layout = PrefillLayout(lengths, [slot for _, slot in batch], self._store, packed)
        tokens = on_device([token for prompt, _ in batch for token in prompt], device)
        positions = on_device(torch.cat([torch.arange(length) for length in lengths]), device)
        self._step.states(tokens, positions, layout)
