"""One GRPO step whole on a GPU, ours beside TRL's GRPOTrainer in one process tree, and both against what the device can do.

    python step_on_gpu.py --out gpu.json [--only floors ours trl] [--limit 120] [--within 540] [--small]

The record is written after each part and each setting of TRL; what it has is not measured again, so that several commands make one,
on a machine that ends each after a while. Needs torch, transformers, trl, datasets and accelerate in this Python and no network:
weights are made here. `--small` is a miniature for a CPU, which shows that the script works and measures nothing.
"""
from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "trainer" / "engines" / "torch")]

import torch
import transformers

from floors import bandwidth, matmul_rate
from ours import open_engine, save_model, timed_steps
from record import PARTS, Record
from rollout_lab.models.options import TorchOptions
from trials import attempt, next_setting
from workload import Workload, workload


def measure_floors(device: torch.device, small: bool) -> dict[str, float]:
    return {"bytesPerSecond": bandwidth(device, small), "flopsPerSecond": matmul_rate(device, small)}


def measure_ours(work: Workload, small: bool) -> dict[str, Any]:
    options = TorchOptions(device="cpu" if small else "cuda", dtype="float32" if small else "bfloat16", master_weights=not small)
    engine = open_engine(work, options, 512 if small else 32_768)
    return {"device": str(engine.device), "steps": timed_steps(engine, work)}


def measure_trl(work: Workload, small: bool, limit: float, until: float, record: Record) -> None:
    """Begins no trial that may not end before `until` (seconds of the monotonic clock)."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        request = {
            "folder": str(folder), "output": str(Path(scratch) / "trl"), "prompts": [work.prompt_text(i) for i in range(work.prompts)],
            "group": work.group, "perStep": work.prompts, "maxTokens": work.new_tokens, "steps": work.steps + 1,
            "threads": os.cpu_count() or 1, "device": "cpu" if small else "cuda"}
        while (setting := next_setting(record.trials, work.rollouts)) is not None and time.monotonic() + limit <= until:
            if not folder.exists():
                save_model(open_engine(work, TorchOptions(device="cpu"), 512), folder)
            print(f"TRL: {setting.mode} generation, micro-batch {setting.micro_batch} …", flush=True)
            record.put("trl", [*record.trials, attempt(setting, request, limit)])
        if setting is not None:
            print("There are more settings of TRL to try: give the command again.", flush=True)


def release() -> None:
    """What a part held of the device, before the next one begins."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def head_of(device: torch.device, small: bool) -> dict[str, Any]:
    import trl
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__, "trl": trl.__version__}
    return {"device": "CPU, in miniature" if small else torch.cuda.get_device_name(device), "small": small, "versions": versions}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--limit", type=float, default=120, help="seconds that one setting of TRL has")
    parser.add_argument("--within", type=float, default=float("inf"), help="seconds in which all should be done")
    parser.add_argument("--small", action="store_true")
    return parser.parse_args()


def main() -> None:
    until = time.monotonic()
    given = arguments()
    until += given.within
    if not given.small and not torch.cuda.is_available():
        raise SystemExit("No GPU is here; --small tries the script in miniature on the CPU.")
    work, device = workload(given.small), torch.device("cpu" if given.small else "cuda")
    record = Record(given.out, work, head_of(device, given.small))
    if "floors" in given.only and "floors" not in record.parts:
        record.put("floors", measure_floors(device, given.small))
        release()
    if "ours" in given.only and "ours" not in record.parts:
        record.put("ours", measure_ours(work, given.small))
        release()
    if "trl" in given.only:
        measure_trl(work, given.small, given.limit, until, record)
    print(record.table())


if __name__ == "__main__":
    main()
