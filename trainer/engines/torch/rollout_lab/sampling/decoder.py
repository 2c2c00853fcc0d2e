"""Samples completions from a loaded model by a batched decoder of this package, and why by that.

Three ways were measured on a 5M Qwen3 (6 layers, width 256, 512 words), 128 rows (16 prompts of 8 tokens, groups of 8), 64 new
tokens, float32, one thread of an EPYC with AVX-512, in tokens per second of processor time:

    transformers' continuous batching (generate_batch)     310
    transformers' generate, dynamic cache                4,000
    this decoder over transformers' modules              5,700
    this decoder over fused weights (step.py)            7,100

(Best of three on a machine with other work.) Continuous batching reads its paged cache by gathering every row's keys and values at
every layer, and draws by one generator for the whole batch, so that a completion would depend on what else is in it. `generate`
runs a batch as long as its longest row, and computes a prompt once a row. What this decoder does instead:

- A prompt is computed once, packed with others, and its keys and values are kept once for its group (prompt_store.py). The rows of
  a group also read them together: no slower at 8 tokens of prompt, a fifth faster at 100 tokens, a quarter at 200 (layouts.py).
- Finished rows leave at once and waiting ones take their lanes (session.py); keys and values are preallocated (key_values.py).
- On a CPU each thread makes rows of its own with operators on one thread. A step is some 150 operators of microseconds: threads
  that share each of them wait for each other after each. With two threads on two cores this made 12,000 tokens/s where `generate`
  made 7,100; and where other programs keep the cores busy, sharing operators came to a halt (300 tokens/s), while separate rows
  lost no more than the time that the others took. Who takes what depends on numbers of rows alone (shares.py).
- On a GPU a step is ten kernels a layer, captured in a graph (graphs.py, kernels.py). torch.compile would need a C++ compiler on
  CPUs, and compiles anew where shapes do; the fused step is a hundred lines.
- Models that cannot be packed go through transformers' own attention and cache (padded.py).
- vLLM samples where a machine names a Python that has it (vllm/).
"""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any, Callable, ContextManager, Iterator, Sequence

import torch

from rollout_lab.errors import LabError
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.sampling.call import Report, RowQueue, SampleCall
from rollout_lab.sampling.cancellation import Cancellation
from rollout_lab.sampling.casts import bytes_of_casts, has_room_for_casts, kept_casts
from rollout_lab.sampling.filters import SamplingSettings
from rollout_lab.sampling.graphs import DeviceParts, GraphRunner, kernels_lacked, runs_kernels
from rollout_lab.sampling.key_values import KeptKeyValues
from rollout_lab.sampling.lanes import Lanes
from rollout_lab.sampling.less_memory import run_in_memory
from rollout_lab.sampling.own_cache import RowBytes, measure_rows
from rollout_lab.sampling.padded import sample_padded
from rollout_lab.sampling.plan import Limits, Plan, limits_of, plan_call
from rollout_lab.sampling.prefill import Prefill
from rollout_lab.sampling.prompt_store import PromptStore
from rollout_lab.sampling.runners import PlainRunner
from rollout_lab.sampling.session import Session
from rollout_lab.sampling.shares import deal
from rollout_lab.sampling.step import LlamaStep, ModuleStep, Step
from rollout_lab.sampling.vllm.process import PYTHON_VARIABLE, REMEDY, named_python, uses_vllm
from rollout_lab.sampling.vllm.sampler import VllmSampler
from rollout_lab.sampling.weights import ModelWeights, cache_shape, copy_weights, is_llama_like, refresh_weights, worth_copying
from rollout_lab.training.out_of_memory import Told
from rollout_lab.training.packed_layout import has_varlen

MOST_KEPT_SHARE = 0.2
"""Of a device's memory, for keys and values between calls."""
ROTARY_POSITIONS = 32768


