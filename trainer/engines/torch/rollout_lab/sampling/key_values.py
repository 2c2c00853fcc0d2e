"""Preallocated keys and values: of prompts, each once, and of the rows' own tokens.

All tensors keep their place and size for the whole call, as a captured CUDA graph needs it. They begin as zeros: what stands
behind a row's end gets a softmax weight of 0, and 0 times a number that was never written might not be 0.
"""
from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class CacheShape:
    layers: int
    heads: int
    key_value_heads: int
    head_size: int
    dtype: torch.dtype
    device: torch.device

    @property
    def bytes_per_token(self) -> int:
        return 2 * self.layers * self.key_value_heads * self.head_size * self.dtype.itemsize

    def tensors(self, sequences: int, capacity: int) -> list[torch.Tensor]:
        """One a layer, [sequences, Hkv, capacity, hd]."""
        size = (sequences, self.key_value_heads, capacity, self.head_size)
        return [torch.zeros(size, dtype=self.dtype, device=self.device) for _ in range(self.layers)]


class KeyValues:
    """Room for `capacity` tokens of each of `sequences` sequences."""

    def __init__(self, shape: CacheShape, sequences: int, capacity: int) -> None:
        self.shape = shape
        self.sequences = sequences
        self.capacity = capacity
        self.keys = shape.tensors(sequences, capacity)
        self.values = shape.tensors(sequences, capacity)

    def fits(self, shape: CacheShape, sequences: int, capacity: int) -> bool:
        return shape == self.shape and sequences <= self.sequences and capacity <= self.capacity

    @property
    def bytes(self) -> int:
        return self.sequences * self.capacity * self.shape.bytes_per_token

    def place(self, layer: int, slots: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Writes whole beginnings, [n, Hkv, T, hd], of the sequences at `slots` [n]."""
        length = keys.shape[2]
        self.keys[layer][slots, :, :length] = keys.to(self.shape.dtype)
        self.values[layer][slots, :, :length] = values.to(self.shape.dtype)

    def copy(self, source: KeyValues, from_slots: torch.Tensor, to_slots: torch.Tensor, length: int) -> None:
        """Copies the first `length` tokens of sequences of `source`, which may be this one."""
        for mine, theirs in zip([*self.keys, *self.values], [*source.keys, *source.values]):
            mine[to_slots, :, :length] = theirs[from_slots, :, :length]


class KeptKeyValues:
    """Memory of earlier calls, used again where it is large enough: fresh memory costs page faults, and captured graphs need the
    same."""

    MOST_KEPT = 256 << 20
    """Bytes on a CPU, in all; on a device everything stays until `forget`."""
    ROUND = 32
    """Tokens: prompts differ a little from call to call."""

    def __init__(self) -> None:
        self._kept: dict[object, KeyValues] = {}

    def take(self, name: object, shape: CacheShape, sequences: int, capacity: int) -> KeyValues:
        """The memory of this name, which has one user at a time."""
        known = self._kept.get(name)
        if known is not None and known.fits(shape, sequences, capacity):
            return known
        # Its room is counted as free.
        known = None
        self._kept.pop(name, None)
        made = KeyValues(shape, sequences, -(-capacity // self.ROUND) * self.ROUND)
        if shape.device.type != "cpu" or made.bytes + self.bytes <= self.MOST_KEPT:
            self._kept[name] = made
        return made

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in list(self._kept.values()))

    def forget(self) -> None:
        self._kept.clear()
