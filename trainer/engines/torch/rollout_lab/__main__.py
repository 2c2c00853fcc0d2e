"""The program of an engine process: serves the PyTorch engine on the pipe that its parent holds, until that closes."""
from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from typing import Any, Dict

from rollout_lab.errors import LabError
from rollout_lab.serving.channel import Channel
from rollout_lab.serving.parent_watch import watch_parent
from rollout_lab.serving.server import Server

MINIMUM_PYTHON = (3, 10)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rollout_lab")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 = all cores")
    parser.add_argument("--micro-batch-tokens", type=int, default=8192, help="tokens of one forward and backward pass")
    parser.add_argument("--options", default="{}", help="the run file's and the machine's options, as JSON")
    return parser.parse_args()


def make_verbs(given: argparse.Namespace) -> Dict[str, Any]:
    """The engine's verbs; raises what is wrong with this Python."""
    if sys.version_info < MINIMUM_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise LabError(
            "engine", "engine/python-version", f"{sys.executable} is Python {found}; the engine needs 3.10 or newer", sys.executable,
            remedy="Choose a newer Python, or let Set Up PyTorch make an environment.")
    from rollout_lab.engine import TorchEngine
    from rollout_lab.models.options import parse_options

    verbs = TorchEngine(given.threads, given.micro_batch_tokens, parse_options(given.options)).verbs()
    # What was imported lives as long as the process: a search for garbage, as every new model asks for, would take 0.2 s over it.
    gc.freeze()
    return verbs


def main() -> None:
    # Ctrl-C in a terminal reaches every process of the group; the trainer alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Models come from local folders and the hub's cache; nothing is downloaded in the middle of a run.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    given = arguments()
    watch_parent()
    Server(Channel(), lambda: make_verbs(given)).run()


if __name__ == "__main__":
    main()
