"""Sampling by vLLM beside the trainer, on the same GPU. UNTESTED with the real vLLM: the tests run the worker over a stand-in module.

Weights go over as a folder of safetensors in shared memory, written before the first call after each change, adapters merged.
What vLLM says of a token comes from its own kernels, so the log-probabilities and entropies of a completion are the trainer's own,
scored after the call; vLLM's are kept as those drawn from, and the difference between the two is reported. Seeds are vLLM's: the same
seed draws other tokens than the decoder of this package does.
"""
from __future__ import annotations

import logging
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Sequence

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.saving import save_model
from rollout_lab.sampling.call import Report, SampleCall
from rollout_lab.sampling.filters import SamplingSettings
from rollout_lab.sampling.rows import SampledRow
from rollout_lab.sampling.vllm.process import WorkerProcess
from rollout_lab.training.forward_backward import logprobs
from rollout_lab.training.out_of_memory import TokenBudget

logger = logging.getLogger(__name__)

MEMORY_SHARE = 0.4
"""Of the GPU, for vLLM's weights and cache; the trainer keeps the rest."""
SHARED_MEMORY = Path("/dev/shm")
SCORED_TOKENS = 16384
WARN_FROM = 0.05
"""Nats: the mean difference of log-probabilities from which training on them is in doubt."""


@dataclass(frozen=True)
class Mismatch:
    """|log-probability by vLLM − by the trainer| over the tokens of a call, in nats."""

    tokens: int
    mean: float
    largest: float


class VllmSampler:
    def __init__(self, model: LoadedModel, python: str) -> None:
        """`python`: of an environment that has vLLM."""
        self._model = model
        self._worker = WorkerProcess(python)
        self._folder = Path(tempfile.mkdtemp(prefix="rollout-lab-vllm-", dir=SHARED_MEMORY if SHARED_MEMORY.is_dir() else None))
        self._version: int | None = None
        self.mismatch: Mismatch | None = None
        """Of the last call, where it drew from the policy itself."""

    def sample(
        self, prompts: Sequence[dict[str, Any]], parameters: dict[str, Any], report: Report, cancelled: Callable[[], bool]
    ) -> list[dict[str, Any]]:
        """As `Sampler.sample`; rejects with `engine/vllm` too."""
        call = SampleCall(self._model, prompts, parameters, report)
        rows = call.unfinished
        if rows and not cancelled():
            self._send_weights()
            self._make(call, rows, parameters, cancelled)
            for row in rows:
                if row.stop_reason is None:
                    row.finish("cancelled")
            self._score(rows, SamplingSettings.of(parameters))
            for row in rows:
                call.done(row)
        return call.finish()

    def _send_weights(self) -> None:
        model, first = self._model, self._version is None
        if self._version == model.weights_version:
            return
        dtype = "float32" if model.options.dtype == "float32" else "bfloat16"
        # With a reward head the folder would be that of a classifier.
        save_model(replace(model, reward_head=None), self._folder, None, resumable=False, dtype=dtype)
        loading = {"load": str(self._folder), "memory": MEMORY_SHARE, "length": model.context_length, "dtype": dtype}
        self._worker.ask(loading if first else {"reload": str(self._folder)})
        self._version = model.weights_version

    def _make(
        self, call: SampleCall, rows: list[SampledRow], parameters: dict[str, Any], cancelled: Callable[[], bool]
    ) -> None:
        asked = [{"prompt": row.source.prompt, "seed": row.source.seed % 2**63, "limit": row.end.limit} for row in rows]
        self._worker.send({"sample": asked, "parameters": parameters, "ends": self._model.end_of_text_tokens})
        ending = False
        for answer in self._worker.answers():
            for index, tokens, drawn in answer.get("made", ()):
                for token, logprob in zip(tokens, drawn):
                    if rows[index].stop_reason is None:
                        rows[index].take(token, logprob, logprob, 0.0)
            if "done" in answer:
                return
            call.tell(rows)
            if not ending and cancelled():
                ending = True
                self._worker.send({"cancel": True})

    def _score(self, rows: list[SampledRow], settings: SamplingSettings) -> None:
        made = [row for row in rows if row.tokens]
        sequences = [{"prompt": row.source.prompt, "completion": row.tokens} for row in made]
        scores = logprobs(self._model, sequences, TokenBudget(SCORED_TOKENS), lambda: False) if made else []
        if settings == SamplingSettings():
            self._report(made, scores)
        for row, score in zip(made, scores):
            row.score(score["logprobs_T"], score["entropies_T"])

    def _report(self, rows: list[SampledRow], scores: list[dict[str, Any]]) -> None:
        pairs = [pair for row, score in zip(rows, scores) for pair in zip(row.logprobs, score["logprobs_T"])]
        differences = [abs(drawn - scored) for drawn, scored in pairs]
        self.mismatch = Mismatch(len(pairs), sum(differences) / max(1, len(pairs)), max(differences, default=0.0))
        level = logging.WARNING if self.mismatch.mean >= WARN_FROM else logging.INFO
        said = "vLLM and the trainer differ by %.4f nats a token on average, %.4f at most"
        logger.log(level, said, self.mismatch.mean, self.mismatch.largest)

    def close(self) -> None:
        self._worker.close()
        shutil.rmtree(self._folder, ignore_errors=True)
