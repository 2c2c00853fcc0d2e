"""Steps of decoding on a GPU: the kernels of kernels.py, captured in a CUDA graph for each size of batch.

A launch replays one step eight times, and the host looks at the tokens of one launch while the next is under way, so the GPU does
not wait for it. A row that ended is noticed up to two launches late; what was made behind its end is thrown away.

On a machine without a GPU the very same steps run uncaptured in Triton's interpreter, where they are tested.
"""
from __future__ import annotations

import functools
import importlib.util
import os
from dataclasses import dataclass, field
from typing import Sequence

import torch
from torch.nn.functional import linear

from rollout_lab.devices.float_products import float_product
from rollout_lab.devices.transfer import on_device
from rollout_lab.sampling.filters import Picked, SamplingSettings, pick_tokens
from rollout_lab.sampling.key_values import CacheShape, KeyValues
from rollout_lab.sampling.lanes import LENGTH, Lanes
from rollout_lab.sampling.plan import Plan
from rollout_lab.sampling.weights import ModelWeights

STEPS = 8
BUSY_PROGRAMS = 512
"""Programs of the attention kernel that keep a large GPU busy; with fewer, rows are split."""
MOST_SPLITS = 16
LEAST_CAPABILITY = (8, 0)
LEAST_HEAD = 16


@functools.cache
def _has_triton() -> bool:
    return importlib.util.find_spec("triton") is not None


def is_interpreted() -> bool:
    return _has_triton() and os.environ.get("TRITON_INTERPRET") == "1"


def runs_kernels(shape: CacheShape) -> bool:
    """On NVIDIA's GPUs from Ampere on and on AMD's, where Triton can compile."""
    return _suit(shape) and (is_interpreted() or (_made_for(shape.device) and failure_of_kernels(shape) is None))


def kernels_lacked(shape: CacheShape) -> str | None:
    """Why sampling goes on without kernels on a device that they are made for, in a line; None = it does not, or the device is no such."""
    return failure_of_kernels(shape) if _suit(shape) and not is_interpreted() and _made_for(shape.device) else None


def _suit(shape: CacheShape) -> bool:
    """They want heads of a power of two."""
    size = shape.head_size
    return _has_triton() and size >= LEAST_HEAD and size & (size - 1) == 0


def _made_for(device: torch.device) -> bool:
    return device.type == "cuda" and (torch.version.hip is not None or torch.cuda.get_device_capability(device) >= LEAST_CAPABILITY)


@functools.cache
def failure_of_kernels(shape: CacheShape) -> str | None:
    """Triton compiles a launcher in C the first time, for which a machine may lack the compiler or Python's headers; and the attention
    kernel may ask for more than this GPU has for heads of this size."""
    try:
        right = _gates(shape.device) and all(_attends(shape, splits) for splits in (1, MOST_SPLITS))
        return None if right else "they compute other numbers than they should"
    except torch.OutOfMemoryError:
        raise
    except Exception as error:  # Compilers and drivers raise anything.
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _gates(device: torch.device) -> bool:
    from rollout_lab.sampling import kernels

    return bool((kernels.gate(torch.ones((1, 2), device=device)) > 0).all())


def _attends(shape: CacheShape, splits: int) -> bool:
    """Whether a row over two tokens, one of them of its prompt, attends to both alike."""
    from rollout_lab.sampling import kernels

    query = torch.zeros((1, shape.heads, shape.head_size), dtype=shape.dtype, device=shape.device)
    values = torch.ones((1, shape.key_value_heads, 16, shape.head_size), dtype=shape.dtype, device=shape.device)
    none, one = torch.tensor([[0], [1]], device=shape.device)
    mixed = kernels.attend(query, values, values, none, values, 3 * values, none, one, shape.head_size**-0.5, splits)
    return bool((mixed.float() - 2).abs().max() < 0.01)


@functools.cache
def _capture_stream(device: torch.device) -> torch.cuda.Stream:
    """One for all graphs: PyTorch keeps 32 MiB that products work in for each stream that it has seen, to the end of the process."""
    return torch.cuda.Stream(device)


