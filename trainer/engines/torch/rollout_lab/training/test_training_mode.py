from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rollout_lab.models.options import LoraOptions, TorchOptions
from rollout_lab.test_architectures import write_model
from rollout_lab.test_engine import DATA, LORA, LOSS, STEP
from rollout_lab.testing.local_engine import LocalEngine
from rollout_lab.testing.tiny_models import tiny_model, tiny_source
from rollout_lab.training.training_mode import dropout_seed, training_mode

DROPPING = {**LORA, "dropout": 0.5}


def losses(engine: LocalEngine, steps: int) -> list[float]:
    found = []
    for _ in range(steps):
        found.append(engine.call("forwardBackward", data=DATA, loss=LOSS)["loss"])
        engine.call("optimStep", step=STEP)
    return found


@pytest.mark.parametrize("options", [
    {"lora": {**LORA, "dropout": 0}}, {"gradientCheckpointing": True}, {"lora": {**LORA, "dropout": 0}, "gradientCheckpointing": True}])
def test_models_drop_nothing(tmp_path: Path, options: dict[str, Any]) -> None:
    changes = {"sliding_window": None, "residual_dropout": 0.5, "embedding_dropout": 0.5, "attention_dropout": 0.5}
    write_model(tmp_path, "starcoder2", changes)
    expected = LocalEngine()
    expected.call("loadModel", source={"kind": "folder", "folder": str(tmp_path)})
    engine = LocalEngine(**options)
    engine.call("loadModel", source={"kind": "folder", "folder": str(tmp_path)})
    loss = expected.call("forwardBackward", data=DATA, loss=LOSS)["loss"]
    assert engine.call("forwardBackward", data=DATA, loss=LOSS)["loss"] == pytest.approx(loss, abs=1e-5)


def test_layers_that_drop_whatever_the_configuration_says() -> None:
    model = tiny_model(TorchOptions(lora=LoraOptions(2, 4, 0.5, ())))
    model.causal.model.layers[0].mlp.act_fn = nn.Sequential(nn.SiLU(), nn.Dropout(0.5))
    with training_mode(model, DATA):
        dropping = [name for name, module in model.network.named_modules() if isinstance(module, nn.Dropout) and module.training]
        assert dropping and all(".lora_dropout." in name for name in dropping)
    assert not any(module.training for module in model.network.modules())


def test_adapters_drop_alike_in_another_process_and_after_a_restart(tmp_path: Path) -> None:
    runs = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        engine = LocalEngine(lora=DROPPING)
        engine.call("loadModel", source=tiny_source())
        before = torch.get_rng_state()
        runs.append(losses(engine, 2))
        assert torch.equal(torch.get_rng_state(), before)
        if seed == 1:
            engine.call("save", folder=str(tmp_path), optimizer=True, dtype="float32")
        runs[-1] += losses(engine, 2)
    assert runs[0] == runs[1]
    torch.manual_seed(3)
    resumed = LocalEngine(lora=DROPPING)
    resumed.call("loadModel", source=tiny_source())
    resumed.call("load", folder=str(tmp_path), optimizer=True)
    assert losses(resumed, 2) == runs[0][2:]


def test_pairs_are_learned_from_under_the_dropout_that_they_were_scored_under() -> None:
    engine = LocalEngine(lora=DROPPING)
    engine.call("loadModel", source=tiny_source())
    # An adapter begins at zero, where nothing that is dropped shows.
    losses(engine, 2)
    data = [{**DATA[i], "pair": {"name": "p", "side": side}} for i, side in enumerate(("chosen", "rejected"))]
    loss = {"terms": [{"kind": "pairwise", "weight": 1, "variant": "sigmoid", "beta": 0.5}], "normalisation": {"kind": "tokenMean"}}
    told = engine.call("forwardBackward", data=data, loss=loss)
    chosen, rejected = (sum(each["logprobs_T"]) for each in told["logprobs"])
    assert told["loss"] == pytest.approx(math.log1p(math.exp(-0.5 * (chosen - rejected))), abs=1e-6)
    assert engine.call("logprobs", sequences=data)[0]["logprobs_T"] != told["logprobs"][0]["logprobs_T"]


def test_batches_and_steps_drop_differently() -> None:
    model = tiny_model(TorchOptions(lora=LoraOptions(2, 4, 0.5, ())))
    seeds = {dropout_seed(model, data) for data in (DATA, DATA[:1], DATA[::-1], [{"prompt": [1], "completion": [2, 3, 4, 0]}, DATA[1]])}
    with torch.no_grad():
        list(model.trainable().values())[-1].add_(0.01)
    assert len(seeds | {dropout_seed(model, DATA)}) == 5
