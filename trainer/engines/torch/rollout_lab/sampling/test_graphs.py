"""On a stand-in for a GPU: whether kernels run there, which streams are used, and what a capture that fails leaves behind."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from rollout_lab.sampling import decoder, graphs
from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.filters import SamplingSettings
from rollout_lab.sampling.graphs import GraphRunner, kernels_lacked, runs_kernels
from rollout_lab.sampling.key_values import CacheShape
from rollout_lab.sampling.lanes import Lanes
from rollout_lab.sampling.testing import PARAMETERS, PROMPTS, Recorder, small_model

CPU = torch.device("cpu")


class Stream:
    def __init__(self, _: torch.device | None = None) -> None:
        self.waited_for: list[Stream] = []

    def wait_stream(self, other: Stream) -> None:
        self.waited_for.append(other)


class Device:
    """What `torch.cuda` says and does of streams and captures."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.own = self.current = Stream()
        self.steps_on: list[tuple[Stream, bool]] = []
        """Each step's stream, and whether it was captured."""
        self.capturing = self.ends_badly = False
        for name in ("stream", "graph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, name))
        monkeypatch.setattr(torch.cuda, "Stream", Stream)
        monkeypatch.setattr(torch.cuda, "current_stream", lambda: self.current)
        monkeypatch.setattr(torch.cuda, "CUDAGraph", SimpleNamespace)
        monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))

    @contextmanager
    def stream(self, stream: Stream) -> Iterator[None]:
        before, self.current = self.current, stream
        try:
            yield
        finally:
            self.current = before

    @contextmanager
    def graph(self, _: object, pool: tuple[int, int], stream: Stream | None = None) -> Iterator[None]:
        """As PyTorch has it, whose stream stays where the end of the capture raises."""
        before, self.current = self.current, stream or Stream()
        self.capturing = True
        try:
            yield
        finally:
            self.capturing = False
            if self.ends_badly:
                raise RuntimeError("CUDA error: operation failed due to a previous error during capture")
            self.current = before


def runner(device: Device) -> GraphRunner:
    lanes = Lanes(2, 4, 8, 3, graphs.STEPS, CPU)

    def step(rows: int, settings: SamplingSettings) -> None:
        device.steps_on.append((device.current, device.capturing))
        if not device.capturing:
            lanes.step(lambda tokens, positions: torch.ones(rows, 5), graphs.pick_tokens, rows, settings)

    parts: Any = SimpleNamespace(lanes=lanes, cache=SimpleNamespace(shape=SimpleNamespace(device=CPU)), pool=None, graphs={}, step=step)
    return GraphRunner(parts, SamplingSettings())


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[Device]:
    graphs._capture_stream.cache_clear()
    yield Device(monkeypatch)
    graphs._capture_stream.cache_clear()


def test_all_graphs_are_tried_and_captured_on_one_stream(device: Device) -> None:
    made = runner(device)
    assert made._graph(1) is made._graph(1) is not made._graph(2)
    [stream] = {each for each, _ in device.steps_on}
    assert [captured for _, captured in device.steps_on] == [False, False, True] * 2 and stream is not device.own
    assert stream.waited_for == [device.own] * 2 and device.own.waited_for == [stream] * 2
    lanes = made._parts.lanes
    assert int(lanes.counts.sum()) == int(lanes.cursor) == int(lanes.made_tokens.sum()) == 0 and made._parts.pool == (0, 1)


def test_a_capture_that_fails_leaves_the_stream_that_was(device: Device) -> None:
    device.ends_badly = True
    with pytest.raises(RuntimeError, match="during capture"):
        runner(device)._graph(1)
    assert device.current is device.own


@pytest.mark.parametrize(("device", "capability", "failure", "told"), [
    ("cuda:0", (9, 0), None, False), ("cuda:0", (9, 0), "RuntimeError: no compiler", True), ("cuda:0", (7, 5), "too old", False),
    ("cpu", (9, 0), "no GPU", False)])
def test_says_why_a_device_that_kernels_are_made_for_has_none(
    device: str, capability: tuple[int, int], failure: str | None, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)
    monkeypatch.setattr(graphs, "_has_triton", lambda: True)
    monkeypatch.setattr(graphs, "failure_of_kernels", lambda _: failure)
    shapes = [CacheShape(2, 4, 2, size, torch.bfloat16, torch.device(device)) for size in (16, 24, 8)]
    assert [kernels_lacked(shape) for shape in shapes] == [failure if told else None, None, None]
    assert [runs_kernels(shape) for shape in shapes] == [device == "cuda:0" and failure is None, False, False]


def test_people_hear_once_of_kernels_that_do_not_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "kernels_lacked", lambda _: "RuntimeError: Failed to find C compiler")
    told: list[dict[str, Any]] = []
    sampler = Sampler(small_model())
    for _ in range(2):
        sampler.sample(PROMPTS[1:2], PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False, told.append)
    assert told == [{"kind": "noKernels", "detail": "RuntimeError: Failed to find C compiler"}]
