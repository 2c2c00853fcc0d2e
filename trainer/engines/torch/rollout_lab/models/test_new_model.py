from __future__ import annotations

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.models.new_model import model_vocabulary
from rollout_lab.models.random_stream import hash32, normals, uniforms
from rollout_lab.testing.tiny_models import CPU, tiny_source
from rollout_lab.models.loading import read_model
from rollout_lab.models.options import TorchOptions


def test_streams_are_the_trainers() -> None:
    """Printed by `random/random.ts`."""
    assert hash32("initial weights", 5, "model.norm.weight") == 2897639927
    seed = hash32("a", 1)
    expected = [0.15549465036019683, 0.3950316614937037, 0.25932287820614874, 0.3255267678759992]
    assert uniforms(seed, 0, 4).tolist() == expected
    assert uniforms(seed, 2, 2).tolist() == expected[2:]
    assert normals(seed, 0, 2).tolist() == pytest.approx([-0.45945508090734144, -0.35405425984136374], abs=1e-15)


def test_initial_weights_follow_seed_and_name() -> None:
    def weights(seed: int) -> dict[str, torch.Tensor]:
        return dict(read_model(tiny_source(seed), TorchOptions(), CPU).network.named_parameters())

    one, again, other = weights(1), weights(1), weights(2)
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert not torch.equal(one["model.embed_tokens.weight"], other["model.embed_tokens.weight"])
    assert torch.equal(one["model.norm.weight"], torch.ones(16))
    assert one["model.layers.0.mlp.up_proj.weight"].detach().std().item() == pytest.approx(0.02, rel=0.15)
    assert one["model.layers.0.mlp.down_proj.weight"].detach().std().item() == pytest.approx(0.01, rel=0.15)


@pytest.mark.parametrize("words", [["a", "a"], ["a b"], [""], [], ["<eos>"]])
def test_a_vocabulary_that_makes_no_sense(words: list[str]) -> None:
    with pytest.raises(LabError) as caught:
        model_vocabulary(words)
    assert (caught.value.code, caught.value.place) == ("model/bad-config", "model.vocabulary")


@pytest.mark.parametrize(("field", "value"), [("keyValueHeads", 3), ("headSize", 7)])
def test_a_shape_that_makes_no_sense(field: str, value: int) -> None:
    with pytest.raises(LabError) as caught:
        read_model(tiny_source(**{field: value}), TorchOptions(), CPU)
    assert (caught.value.code, caught.value.place) == ("model/bad-config", f"model.{field}")


def test_a_model_that_no_machine_holds() -> None:
    with pytest.raises(LabError) as caught:
        read_model(tiny_source(hiddenSize=2**20, intermediateSize=2**22), TorchOptions(), CPU)
    assert caught.value.code == "model/too-large"
