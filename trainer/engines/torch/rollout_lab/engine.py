"""The verbs of the engine contract (`engine.ts`), one method each: what a call means here, and nothing of how it is
computed.

Data are the plain dicts of the wire. The trainer has checked a call's settings and tokens before it was sent.
"""
from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from rollout_lab.devices.choose import choose_device, identity
from rollout_lab.devices.cpu_memory import keep_freed_memory
from rollout_lab.devices.gauges import gauges
from rollout_lab.errors import LabError, no_model, no_reward_head
from rollout_lab.models import tokenizer as text
from rollout_lab.models.folders import model_folder
from rollout_lab.models.loaded_model import LoadedModel, trained_parameters
from rollout_lab.models.loading import ReadModel, assemble, model_info, options_for, read_folder, read_model
from rollout_lab.models.optimizer_file import OptimizerState, read_optimizer_state
from rollout_lab.models.options import TorchOptions
from rollout_lab.models.saving import save_model
from rollout_lab.models.snapshots import Snapshots
from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.vllm.process import uses_vllm
from rollout_lab.serving.progress import NOTICE, Progress
from rollout_lab.serving.server import Call, Verb
from rollout_lab.training import forward_backward
from rollout_lab.training.attention_used import attention_used, flash_not_given
from rollout_lab.training.optimizer import Optimizer
from rollout_lab.training.out_of_memory import TokenBudget, again_notice, failure_of_memory, free_memory

CAPABILITIES = (
    "sample", "logprobs", "entropy", "policyGradient", "crossEntropy", "klToReference", "entropyBonus", "pairwise", "rewardHead",
    "valueHead", "snapshot", "save")


def _all_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Loaded:
    """A model, and what keeps something of it between calls."""

    model: LoadedModel
    optimizer: Optimizer
    sampler: Sampler


