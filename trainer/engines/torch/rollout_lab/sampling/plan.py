"""How a call is fitted into memory."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.key_values import CacheShape
from rollout_lab.sampling.rows import SampledRow

LEAST_LANES = 16
CPU_LANES, DEVICE_LANES = 128, 512
CPU_KEY_VALUE_BYTES = 256 << 20
DEVICE_MEMORY_SHARE = 0.5
MOST_THREADS = 8
MOST_BYTES_BESIDE = 200 << 20
"""Of weights: beyond, threads that each read all of them wait for memory, and products are so large that they share out well."""
CPU_PREFILL_TOKENS, DEVICE_PREFILL_TOKENS = 2048, 16384
SHARE_FROM = 16
"""Tokens of the mean prompt from which the rows of a group read it together on a CPU: shorter, it is as fast to copy it."""


@dataclass(frozen=True)
class Limits:
    """How much is done at a time."""

    lanes: int
    """Completions made at the same time at most."""
    key_value_bytes: int
    """Of the rows' keys and values, were all of them at their longest."""
    prefill_tokens: int
    """Prompt tokens of one forward pass."""
    threads: int = 1
    """Threads that make rows of their own, each operator on one thread; see decoder.py."""
    least_lanes: int = LEAST_LANES
    """Where memory is short: enough to fill the matrix products."""

    def threads_for(self, rows: int) -> int:
        return max(1, min(self.threads, rows // LEAST_LANES))

    def halved(self, rows: int) -> Limits:
        """After memory ran out over so many rows."""
        lanes = max(1, min(self.lanes, rows) // 2)
        return replace(
            self, lanes=lanes, key_value_bytes=self.key_value_bytes // 2, prefill_tokens=max(1, self.prefill_tokens // 2),
            threads=min(lanes, max(1, self.threads // 2)), least_lanes=max(1, self.least_lanes // 2))

    def share(self, threads: int) -> Limits:
        """Of one of so many threads."""
        return replace(self, lanes=-(-self.lanes // threads), key_value_bytes=self.key_value_bytes // threads)


def limits_of(model: LoadedModel, kept: int) -> Limits:
    """`kept`: bytes of keys and values that are in memory already."""
    if model.device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(model.device)
        held = torch.cuda.memory_reserved(model.device) - torch.cuda.memory_allocated(model.device)
        return Limits(DEVICE_LANES, int(DEVICE_MEMORY_SHARE * (free + held + kept)), DEVICE_PREFILL_TOKENS)
    weights = sum(each.numel() * each.element_size() for each in model.network.parameters())
    beside = model.device.type == "cpu" and weights <= MOST_BYTES_BESIDE
    threads = min(torch.get_num_threads(), MOST_THREADS) if beside else 1
    return Limits(CPU_LANES, max(CPU_KEY_VALUE_BYTES, 2 * weights), CPU_PREFILL_TOKENS, threads=threads)


@dataclass(frozen=True)
class Plan:
    lanes: int
    limit: int
    """Tokens that a row makes at most."""
    capacity: int
    """Of a row, in tokens: its own, and its prompt's where prompts are not shared."""
    prompt_slots: int
    prompt_capacity: int
    positions: int
    shared: bool
    """Rows read their prompt from the store; otherwise it is copied to each."""


def plan_call(rows: Sequence[SampledRow], shape: CacheShape, limits: Limits, always_shared: bool) -> Plan:
    """`rows`: those that will make a token."""
    limit = max(row.end.limit for row in rows)
    prompts = {row.source.prompt_index: len(row.source.prompt) for row in rows}
    mean = sum(prompts.values()) / len(prompts)
    shared = always_shared or (len(rows) > len(prompts) and mean >= SHARE_FROM)
    longest = max(len(row.source.prompt) + row.end.limit for row in rows)
    capacity = limit if shared else longest
    prompt_capacity = max(prompts.values())
    # A row's own room, and its part of its prompt's.
    tokens = capacity + prompt_capacity * len(prompts) / len(rows)
    fitting = int(limits.key_value_bytes / (tokens * shape.bytes_per_token))
    lanes = min(len(rows), limits.lanes, max(limits.least_lanes, fitting))
    return Plan(lanes, limit, capacity, min(len(prompts), lanes), prompt_capacity, longest, shared)