class Sampler:
    """Samples from one model; keeps between calls fused weights, memory for keys and values, and captured graphs."""

    def __init__(self, model: LoadedModel, limits: Limits | None = None) -> None:
        """`limits`: other than the machine's."""
        self._model = model
        self._vllm: VllmSampler | None = None
        self._fuses = is_llama_like(model) and worth_copying(model)
        self._limits = limits
        self._weights: ModelWeights | None = None
        self._version = -1
        self._kept = KeptKeyValues()
        self._device_parts: DeviceParts | None = None
        self._row_bytes: RowBytes | None = None
        """Of a model that is not packed, once it is known."""
        self._told_of_casts = self._told_of_kernels = False

    def close(self) -> None:
        """Ends what runs beside this process."""
        if self._vllm is not None:
            self._vllm.close()
            self._vllm = None

    def release(self) -> bool:
        """Gives all memory back; the next call makes it anew. False where there is none."""
        held = self._weights is not None or self._held > 0
        self._weights = self._device_parts = None
        self._kept.forget()
        return held

    @property
    def _held(self) -> int:
        """Bytes of keys and values that the next call uses again."""
        return self._kept.bytes + (0 if self._device_parts is None else self._device_parts.bytes)

    def sample(
        self, prompts: Sequence[dict[str, Any]], parameters: dict[str, Any], report: Report, cancelled: Callable[[], bool],
        told: Told = lambda _: None
    ) -> list[dict[str, Any]]:
        """Completions in the order of prompts, then seeds, as the engine contract has them. `prompts`, `parameters` and the
        completions are the plain data of the wire. A cancelled call gives what was made. Rejects with `engine/not-finite`, and with
        `engine/out-of-memory` where memory ends even with one row at a time."""
        python = vllm_python(self._model)
        if python is not None:
            self._vllm = self._vllm or VllmSampler(self._model, python)
            return self._vllm.sample(prompts, parameters, report, cancelled, told)
        call = SampleCall(self._model, prompts, parameters, report)
        try:
            if call.unfinished and not cancelled():
                with self._without_gradients(), _current(self._model.device):
                    self._run(call, SamplingSettings.of(parameters), cancelled, told)
        except BaseException:
            # Numbers that are not finite would live on in the caches.
            self.release()
            raise
        self._make_room()
        return call.finish()

    def _make_room(self) -> None:
        """For training, which comes next on the same device."""
        device = self._model.device
        if device.type == "cuda" and self._held > MOST_KEPT_SHARE * torch.cuda.get_device_properties(device).total_memory:
            self.release()
            torch.cuda.empty_cache()

    def _run(self, call: SampleCall, settings: SamplingSettings, cancelled: Callable[[], bool], told: Told) -> None:
        def work(limits: Limits) -> None:
            with self._casts(told):
                if self._model.packed:
                    self._run_packed(call, settings, Cancellation(cancelled), limits, told)
                else:
                    self._row_bytes = self._row_bytes or measure_rows(self._model)
                    sample_padded(self._model, call, settings, cancelled, limits, self._row_bytes)

        run_in_memory(call, self._limits or limits_of(self._model, self._held), work, self.release, told)

    def _without_gradients(self) -> ContextManager[Any]:
        """Fused weights have the type that is computed with; the casts of others are kept outside of the inference mode alone."""
        return torch.inference_mode() if self._fuses else torch.no_grad()

    def _casts(self, told: Told) -> ContextManager[Any]:
        """Tells once of a model whose weights are cast for each token."""
        model = self._model
        size = 0 if self._fuses else bytes_of_casts(model)
        if size == 0:
            return nullcontext()
        if has_room_for_casts(model):
            return kept_casts(model)
        if not self._told_of_casts:
            self._told_of_casts = True
            detail = f"{size / 2**30:.1f} GiB of weights are cast to bfloat16 for each token, since there is no room to keep them so"
            told({"kind": "slowSampling", "detail": detail})
        return nullcontext()

    def _tell_of_kernels(self, told: Told) -> None:
        """Once, where the GPU could run them and this machine cannot compile them."""
        failure = None if self._told_of_kernels else kernels_lacked(cache_shape(self._model))
        if failure is not None:
            self._told_of_kernels = True
            told({"kind": "noKernels", "detail": failure})

    def _run_packed(
        self, call: SampleCall, settings: SamplingSettings, cancellation: Cancellation, limits: Limits, told: Told
    ) -> None:
        model, rows = self._model, call.unfinished
        step = self._step(max(len(row.source.prompt) + row.end.limit for row in rows))
        if isinstance(step, LlamaStep):
            self._tell_of_kernels(told)
        beside = limits.threads_for(len(rows)) if self._fuses else 1
        shares = deal(rows, beside)
        limits = limits.share(len(shares))

        def work(number: int) -> None:
            try:
                with self._without_gradients():
                    self._session(RowQueue(call, shares[number]), step, settings, limits, number).run(cancellation)
            except BaseException:
                cancellation.stop()
                raise

        if len(shares) == 1:
            work(0)
        else:
            _run_beside(work, len(shares))

    def _session(
        self, queue: RowQueue, step: Step, settings: SamplingSettings, limits: Limits, number: int
    ) -> Session:
        model, shape = self._model, cache_shape(self._model)
        varlen = has_varlen(model.device, model.compute_dtype, model.options.attention)
        if isinstance(step, LlamaStep) and runs_kernels(shape):
            plan, parts = self._on_device(queue, step.weights, limits)
            prefill = Prefill(step, parts.store, limits.prefill_tokens, varlen)
            return Session(queue, plan, parts.lanes, parts.cache, PromptStore(parts.store), GraphRunner(parts, settings), prefill)
        plan = plan_call(queue.rows, shape, limits, always_shared=False)
        cache = self._kept.take(("rows", number), shape, plan.lanes, plan.capacity)
        store = self._kept.take(("prompts", number), shape, plan.prompt_slots, plan.prompt_capacity)
        lanes = Lanes(plan.lanes, plan.capacity, plan.positions, plan.limit, PlainRunner.steps, model.device)
        runner = PlainRunner(step, lanes, cache, store if plan.shared else None, settings)
        prefill = Prefill(step, store, limits.prefill_tokens, varlen)
        return Session(queue, plan, lanes, cache, PromptStore(store), runner, prefill)

    def _on_device(self, queue: RowQueue, weights: ModelWeights, limits: Limits) -> tuple[Plan, DeviceParts]:
        plan = plan_call(queue.rows, weights.shape, limits, always_shared=True)
        if self._device_parts is not None and self._device_parts.fit(plan, weights):
            return plan, self._device_parts
        self._device_parts = None
        self._device_parts = DeviceParts.of(plan, weights)
        return plan, self._device_parts

    def _step(self, positions: int) -> Step:
        """For sequences of at most so many tokens."""
        model = self._model
        if not self._fuses:
            return ModuleStep(model)
        if self._weights is None or self._weights.cosines.shape[0] < positions:
            self._weights = self._device_parts = None
            self._weights = copy_weights(model, max(positions, min(model.context_length, ROTARY_POSITIONS)))
        elif self._version != model.weights_version:
            refresh_weights(self._weights, model)
        self._version = model.weights_version
        return LlamaStep(self._weights)


def vllm_python(model: LoadedModel) -> str | None:
    """The Python to run vLLM by, where vLLM samples. Rejects with `engine/vllm` where it is asked for and missing."""
    if not uses_vllm(model.options, model.device):
        return None
    python = named_python()
    if python is None:
        message = f"The run samples by vLLM, and {PYTHON_VARIABLE} names no Python that has it"
        raise LabError("engine", "engine/vllm", message, remedy=REMEDY)
    return python


def _current(device: torch.device) -> ContextManager[Any]:
    """Kernels and streams that name no device are those of the current one."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


@contextmanager
def _operators_apart(workers: int) -> Iterator[None]:
    """Threads that start meanwhile share their operators out over their part of the cores alone: one each, mostly."""
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads // workers))
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _run_beside(work: Callable[[int], None], threads: int) -> None:
    """Each share in a thread of its own; the first error is raised when all have ended."""
    with _operators_apart(threads), ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(work, number) for number in range(threads)]:
            future.result()
