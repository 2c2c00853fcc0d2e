from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from rollout_lab.models.options import TorchOptions
from rollout_lab.testing.tiny_models import CPU, tiny_model
from rollout_lab.training import packed_layout
from rollout_lab.training.attention_used import attention_used, flash_not_given

CUDA = torch.device("cuda:0")
CASES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "given": ({}, "flash, packed", None),
    "float32": ({"compute_dtype": torch.float32}, "sdpa, packed", '"dtype": "bfloat16"'),
    "no GPU": ({"device": CPU}, "sdpa, packed", "NVIDIA"),
    "AMD's": ({"hip": "7.1"}, "sdpa, packed", "NVIDIA"),
    "an old GPU": ({"capability": (7, 5)}, "sdpa, packed", "Ampere"),
    "large heads": ({"head_size": 512}, "sdpa, packed", "heads of 512 are larger than 256"),
    "odd heads": ({"head_size": 12}, "sdpa, packed", "heads of 12 are no multiple of 8"),
    "an older PyTorch": ({"varlen": False}, "sdpa, packed", "newer PyTorch"),
    "padded": ({"packed": False}, "eager, padded", "flash-attn"),
    "padded, with the package": ({"packed": False, "own": "flash_attention_2"}, "flash_attention_2, padded", None)
}


@pytest.mark.parametrize("name", CASES)
def test_says_which_attention_and_why_not_flash(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, used, said = CASES[name]
    given = {"device": CUDA, "compute_dtype": torch.bfloat16, "packed": True, "hip": None, "capability": (9, 0), "varlen": True, **case}
    model = tiny_model(headSize=given.get("head_size", 8))
    model.causal.config._attn_implementation = given.get("own", "eager")
    monkeypatch.setattr(torch.version, "hip", given["hip"])
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: given["capability"])
    if not given["varlen"]:
        monkeypatch.setattr(packed_layout, "_varlen_settings", set)
    asked = {each: given[each] for each in ("device", "compute_dtype", "packed")}
    for attention in ("flash", "auto"):
        found = replace(model, **asked, options=TorchOptions(attention=attention))
        assert attention_used(found) == used
        detail = flash_not_given(found)
        if attention == "auto" or said is None:
            assert detail is None
        else:
            assert detail is not None and said in detail and f"attends by {used.split(',')[0]}" in detail
