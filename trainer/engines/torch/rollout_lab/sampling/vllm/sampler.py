"""Sampling by vLLM beside the trainer, on the same GPU. UNTESTED with the real vLLM: the tests run the worker over a stand-in module.

Weights go over as a folder of safetensors (handover.py), written before the first call after each change, adapters merged.
What vLLM says of a token comes from its own kernels, so the log-probabilities and entropies of a completion are the trainer's own,
scored after the call; vLLM's are kept as those drawn from. It tells them after temperature and filters ("processed"), which is what
the contract asks for, and keeps no others: what they differ from the trainer's is known where the temperature is 1 and nothing filters.
A large difference is told of as a notice. Seeds are vLLM's: the same seed draws other tokens than the decoder of this package does.
"""
from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Sequence

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.saving import save_model
from rollout_lab.sampling.call import Report, SampleCall
from rollout_lab.sampling.filters import SamplingSettings
from rollout_lab.sampling.rows import SampledRow
from rollout_lab.sampling.vllm.handover import Handover, no_room
from rollout_lab.sampling.vllm.process import WorkerProcess
from rollout_lab.training.forward_backward import logprobs
from rollout_lab.training.out_of_memory import Told, TokenBudget, free_memory

MEMORY_SHARE = 0.4
"""Of the GPU, for vLLM's weights and cache; the trainer keeps the rest."""
LENGTH_STEP = 1024
"""Tokens of the longest sequence are told in whole ones, so that calls that differ a little share a worker."""
LENGTH_ROOM = 1.25
"""And with so much more than is asked for: starting vLLM anew takes a minute."""
FOLDER_ROOM = 1.05
"""Of the weights, for the small files beside them."""
SCORED_TOKENS = 16384
WARN_FROM = 0.05
"""Nats: the mean difference of log-probabilities from which training on them is in doubt."""
WARN_AGAIN = 2
"""Times as large as when it was told of last."""


class VllmSampler:
    def __init__(self, model: LoadedModel, python: str) -> None:
        """`python`: of an environment that has vLLM."""
        self._model, self._python = model, python
        self._worker: WorkerProcess | None = None
        self._length = 0
        """Tokens of a sequence that the worker takes at most."""
        self._handover = Handover()
        self._version: int | None = None
        """Of the weights that were handed over."""
        self._warn_from = WARN_FROM

    def sample(
        self, prompts: Sequence[dict[str, Any]], parameters: dict[str, Any], report: Report, cancelled: Callable[[], bool], told: Told
    ) -> list[dict[str, Any]]:
        """As `Sampler.sample`; rejects with `engine/vllm` too."""
        call = SampleCall(self._model, prompts, parameters, report)
        rows = call.unfinished
        if rows and not cancelled():
            try:
                worker = self._ready(length_for(rows, self._model.context_length))
                self._make(worker, call, rows, parameters, cancelled)
            except BaseException:
                # A worker that failed is of no use, and nobody may come back for its weights.
                self.close()
                raise
            for row in rows:
                if row.stop_reason is None:
                    row.finish("cancelled")
            self._score(rows, SamplingSettings.of(parameters), told)
            for row in rows:
                call.done(row)
        return call.finish()

    def _ready(self, length: int) -> WorkerProcess:
        """A worker that has the present weights and takes sequences of so many tokens. vLLM refuses to start where its memory holds no
        sequence of the length that it is told, so that it is told no more than calls need."""
        changed = self._version != self._model.weights_version
        if changed:
            self._write_weights()
        if self._worker is not None and length <= self._length:
            if changed:
                self._worker.ask({"reload": str(self._handover.folder)})
            return self._worker
        self._end_worker()
        # What PyTorch holds and does not use is room that vLLM asks the device for.
        free_memory()
        self._worker, self._length = WorkerProcess(self._python, self._model.device), length
        self._worker.ask({
            "load": str(self._handover.folder), "memory": MEMORY_SHARE, "length": length, "dtype": self._dtype,
            "trustRemoteCode": self._model.options.trust_remote_code})
        return self._worker

    @property
    def _dtype(self) -> str:
        return "float32" if self._model.options.dtype == "float32" else "bfloat16"

    def _write_weights(self) -> None:
        model = self._model
        numbers = sum(parameter.numel() for parameter in model.causal.parameters())
        folder = self._handover.make(int(FOLDER_ROOM * numbers * getattr(torch, self._dtype).itemsize))
        self._version = None
        try:
            # With a reward head the folder would be that of a classifier.
            save_model(replace(model, reward_head=None), folder, None, resumable=False, dtype=self._dtype)
        except OSError as error:
            raise no_room(str(error)) from error
        self._version = model.weights_version

    def _make(
        self, worker: WorkerProcess, call: SampleCall, rows: list[SampledRow], parameters: dict[str, Any],
        cancelled: Callable[[], bool]
    ) -> None:
        asked = [{"prompt": row.source.prompt, "seed": row.source.seed % 2**63, "limit": row.end.limit} for row in rows]
        worker.send({"sample": asked, "parameters": parameters, "ends": self._model.end_of_text_tokens})
        ending = False
        for answer in worker.answers():
            for index, tokens, drawn in answer.get("made", ()):
                for token, logprob in zip(tokens, drawn):
                    if rows[index].stop_reason is None:
                        rows[index].take(token, logprob, logprob, 0.0)
            if "done" in answer:
                return
            call.tell(rows)
            if not ending and cancelled():
                ending = True
                worker.send({"cancel": True})

    def _score(self, rows: list[SampledRow], settings: SamplingSettings, told: Told) -> None:
        made = [row for row in rows if row.tokens]
        sequences = [{"prompt": row.source.prompt, "completion": row.tokens} for row in made]
        scores = logprobs(self._model, sequences, TokenBudget(SCORED_TOKENS), lambda: False) if made else []
        if settings == SamplingSettings():
            self._compare(made, scores, told)
        for row, score in zip(made, scores):
            row.score(score["logprobs_T"], score["entropies_T"])

    def _compare(self, rows: list[SampledRow], scores: list[dict[str, Any]], told: Told) -> None:
        """Tells of differences that are large, and once more where they have grown much."""
        pairs = [pair for row, score in zip(rows, scores) for pair in zip(row.logprobs, score["logprobs_T"])]
        differences = [abs(drawn - scored) for drawn, scored in pairs]
        mean = sum(differences) / max(1, len(differences))
        if mean < self._warn_from:
            return
        self._warn_from = WARN_AGAIN * mean
        said = f"vLLM's log-probabilities differ from the trainer's by {mean:.3g} nats a token on average, {max(differences):.3g} at most"
        told({"kind": "samplerMismatch", "detail": said})

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def close(self) -> None:
        self._end_worker()
        self._handover.close()
        self._version = None


def length_for(rows: Sequence[SampledRow], context_length: int) -> int:
    """Tokens of the longest sequence that the rows may become, with room for somewhat longer ones."""
    longest = max(len(row.source.prompt) + row.end.limit for row in rows)
    steps = -(-int(LENGTH_ROOM * longest) // LENGTH_STEP)
    return max(longest, min(context_length, steps * LENGTH_STEP))
