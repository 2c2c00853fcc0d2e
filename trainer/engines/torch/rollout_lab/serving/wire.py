"""Errors as plain data, in the form of the trainer's `wireError.ts`."""
from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from typing import Any, Dict

from rollout_lab.devices.failures import is_out_of_memory, is_unfit_build, out_of_memory, unfit_build
from rollout_lab.errors import LabError

INTERNAL_ERROR = -32603
METHOD_NOT_FOUND = -32601

REQUIREMENTS = {
    "torch": "torch>=2.11,<2.14", "transformers": "transformers>=5,<6", "safetensors": "safetensors>=0.5,<1", "peft": "peft>=0.18,<1",
    "tokenizers": "transformers>=5,<6", "numpy": "numpy", "jinja2": "jinja2>=3.1", "accelerate": "accelerate>=1.10", "vllm": "vllm"
}
"""What to install for each package that may be imported, as pyproject.toml has it."""


def missing_package(name: str) -> LabError:
    """For a package that this Python lacks; the remedy is the command that mends it."""
    requirement = REQUIREMENTS.get(name, name)
    # Environments that uv made have no pip of their own.
    own_pip = importlib.util.find_spec("pip") is not None
    installer = f'"{sys.executable}" -m pip install' if own_pip else f'uv pip install --python "{sys.executable}"'
    return LabError(
        "engine", "engine/missing-package", f"The Python at {sys.executable} lacks the package {name}", sys.executable,
        remedy=f'Run: {installer} "{requirement}"')


def _internal(error: BaseException) -> LabError:
    return LabError(
        "engine", "engine/internal", f"The engine failed: {type(error).__name__}: {str(error)[:2000]}",
        remedy="This is a fault of the engine; please report it with the text above.")


def as_lab_error(error: BaseException) -> LabError:
    """What an exception means for people."""
    if isinstance(error, LabError):
        return error
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("rollout_lab"):
        return missing_package(error.name.split(".")[0])
    if is_out_of_memory(error):
        return out_of_memory(error)
    if is_unfit_build(error):
        return unfit_build(error)
    return _internal(error)


def _stack(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-8000:]


def to_response_error(error: BaseException) -> Dict[str, Any]:
    """The `error` of a JSON-RPC response; its `data` is a WireError."""
    known = as_lab_error(error)
    data = {
        "boundary": known.boundary, "code": known.code, "message": known.message, "remedy": known.remedy, "stack": _stack(error)
    }
    if known.place is not None:
        data["place"] = known.place
    return {"code": INTERNAL_ERROR, "message": known.message, "data": data}


def loud_exit(what: str) -> None:
    """Ends the process at once with a line that the trainer shows; for faults that leave nobody to answer."""
    print(what, file=sys.stderr, flush=True)
    os._exit(1)
