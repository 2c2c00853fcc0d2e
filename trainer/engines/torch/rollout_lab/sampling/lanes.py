"""What the rows of a batch read and write on the device: one lane each, in tensors that keep their place.

A lane's token feeds itself back, and its counts grow by themselves, so that steps can follow each other without the host. A
lane whose row has ended goes on, unread, until the host gives it another row or leaves it out of the batch; `caps` keep its
counts in range.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import torch

from rollout_lab.devices.transfer import on_device
from rollout_lab.sampling.filters import Picked, SamplingSettings

POSITION, LENGTH, MADE = 0, 1, 2

Pick = Callable[[torch.Tensor, torch.Tensor, SamplingSettings], Picked]
"""Of logits [B, V] and uniforms [B]."""


@dataclass(frozen=True)
class LaneStart:
    lane: int
    token: int
    """The prompt's last: its keys and values are the first that the step writes."""
    position: int
    """Its place in the sequence."""
    length: int
    """Tokens of the row in the row cache before it."""
    draws: torch.Tensor
    """Float32 [limit]"""


class Lanes:
    def __init__(self, lanes: int, capacity: int, positions: int, limit: int, steps: int, device: torch.device) -> None:
        """`capacity`: tokens of a lane in the row cache; `limit`: tokens that a row makes at most; `steps`: steps at most
        between two looks of the host."""
        self.size, self.limit, self.steps = lanes, limit, steps
        self.tokens = torch.zeros(lanes, dtype=torch.int64, device=device)
        self.counts = torch.zeros((3, lanes), dtype=torch.int64, device=device)
        """Position of the last token, tokens in the row cache before it, tokens made."""
        self.caps = torch.tensor([[positions - 1], [capacity - 1], [limit - 1]], device=device)
        self.draws = torch.zeros((lanes, limit), dtype=torch.float32, device=device)
        self.made_tokens = torch.zeros((steps, lanes), dtype=torch.int64, device=device)
        self.made_numbers = torch.zeros((steps, 3, lanes), dtype=torch.float32, device=device)
        self.cursor = torch.zeros(1, dtype=torch.int64, device=device)

    def start(self, starts: list[LaneStart]) -> None:
        device = self.tokens.device
        lanes = on_device([start.lane for start in starts], device)
        self.tokens[lanes] = on_device([start.token for start in starts], device)
        counts = [[start.position for start in starts], [start.length for start in starts], [0] * len(starts)]
        self.counts[:, lanes] = on_device(counts, device)
        draws = torch.zeros((len(starts), self.limit))
        for row, start in zip(draws, starts):
            row[:start.draws.shape[0]] = start.draws
        self.draws[lanes] = on_device(draws, device)

    def move(self, origins: list[int], targets: list[int]) -> None:
        device = self.tokens.device
        old, new = on_device(origins, device), on_device(targets, device)
        self.tokens[new] = self.tokens[old]
        self.counts[:, new] = self.counts[:, old]
        self.draws[new] = self.draws[old]

    def lengths(self, rows: int) -> torch.Tensor:
        return self.counts[LENGTH, :rows]

    def step(self, logits: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], pick: Pick, rows: int, settings: SamplingSettings) -> None:
        """One token for lanes 0 … rows−1, kept at the cursor, which moves on. `logits`: [B, V] of tokens and positions, [B] each."""
        made = logits(self.tokens[:rows], self.counts[POSITION, :rows])
        uniforms = self.draws[:rows].gather(1, self.counts[MADE, :rows, None])[:, 0]
        picked = pick(made, uniforms, settings)
        numbers = torch.stack([picked.logprobs, picked.sampling_logprobs, picked.entropies])
        self.tokens[:rows].copy_(picked.tokens)
        self.made_tokens[:, :rows].index_copy_(0, self.cursor, picked.tokens[None])
        self.made_numbers[..., :rows].index_copy_(0, self.cursor, numbers[None])
        torch.minimum(self.counts.add_(1), self.caps, out=self.counts)
        self.cursor.add_(1).remainder_(self.steps)
