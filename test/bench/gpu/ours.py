"""A GRPO step by the PyTorch engine: sampling, then one update, with the verbs that the trainer calls."""
from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from floors import synchronize
from rollout_lab.engine import TorchEngine
from rollout_lab.models.options import TorchOptions
from rollout_lab.serving.server import Call
from workload import Workload

LOSS = {"terms": [{"kind": "policyGradient", "weight": 1, "ratio": "token", "clipLow": 0.2, "clipHigh": 0.2}], "normalisation": {"kind": "tokenMean"}}
ADAMW = {"name": "adamw", "learningRate": 1e-6, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.0, "maxGradNorm": 1.0}


def call() -> Call:
    return Call(lambda _method, _message: None)


def open_engine(work: Workload, options: TorchOptions, micro_batch_tokens: int) -> TorchEngine:
    engine = TorchEngine(0, micro_batch_tokens, options)
    engine.load_model({"source": {"kind": "new", "model": work.shape, "vocabulary": list(work.vocabulary), "seed": 1}}, call())
    return engine


def save_model(engine: TorchEngine, folder: Path) -> None:
    engine.save({"folder": str(folder), "optimizer": False, "dtype": "bfloat16"}, call())


def sample(engine: TorchEngine, work: Workload, step: int) -> list[dict[str, Any]]:
    prompts = [
        {"tokens": work.prompt(i), "seeds": [step * 10_000 + i * work.group + g for g in range(work.group)]} for i in range(work.prompts)]
    parameters = {"temperature": 1.0, "topK": 0, "topP": 1.0, "minP": 0.0, "maxTokens": work.new_tokens, "stop": []}
    return engine.sample({"call": step, "prompts": prompts, "parameters": parameters, "finished": False, "partial": False}, call())


def update(engine: TorchEngine, work: Workload, completions: list[dict[str, Any]]) -> None:
    data = [
        {
            "prompt": work.prompt(each["promptIndex"]), "completion": each["tokens"], "behaviourLogprobs_T": each["logprobs_T"],
            "advantages_T": [1.0 if each["sampleIndex"] % 2 == 0 else -1.0] * len(each["tokens"])
        } for each in completions]
    engine.forward_backward({"data": data, "loss": LOSS}, call())
    engine.optim_step({"step": ADAMW}, call())


def timed_steps(engine: TorchEngine, work: Workload) -> list[dict[str, float]]:
    """Seconds of sampling and of the update of each step; the first of them, which warms up, is left out."""
    times = []
    for step in range(work.steps + 1):
        synchronize(engine.device)
        start = time.perf_counter()
        completions = sample(engine, work, step)
        synchronize(engine.device)
        sampled = time.perf_counter()
        update(engine, work, completions)
        synchronize(engine.device)
        tokens = sum(len(each["tokens"]) for each in completions)
        times.append({"sampling": sampled - start, "update": time.perf_counter() - sampled, "tokens": tokens})
    return times[1:]