def bucket(rows: int) -> int:
    """Batch sizes that are captured: powers of two, and halfway between them from 8 on."""
    size = 1
    while size < rows:
        size *= 2
    return size * 3 // 4 if size >= 16 and size * 3 // 4 >= rows else size


@dataclass
class DeviceParts:
    """What graphs read and write. It stays from call to call; graphs end with it."""

    weights: ModelWeights
    cache: KeyValues
    store: KeyValues
    lanes: Lanes
    prompts: torch.Tensor
    """int64 [S]: each lane's prompt, as its place in the store."""
    prompt_lengths: torch.Tensor
    """int64 [P]"""
    graphs: dict[tuple[int, SamplingSettings], torch.cuda.CUDAGraph] = field(default_factory=dict)
    pool: tuple[int, int] | None = None
    """Memory between the operators of a step, which graphs share: they run one after another."""

    @staticmethod
    def of(plan: Plan, weights: ModelWeights) -> DeviceParts:
        shape, size = weights.shape, bucket(plan.lanes)
        cache = KeyValues(shape, size, plan.capacity)
        store = KeyValues(shape, plan.prompt_slots, plan.prompt_capacity)
        lanes = Lanes(size, plan.capacity, weights.cosines.shape[0], plan.limit, STEPS, shape.device)
        prompts = torch.zeros(size, dtype=torch.int64, device=shape.device)
        return DeviceParts(weights, cache, store, lanes, prompts, torch.zeros_like(prompts[:plan.prompt_slots]))

    def fit(self, plan: Plan, weights: ModelWeights) -> bool:
        shape = weights.shape
        return (
            self.weights is weights and self.cache.fits(shape, plan.lanes, plan.capacity) and self.lanes.limit >= plan.limit
            and self.store.fits(shape, plan.prompt_slots, plan.prompt_capacity))

    @property
    def bytes(self) -> int:
        return self.cache.bytes + self.store.bytes

    def logits(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """[B, V] behind the lanes' last tokens, whose keys and values go into the cache. Ten kernels a layer."""
        from rollout_lab.sampling import kernels

        w, shape, rows = self.weights, self.weights.shape, tokens.shape[0]
        lengths, splits = self.lanes.counts[LENGTH, :rows], self._splits(rows)
        stream = w.embedding[tokens].float()
        update: torch.Tensor | None = None
        for i, layer in enumerate(w.layers):
            states = kernels.add_norm(stream, update, layer.input_norm, w.norm_epsilon)
            projected = linear(states, layer.qkv, layer.qkv_bias)
            keys, values = self.cache.keys[i], self.cache.values[i]
            query = kernels.turn_and_store(
                projected, layer.head_norm, w.cosines, w.sines, positions, keys, values, lengths, w.norm_epsilon, shape.heads)
            mixed = kernels.attend(
                query, keys, values, lengths, self.store.keys[i], self.store.values[i], self.prompts, self.prompt_lengths,
                shape.head_size**-0.5, splits)
            states = kernels.add_norm(stream, linear(mixed.flatten(1), layer.output), layer.mlp_norm, w.norm_epsilon)
            update = linear(kernels.gate(linear(states, layer.gate_up)), layer.down)
        return float_product(kernels.add_norm(stream, update, w.norm, w.norm_epsilon), w.head)

    def _splits(self, rows: int) -> int:
        splits = 1
        while splits < MOST_SPLITS and rows * self.weights.shape.key_value_heads * splits < BUSY_PROGRAMS:
            splits *= 2
        return splits

    def step(self, rows: int, settings: SamplingSettings) -> None:
        self.lanes.step(self.logits, pick_by_kernel, rows, settings)


def pick_by_kernel(logits: torch.Tensor, uniforms: torch.Tensor, settings: SamplingSettings) -> Picked:
    """Filters and greedy search sort and compare in PyTorch; what training samples with reads the logits once."""
    if settings.temperature == 0 or settings.filtered:
        return pick_tokens(logits, uniforms, settings)
    from rollout_lab.sampling import pick_kernels

    return Picked(*pick_kernels.pick(logits, uniforms, settings.temperature))


@dataclass(frozen=True)
class MadeLater:
    """Tokens on their way to the host."""

    tokens: torch.Tensor
    numbers: torch.Tensor
    arrived: torch.cuda.Event | None

    def wait(self) -> tuple[torch.Tensor, torch.Tensor]:
        if self.arrived is not None:
            self.arrived.synchronize()
        return self.tokens, self.numbers


class GraphRunner:
    steps = STEPS
    ahead = 1

    def __init__(self, parts: DeviceParts, settings: SamplingSettings) -> None:
        self._parts, self._settings = parts, settings
        self._captures = parts.cache.shape.device.type == "cuda"
        self._hosts = [self._host_copies() for _ in range(self.ahead + 1)]
        """One for each launch under way."""
        self._launches = 0

    def _host_copies(self) -> tuple[torch.Tensor, torch.Tensor]:
        lanes = self._parts.lanes
        tokens, numbers = (
            torch.empty(each.shape, dtype=each.dtype, pin_memory=self._captures) for each in (lanes.made_tokens, lanes.made_numbers))
        return tokens, numbers

    def batch(self, rows: int) -> int:
        return min(bucket(rows), self._parts.lanes.size)

    def rows_changed(self, prompts: Sequence[int], stored: dict[int, int]) -> None:
        parts, device = self._parts, self._parts.prompts.device
        if prompts:
            parts.prompts[:len(prompts)] = on_device(list(prompts), device)
        if stored:
            parts.prompt_lengths[on_device(list(stored), device)] = on_device(list(stored.values()), device)

    def launch(self, rows: int, longest: int) -> MadeLater:
        if self._captures:
            graph = self._graph(rows)
            for _ in range(STEPS):
                graph.replay()
        else:
            for _ in range(STEPS):
                self._parts.step(rows, self._settings)
        return self._copy_out(rows)

    def _copy_out(self, rows: int) -> MadeLater:
        lanes = self._parts.lanes
        tokens, numbers = self._hosts[self._launches % len(self._hosts)]
        self._launches += 1
        tokens.copy_(lanes.made_tokens, non_blocking=True)
        numbers.copy_(lanes.made_numbers, non_blocking=True)
        arrived = torch.cuda.Event() if self._captures else None
        if arrived is not None:
            arrived.record()
        return MadeLater(tokens[:, :rows], numbers[..., :rows], arrived)

    def _graph(self, rows: int) -> torch.cuda.CUDAGraph:
        key = (rows, self._settings)
        if key not in self._parts.graphs:
            self._parts.graphs[key] = self._capture(rows)
        return self._parts.graphs[key]

    def _capture(self, rows: int) -> torch.cuda.CUDAGraph:
        """The trial run, which compiles the kernels, makes tokens that are not to be: the lanes are put back after it. Keys and values
        that it wrote are written again by the first step."""
        lanes = self._parts.lanes
        kept = [(each, each.clone()) for each in (lanes.tokens, lanes.counts, lanes.cursor, lanes.made_tokens, lanes.made_numbers)]
        stream = _capture_stream(lanes.tokens.device)
        stream.wait_stream(torch.cuda.current_stream())
        self._parts.pool = self._parts.pool or torch.cuda.graph_pool_handle()
        graph = torch.cuda.CUDAGraph()
        # A capture that fails leaves its stream the current one; this context does not.
        with torch.cuda.stream(stream):
            for _ in range(2):
                self._parts.step(rows, self._settings)
            with torch.cuda.graph(graph, pool=self._parts.pool, stream=stream):
                self._parts.step(rows, self._settings)
        torch.cuda.current_stream().wait_stream(stream)
        for each, value in kept:
            each.copy_(value)
        return graph
