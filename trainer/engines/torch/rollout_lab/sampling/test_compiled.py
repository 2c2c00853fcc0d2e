"""Every kernel of a step as it is launched, through the compiler for a GPU that need not be there: the interpreter lets pass what that
refuses."""
from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from typing import Any

import pytest
import torch

from rollout_lab.models.options import TorchOptions
from rollout_lab.sampling.filters import SamplingSettings
from rollout_lab.sampling.plan import Plan
from rollout_lab.sampling.testing import small_model
from rollout_lab.sampling.weights import copy_weights

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="Triton is not made for this system"),
    pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="the interpreter compiles nothing"),
]

HOPPER, SHARED_BYTES = 90, 232_448
POINTERS = {torch.bfloat16: "*bf16", torch.float32: "*fp32", torch.int64: "*i64"}
ALIGNMENT = 16


def kind_of(value: Any) -> str:
    """As Triton takes an argument of a launch; it compiles a 1 into the kernel."""
    if isinstance(value, torch.Tensor):
        return POINTERS[value.dtype]
    return "fp32" if isinstance(value, float) else "constexpr" if value == 1 else "i32"


def is_aligned(value: Any) -> bool:
    number = value.data_ptr() if isinstance(value, torch.Tensor) else value
    return isinstance(number, int) and number % ALIGNMENT == 0


class Compiled:
    """Stands for a kernel: a launch compiles it, and computes nothing."""

    def __init__(self, kernel: Any, done: dict[str, Any]) -> None:
        self._kernel, self._done = kernel, done

    def __getitem__(self, grid: tuple[int, ...]) -> Callable[..., None]:
        assert all(0 < each < 65_536 for each in grid[1:])
        return self._launch

    def _launch(self, *values: Any, num_stages: int = 3, **constants: Any) -> None:
        import triton
        from triton.backends.compiler import GPUTarget
        from triton.compiler import ASTSource

        names = self._kernel.arg_names
        given = {**dict(zip(names, values)), **constants}
        assert list(given) == names
        signature = {name: "constexpr" if name in constants else kind_of(value) for name, value in given.items()}
        place = {name: (i,) for i, name in enumerate(names)}
        settled = {place[name]: value for name, value in given.items() if signature[name] == "constexpr"}
        aligned = {place[name]: [["tt.divisibility", ALIGNMENT]] for name in names if signature[name] != "constexpr" and is_aligned(given[name])}
        source = ASTSource(self._kernel, signature, settled, aligned)
        self._done[self._kernel.__name__] = triton.compile(source, target=GPUTarget("cuda", HOPPER, 32), options={"num_stages": num_stages})


@pytest.mark.parametrize("dtype, changes", [("bfloat16", {}), ("float32", {"architecture": "LlamaForCausalLM"})])
def test_kernels_compile_as_they_are_launched(dtype: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from rollout_lab.sampling import graphs, kernels, pick_kernels

    done: dict[str, Any] = {}
    launched = {kernels: ("_add_norm", "_gate", "_turn", "_attend", "_join"), pick_kernels: ("_block_sums", "_pick_in_block")}
    for module, names in launched.items():
        for name in names:
            monkeypatch.setattr(module, name, Compiled(getattr(module, name), done))
    monkeypatch.setattr(kernels, "shared_bytes", lambda _: SHARED_BYTES)
    monkeypatch.setattr(graphs, "float_product", lambda states, weight: (states @ weight.t()).float())
    model = small_model(TorchOptions(dtype=dtype), headSize=16, **changes)
    plan = Plan(lanes=2, limit=3, capacity=3, prompt_slots=1, prompt_capacity=1, positions=8, shared=True)
    graphs.DeviceParts.of(plan, copy_weights(model, 8)).step(2, SamplingSettings())
    assert set(done) == {name for names in launched.values() for name in names}
    assert all(0 <= each.metadata.shared <= SHARED_BYTES and each.asm["cubin"] for each in done.values())
