from __future__ import annotations

import json

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.models import memory
from rollout_lab.models.options import TorchOptions, parse_options

CPU, GPU = torch.device("cpu"), torch.device("cuda:0")
LORA = {"rank": 2, "alpha": 4, "dropout": 0, "targets": []}


def test_what_is_stored_decides_on_a_gpu_where_nothing_is_trained() -> None:
    options = parse_options(json.dumps({"dtype": "stored", "trains": False}))
    for config, device, wanted in (
            ({"dtype": "bfloat16"}, GPU, torch.bfloat16), ({"torch_dtype": "bfloat16"}, GPU, torch.bfloat16), ({"dtype": "bfloat16"}, CPU, torch.float32),
            ({"dtype": "float32"}, GPU, torch.float32), ({"dtype": "float16"}, GPU, torch.float32), ({}, GPU, torch.float32)):
        settled = options.of_folder(config, device)
        assert (settled.compute_dtype, settled.weight_dtype) == (wanted, wanted)


def test_what_a_run_says_stands() -> None:
    for options in (TorchOptions(), TorchOptions(dtype="bfloat16"), TorchOptions(dtype="bfloat16", master_weights=False)):
        assert options.of_folder({"dtype": "float32"}, GPU) is options


def test_adapters_are_for_training() -> None:
    assert parse_options(json.dumps({"lora": LORA})).lora is not None
    assert parse_options(json.dumps({"lora": LORA, "trains": False})).lora is None


def test_room_for_weights_is_enough_to_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_total_bytes", lambda device: 24 * 2**30)
    memory.require_room("/m", 3_090_000_000, 4, trains_all=False, device=GPU)
    with pytest.raises(LabError) as caught:
        memory.require_room("/m", 3_090_000_000, 4, trains_all=True, device=GPU)
    assert caught.value.code == "model/too-large" and "training" in caught.value.message
    with pytest.raises(LabError) as caught:
        memory.require_room("/m", 30_000_000_000, 2, trains_all=False, device=GPU)
    assert "holding" in caught.value.message
