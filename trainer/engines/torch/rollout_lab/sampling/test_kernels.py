"""The GPU's kernels and its runner, in Triton's interpreter, which has to be chosen before Triton is imported: the cases run in a
process of their own."""
from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from rollout_lab.sampling.filters import SamplingSettings, pick_tokens
from rollout_lab.sampling.key_values import CacheShape

SHAPE = CacheShape(layers=2, heads=4, key_value_heads=2, head_size=16, dtype=torch.float32, device=torch.device("cpu"))

if os.environ.get("TRITON_INTERPRET") != "1":

    @pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="Triton is not made for this system")
    def test_in_the_interpreter() -> None:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
        environment = os.environ | {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"}
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
        assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-1000:]
        assert "passed" in finished.stdout

    @pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="Triton is not made for this system")
    def test_says_why_triton_cannot_run() -> None:
        from rollout_lab.sampling.graphs import failure_of_kernels

        failure = failure_of_kernels(SHAPE)
        assert failure is not None and "Error: " in failure and "\n" not in failure

else:
    from rollout_lab.sampling import graphs, kernels, pick_kernels, plan
    from rollout_lab.sampling.decoder import Sampler
    from rollout_lab.sampling.graphs import DeviceParts, GraphRunner
    from rollout_lab.sampling.testing import PARAMETERS, Recorder, small_model

    torch.set_num_threads(1)

    def test_kernels_are_tried_for_heads_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
        probe = graphs.failure_of_kernels.__wrapped__
        assert probe(SHAPE) is None and probe(replace(SHAPE, dtype=torch.float16, key_value_heads=1)) is None
        tried = []

        def too_large(query: torch.Tensor, keys: torch.Tensor, *_: object) -> torch.Tensor:
            tried.append((query.shape, keys.shape[1], query.dtype))
            raise RuntimeError("out of resource: shared memory")

        monkeypatch.setattr(kernels, "attend", too_large)
        assert probe(replace(SHAPE, dtype=torch.bfloat16)) == "RuntimeError: out of resource: shared memory"
        assert tried == [((1, 4, 16), 2, torch.bfloat16)]
        monkeypatch.setattr(kernels, "attend", lambda query, *_: torch.ones_like(query))
        assert "other numbers" in str(probe(SHAPE))

    @pytest.mark.parametrize("splits", [1, 4])
    def test_attention_over_prompt_and_own_tokens(splits: int) -> None:
        generator = torch.Generator().manual_seed(1)
        rows, heads, key_heads, size = 3, 4, 2, 16
        query = torch.randn((rows, heads, size), generator=generator)
        keys, values = torch.randn((2, rows, key_heads, 80, size), generator=generator)
        prompt_keys, prompt_values = torch.randn((2, 2, key_heads, 96, size), generator=generator)
        lengths, prompts, stored = torch.tensor([0, 70, 5]), torch.tensor([1, 0, 1]), torch.tensor([0, 90])
        mixed = kernels.attend(query, keys, values, lengths, prompt_keys, prompt_values, prompts, stored, 0.25, splits)
        for row in range(rows):
            own, prompt = int(lengths[row]) + 1, int(prompts[row])
            before = int(stored[prompt])
            for head in range(heads):
                k = torch.cat([prompt_keys[prompt, head // 2, :before], keys[row, head // 2, :own]])
                v = torch.cat([prompt_values[prompt, head // 2, :before], values[row, head // 2, :own]])
                expected = (k @ query[row, head] * 0.25).softmax(0) @ v
                torch.testing.assert_close(mixed[row, head], expected, atol=1e-5, rtol=1e-5)

    @pytest.mark.parametrize("temperature", [1.0, 0.6])
    def test_picking_reads_blocks_and_picks_what_the_plain_way_picks(temperature: float) -> None:
        generator = torch.Generator().manual_seed(2)
        logits = 3 * torch.randn((8, 2 * pick_kernels.VOCABULARY_BLOCK + 900), generator=generator)
        logits[5, :pick_kernels.VOCABULARY_BLOCK] = -200
        uniforms = torch.tensor([0, 0.2, 0.4, 0.6, 0.8, 0.0, 0.99, 0.9995])
        expected = pick_tokens(logits, uniforms, SamplingSettings(temperature))
        tokens, *numbers = pick_kernels.pick(logits, uniforms, temperature)
        assert tokens.tolist() == expected.tokens.tolist()
        for made, wanted in zip(numbers, (expected.logprobs, expected.sampling_logprobs, expected.entropies)):
            torch.testing.assert_close(made, wanted, atol=2e-5, rtol=1e-5)

    def test_heads_without_norm_are_rotated_and_stored() -> None:
        generator = torch.Generator().manual_seed(3)
        projected = torch.randn((2, 4 * 16), generator=generator)
        keys, values = torch.zeros((2, 3, 1, 5, 16))
        angles = torch.arange(7)[:, None] * torch.linspace(0.1, 1, 8)
        cosines, sines = torch.cat([angles.cos()] * 2, 1), torch.cat([-angles.sin(), angles.sin()], 1)
        positions, lengths = torch.tensor([6, 2]), torch.tensor([4, 0])
        query = kernels.turn_and_store(projected, None, cosines, sines, positions, keys, values, lengths, 1e-6, heads=2)
        heads = projected.view(2, 4, 16)
        turned = heads * cosines[positions][:, None] + heads.roll(8, -1) * sines[positions][:, None]
        torch.testing.assert_close(query, turned[:, :2])
        torch.testing.assert_close(keys[[0, 1], 0, lengths], turned[:, 2])
        torch.testing.assert_close(values[[0, 1], 0, lengths], heads[:, 3])
        assert int((keys != 0).any(-1).sum()) == 2

    def test_the_captured_step_run_plainly_makes_the_same_completions(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(graphs, "STEPS", 2)
        monkeypatch.setattr(GraphRunner, "steps", 2)
        monkeypatch.setattr(graphs, "BUSY_PROGRAMS", 16)
        model = small_model(heads=2, keyValueHeads=1)
        prompts = [{"tokens": [1, 2, 5], "seeds": [1, 2]}, {"tokens": [3], "seeds": [3, 4]}]
        parameters = PARAMETERS | {"maxTokens": 3}
        limits = plan.Limits(lanes=6, key_value_bytes=1 << 30, prefill_tokens=64)
        whole, refused = DeviceParts.of, []

        def short_of_memory(wanted: plan.Plan, weights: object) -> DeviceParts:
            """Room for three rows."""
            if wanted.lanes <= 3:
                return whole(wanted, weights)
            refused.append(wanted.lanes)
            raise torch.OutOfMemoryError("no room")

        monkeypatch.setattr(DeviceParts, "of", staticmethod(short_of_memory))
        made = Sampler(model, limits).sample(prompts, parameters, Recorder(), lambda: False)
        monkeypatch.setenv("TRITON_INTERPRET", "0")
        expected = Sampler(model).sample(prompts, parameters, Recorder(), lambda: False)
        assert len(made) == 4 and refused == [4]
        for one, other in zip(made, expected):
            assert one["tokens"] == other["tokens"] and one["stopReason"] == other["stopReason"]
            for name in ("logprobs_T", "samplingLogprobs_T", "entropies_T"):
                torch.testing.assert_close(torch.tensor(one[name]), torch.tensor(other[name]), atol=1e-5, rtol=0)
