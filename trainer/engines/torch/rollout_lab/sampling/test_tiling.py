"""What the compiler takes of shared memory for GPUs that need not be there."""
from __future__ import annotations

import os
from typing import Any

import pytest

from rollout_lab.sampling.tiling import TILINGS, Tiling, fitting

GPUS = {"sm_80": 166_912, "sm_89": 101_376, "sm_90": 232_448, "gfx942": 65_536}
"""Bytes of shared memory that a program has at most."""


@pytest.mark.parametrize("name, float32, bfloat16, wide", [
    ("sm_80", Tiling(64, 3), Tiling(64, 3), Tiling(64, 2)), ("sm_89", Tiling(64, 2), Tiling(64, 3), Tiling(64, 1)),
    ("sm_90", Tiling(64, 3), Tiling(64, 3), Tiling(64, 2)), ("gfx942", Tiling(64, 1), Tiling(64, 2), Tiling(32, 1))])
def test_is_as_large_as_fits(name: str, float32: Tiling, bfloat16: Tiling, wide: Tiling) -> None:
    assert [fitting(16, *head, GPUS[name]) for head in ((128, 4), (128, 2), (256, 4))] == [float32, bfloat16, wide]
    assert fitting(16, 4096, 4, GPUS[name]) == TILINGS[-1]


def compiled_bytes(name: str, item: int, size: int) -> int:
    """Of the attention kernel for groups of two heads."""
    triton = pytest.importorskip("triton")
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from rollout_lab.sampling.kernels import _attend

    tiling = fitting(16, size, item, GPUS[name])
    numbers = {4: "*fp32", 2: "*bf16"}[item]
    constants: dict[str, Any] = {"GROUP": 2, "PADDED": 16, "SIZE": size, "BLOCK": tiling.tokens, "SPLITS": 1}
    types = {"lengths": "*i64", "prompts": "*i64", "prompt_lengths": "*i64", "normalisers": "*fp32", "scale": "fp32"}
    types |= {"capacity": "i32", "prompt_capacity": "i32"}
    signature = {each: "constexpr" if each in constants else types.get(each, numbers) for each in _attend.arg_names}
    places = {each: (_attend.arg_names.index(each),) for each in signature}
    aligned = {places[each]: [["tt.divisibility", 16]] for each, kind in signature.items() if kind.startswith("*")}
    source = ASTSource(_attend, signature, {places[each]: value for each, value in constants.items()}, aligned)
    amd = name.startswith("gfx")
    target = GPUTarget("hip", name, 64) if amd else GPUTarget("cuda", int(name[3:]), 32)
    return triton.compile(source, target=target, options={"num_stages": tiling.stages}).metadata.shared


@pytest.mark.skipif(os.environ.get("TRITON_INTERPRET") == "1", reason="the interpreter compiles nothing")
@pytest.mark.parametrize("name, item", [("sm_80", 4), ("sm_89", 4), ("sm_89", 2), ("sm_90", 4), ("gfx942", 4)])
def test_the_attention_kernel_fits(name: str, item: int) -> None:
    assert 0 < compiled_bytes(name, item, 128) <= GPUS[name]