class TorchEngine:
    def __init__(self, threads: int, micro_batch_tokens: int, options: TorchOptions) -> None:
        self.threads = threads or _all_cores()
        self._budget = TokenBudget(micro_batch_tokens)
        self.options = options
        self.device = choose_device(options.device)
        self._loaded: Loaded | None = None
        self._snapshots = Snapshots()
        self._told_of_attention = False
        torch.set_num_threads(self.threads)
        keep_freed_memory()
        torch.use_deterministic_algorithms(self.deterministic)
        # No kernel of ours reads what it has not written, so that memory need not be filled before it is.
        torch.utils.deterministic.fill_uninitialized_memory = False

    @property
    def deterministic(self) -> bool:
        """Kernels of GPUs add in an order of their own."""
        return self.device.type == "cpu"

    def verbs(self) -> dict[str, Verb]:
        names = (
            "info", "loadModel", "load", "encode", "decode", "renderChat", "sample", "logprobs", "headValues", "forwardBackward",
            "optimStep", "resetOptimizer", "snapshot", "restore", "dropSnapshot", "save", "gradients")
        return {name: getattr(self, "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)) for name in names}

    @property
    def loaded(self) -> Loaded:
        if self._loaded is None:
            raise no_model()
        return self._loaded

    @property
    def model(self) -> LoadedModel:
        return self.loaded.model

    def budget(self, call: Call) -> TokenBudget:
        """Tokens of one forward and backward pass, which shrink where memory runs out: the sampler gives back what it keeps,
        and the call's trainer hears of it."""
        self._budget.told = lambda notice: call.notify(NOTICE, notice)
        self._budget.release = self.loaded.sampler.release
        return self._budget

    def _in_memory(self, call: Call, work: Callable[[], None]) -> None:
        """Does what can be done again from its beginning; where memory runs out, once more without what the sampler keeps."""
        failure = failure_of_memory(work)
        if failure is None:
            return
        self.loaded.sampler.release()
        free_memory()
        call.notify(NOTICE, again_notice(failure))
        work()

    def info(self, _: dict[str, Any], __: Call) -> dict[str, Any]:
        capabilities = [*CAPABILITIES, *(["adapters"] if self.options.lora is not None else [])]
        versions = {"torch": torch.__version__, "transformers": transformers.__version__, "python": platform.python_version()}
        if self._loaded is not None:
            versions["attention"] = attention_used(self.model)
        told = gauges(self.device)
        called = identity(self.device)
        return {
            "name": "torch", "deterministic": self.deterministic, "capabilities": capabilities, "device": str(self.device),
            "threads": self.threads, "versions": versions, **({"sampler": "vllm"} if uses_vllm(self.options, self.device) else {}),
            **({} if told is None else {"gauges": told}), **({} if called is None else {"deviceId": called})
        }

    def load_model(self, request: dict[str, Any], call: Call) -> dict[str, Any]:
        source = request["source"]
        options = options_for(source["folder"], self.options, self.device) if source["kind"] == "folder" else self.options
        read = read_model(source, options, self.device)
        self._snapshots = Snapshots()
        self._take(read, options, None)
        self._tell_of_attention(call)
        return model_info(self.model)

    def load(self, request: dict[str, Any], call: Call) -> dict[str, Any]:
        options = options_for(request["folder"], self.options, self.device)
        read = read_folder(request["folder"], options, self.device)
        before = None if self._loaded is None else self.model.description
        state = self._saved_state(read, request["folder"]) if request["optimizer"] else None
        self._take(read, options, state)
        if before is None or not before.same_tokenizer(self.model.description) or not self._snapshots.fit(self.model):
            self._snapshots = Snapshots()
        self._tell_of_attention(call)
        return model_info(self.model)

    def _tell_of_attention(self, call: Call) -> None:
        detail = flash_not_given(self.model)
        if detail is not None and not self._told_of_attention:
            self._told_of_attention = True
            call.notify(NOTICE, {"kind": "attention", "detail": detail})

    def _saved_state(self, read: ReadModel, folder: str) -> OptimizerState | None:
        shapes = {name: parameter.shape for name, parameter in trained_parameters(read.network, read.reward_head).items()}
        return read_optimizer_state(model_folder(folder), shapes)

    def _take(self, read: ReadModel, options: TorchOptions, state: OptimizerState | None) -> None:
        """Puts a model that has been read whole in the place of the one before, which is let go first: a device seldom
        holds two."""
        if self._loaded is not None:
            self._loaded.sampler.close()
        self._loaded = None
        free_memory()
        model = assemble(read, options, self.device)
        self._loaded = Loaded(model, Optimizer(model), Sampler(model))
        self._loaded.optimizer.load_state(state)

    def encode(self, request: dict[str, Any], _: Call) -> list[list[int]]:
        return [text.encode(self.model.tokenizer, self.model.place, each, self.model.vocabulary_size) for each in request["texts"]]

    def decode(self, request: dict[str, Any], _: Call) -> list[str]:
        return [text.decode(self.model.tokenizer, tokens) for tokens in request["tokens"]]

    def render_chat(self, request: dict[str, Any], _: Call) -> list[str]:
        return text.render_chat(self.model.place, self.model.description, request["conversations"])

    def sample(self, request: dict[str, Any], call: Call) -> list[dict[str, Any]]:
        report = Progress(call.notify, request["call"], request["finished"], request["partial"])

        def told(notice: dict[str, Any]) -> None:
            call.notify(NOTICE, notice)

        completions = self.loaded.sampler.sample(request["prompts"], request["parameters"], report, call.cancelled, told)
        report.flush()
        return report.unreported(completions)

    def logprobs(self, request: dict[str, Any], call: Call) -> list[dict[str, Any]]:
        model, sequences, name = self.model, request["sequences"], request.get("snapshot")
        if name is None:
            return forward_backward.logprobs(model, sequences, self.budget(call), call.cancelled)
        with self._snapshots.in_place(model, name):
            return forward_backward.logprobs(model, sequences, self.budget(call), call.cancelled)

    def head_values(self, request: dict[str, Any], call: Call) -> list[list[float]]:
        if self.model.reward_head is None:
            raise no_reward_head(self.model.place)
        return forward_backward.head_values(self.model, request["sequences"], self.budget(call), call.cancelled)

    def forward_backward(self, request: dict[str, Any], call: Call) -> dict[str, Any]:
        """A reward head that only a rejected call wanted is not kept."""
        model = self.model
        head = model.reward_head
        try:
            return forward_backward.forward_backward(model, request["data"], request["loss"], self.budget(call), call.cancelled)
        except BaseException:
            model.reward_head = head
            raise

    def optim_step(self, request: dict[str, Any], call: Call) -> dict[str, float]:
        """The gradient is spent even where the step rejects, so that the next one begins clean. An update that ended half way could not be
        made again: its memory is asked for before."""
        model, optimizer, step = self.model, self.loaded.optimizer, request["step"]
        try:
            self._in_memory(call, lambda: optimizer.make_room(step))
            return optimizer.step(step)
        finally:
            model.clear_gradient()
            model.weights_changed()

    def reset_optimizer(self, _: dict[str, Any], __: Call) -> None:
        self.loaded.optimizer.reset()

    def snapshot(self, request: dict[str, Any], call: Call) -> None:
        self._in_memory(call, lambda: self._snapshots.take(self.model, request["name"]))

    def restore(self, request: dict[str, Any], _: Call) -> None:
        self._snapshots.restore(self.model, request["name"])

    def drop_snapshot(self, request: dict[str, Any], _: Call) -> None:
        self._snapshots.drop(request["name"])

    def save(self, request: dict[str, Any], call: Call) -> None:
        """Adapters are merged on the device."""
        folder, dtype = Path(request["folder"]), request["dtype"]

        def write() -> None:
            save_model(self.model, folder, self.loaded.optimizer.state(), resumable=request["optimizer"], dtype=dtype)

        try:
            self._in_memory(call, write)
        except OSError as error:
            raise LabError(
                "engine", "engine/save", f"{folder}: the model could not be written ({error.strerror or error})", str(folder),
                remedy="Make room on the disk, or choose a folder that can be written.") from error

    def gradients(self, _: dict[str, Any], __: Call) -> dict[str, list[float]]:
        return {
            name: [0.0] * parameter.numel() if parameter.grad is None else parameter.grad.float().flatten().tolist()
            for name, parameter in self.model.trainable().items()
        }
