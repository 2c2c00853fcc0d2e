"""The worker's process, seen from the trainer."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any, Iterator, Mapping

import torch

from rollout_lab.errors import LabError
from rollout_lab.models.options import TorchOptions

PYTHON_VARIABLE = "ROLLOUT_LAB_VLLM_PYTHON"
"""By which the trainer says what a flag, a setting or the machine's own environment names."""
REMEDY = (
    "Make an environment with vLLM (uv venv vllm-env && uv pip install --python vllm-env vllm) and name its Python by --vllm-python, "
    f'the setting rolloutLab.vllmPython or {PYTHON_VARIABLE}; `lab doctor` tries it. Or set "sampler" to "own".')
WORKER = Path(__file__).with_name("worker.py")


def named_python() -> str | None:
    """The Python that has vLLM, where the machine names one."""
    return os.environ.get(PYTHON_VARIABLE) or None


def uses_vllm(options: TorchOptions, device: torch.device) -> bool:
    """Where a run asks for it, or leaves the choice and the machine has it for a GPU."""
    return options.sampler == "vllm" or (options.sampler == "auto" and device.type == "cuda" and named_python() is not None)


def _failed(message: str) -> LabError:
    return LabError("engine", "engine/vllm", message, remedy=REMEDY)


def visible_device(device: torch.device, environment: Mapping[str, str], rocm: bool) -> dict[str, str]:
    """Variables that show a program the model's device alone, since vLLM takes the first that it sees. Devices are counted among those
    that this process itself sees. On ROCm vLLM wants both variables alike."""
    if device.type != "cuda":
        return {}
    names = ("HIP_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES") if rocm else ("CUDA_VISIBLE_DEVICES",)
    seen = next((environment[name].split(",") for name in names if environment.get(name)), [])
    index = device.index or 0
    return dict.fromkeys(names, seen[index].strip() if index < len(seen) else str(index))


class WorkerProcess:
    def __init__(self, python: str, device: torch.device) -> None:
        if shutil.which(python) is None:
            raise _failed(f"{python}, which is to run vLLM, is no program")
        environment = {
            **os.environ, **visible_device(device, os.environ, torch.version.hip is not None), "PYTHONUNBUFFERED": "1",
            "VLLM_LOGGING_LEVEL": "WARNING",
            # The worker has a thread, whose locks a forked process would find held for ever.
            "VLLM_WORKER_MULTIPROC_METHOD": "spawn"}
        self._process = subprocess.Popen(
            [python, str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _failed(f"The vLLM process ended (exit status {self._process.wait()})") from error

    def answers(self) -> Iterator[dict[str, Any]]:
        """Until the process ends, which rejects with `engine/vllm`, as does an answer that is an error."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer = json.loads(line)
            if "error" in answer:
                raise _failed(f"vLLM: {str(answer['error'])[:1000]}")
            yield answer
        raise _failed(f"The vLLM process ended (exit status {self._process.wait()})")

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.send(request)
        return next(self.answers())

    def close(self) -> None:
        """The weights stay: another worker may want them."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(json.dumps({"end": True}) + "\n")
            self._process.stdin.flush()
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
