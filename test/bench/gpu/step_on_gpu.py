"""One GRPO step whole on a GPU, ours beside TRL's GRPOTrainer in one process tree, and both against what the device can do.

    python step_on_gpu.py --out gpu.json [--small]

Needs torch, transformers, trl, datasets and accelerate in this Python and no network: weights are made here. `--small` is a
miniature for a CPU, which shows that the script works and measures nothing.
"""
from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
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
from rollout_lab.models.options import TorchOptions
from workload import Workload, decoding_bytes, training_flops, workload

TRL_MODES = ("default", "static", "continuous")


def measure_ours(work: Workload, small: bool, folder: Path) -> dict[str, Any]:
    options = TorchOptions(device="cpu" if small else "cuda", dtype="float32" if small else "bfloat16", master_weights=not small)
    engine = open_engine(work, options, 512 if small else 32_768)
    save_model(engine, folder)
    return {"device": str(engine.device), "steps": timed_steps(engine, work)}


def measure_trl(work: Workload, small: bool, folder: Path, output: Path, mode: str) -> dict[str, Any]:
    """TRL in a process of its own, so that neither side finds the other's memory taken; what it cannot run is kept with its error."""
    request = {
        "folder": str(folder), "output": str(output), "prompts": [work.prompt_text(i) for i in range(work.prompts)], "group": work.group,
        "perStep": work.prompts, "maxTokens": work.new_tokens, "steps": work.steps + 1, "threads": os.cpu_count() or 1,
        "microBatch": work.rollouts, "mode": mode, "device": "cpu" if small else "cuda"}
    ended = subprocess.run([sys.executable, str(HERE.parent / "trl_arm.py"), json.dumps(request)], capture_output=True, text=True, timeout=540)
    line = next((line for line in ended.stdout.splitlines() if line.startswith('{"stepSeconds"')), None)
    if line is None:
        return {"mode": mode, "stepSeconds": [], "error": ended.stderr[-800:]}
    return {"mode": mode, **json.loads(line)}


def floors_of(device: torch.device, small: bool) -> dict[str, float]:
    return {"bytesPerSecond": bandwidth(device, small), "flopsPerSecond": matmul_rate(device, small)}


def result(work: Workload, ours: dict[str, Any], trl: list[dict[str, Any]], floors: dict[str, float]) -> dict[str, Any]:
    sampling, update = (statistics.median(step[part] for step in ours["steps"]) for part in ("sampling", "update"))
    ran = [statistics.median(each["stepSeconds"]) for each in trl if each["stepSeconds"]]
    return {
        "rollouts": work.rollouts, "samplingSeconds": sampling, "updateSeconds": update,
        "trlStepSeconds": min(ran) if ran else None,
        "ratioToTrl": min(ran) / (sampling + update) if ran else None,
        "decodingShareOfBandwidth": decoding_bytes(work) / floors["bytesPerSecond"] / sampling,
        "trainingShareOfMatmulRate": training_flops(work) / floors["flopsPerSecond"] / update}


def versions() -> dict[str, str]:
    import trl
    return {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__, "trl": trl.__version__}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    work = workload(given.small)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        ours = measure_ours(work, given.small, folder)
        device = torch.device(ours["device"])
        floors = floors_of(device, given.small)
        if device.type == "cuda":
            torch.cuda.empty_cache()
        trl = [measure_trl(work, given.small, folder, Path(scratch) / "trl", mode) for mode in TRL_MODES]
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU, in miniature"
    record = {"device": name, "small": given.small, "versions": versions(), **result(work, ours, trl, floors), "floors": floors, "ours": ours, "trl": trl}
    Path(given.out).write_text(json.dumps(record, indent=2))
    print(json.dumps({key: value for key, value in record.items() if key not in ("ours", "trl")}, indent=2))


if __name__ == "__main__":
    main()
