"""Prompts that stand once, against every sequence on its own."""
from __future__ import annotations

from typing import Any

import pytest
import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.options import TorchOptions
from rollout_lab.testing.tiny_models import tiny_model
from rollout_lab.testing.train_data import COMBINED, train_data
from rollout_lab.testing.training_checks import assert_matches, loss_of, never, with_head
from rollout_lab.training import packed_forward
from rollout_lab.training.batch_inputs import BatchForm, packed_inputs
from rollout_lab.training.forward_backward import forward_backward, head_values, logprobs
from rollout_lab.training.out_of_memory import TokenBudget
from rollout_lab.training.shared_prompts import _Expand, blocks_of, expansion, worth_sharing

CPU = torch.device("cpu")
HEAD_TERM = {"kind": "valueRegression", "weight": 0.3}


def grouped(model: LoadedModel) -> list[dict[str, Any]]:
    """Two groups of three and a single one, lengths mixed."""
    data = train_data(model)
    for i, prompt in enumerate(([1, 2, 3, 4, 5, 6], [2, 2, 5, 1], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [2, 2, 5, 1], [2, 2, 5, 1], [6])):
        data[i]["prompt"] = prompt
    assert worth_sharing(data)
    return data


@pytest.fixture(scope="module")
def model() -> LoadedModel:
    return with_head(tiny_model())


@pytest.mark.parametrize("tokens", [1, 30, 4096])
def test_loss_and_gradient(model: LoadedModel, tokens: int) -> None:
    data = grouped(model)
    assert_matches(model, data, loss_of(*COMBINED, HEAD_TERM), tokens)
    assert_matches(model, data, loss_of(*COMBINED), tokens)


def test_slopes_of_a_large_group_add_up_in_half_floats() -> None:
    """CPUs add rows up in float32 by themselves; GPUs round at each addition."""
    count, device = 300, torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rows = expansion([range(1)] * count, [range(i + 1, i + 2) for i in range(count)], [2] * count, device)
    packed = torch.zeros(count + 1, 1, dtype=torch.bfloat16, device=device, requires_grad=True)
    _Expand.apply(packed, rows).sum().backward()
    assert packed.grad is not None and packed.grad[:, 0].tolist() == [count] + [1] * count


def test_with_checkpoints() -> None:
    model = with_head(tiny_model(TorchOptions(gradient_checkpointing=True)))
    assert_matches(model, grouped(model), loss_of(*COMBINED), 4096)


def test_scores(model: LoadedModel) -> None:
    data = grouped(model)
    for call in (logprobs, head_values):
        together = call(model, data, TokenBudget(4096), never)
        for one, sequence in zip(together, data):
            alone = call(model, [sequence], TokenBudget(4096), never)[0]
            if isinstance(one, dict):
                one, alone = one["logprobs_T"], alone["logprobs_T"]
            assert one == pytest.approx(alone, abs=1e-5)


def test_fewer_tokens_go_through_the_model(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    data = grouped(model)
    seen: list[int] = []

    def watched(sequences: Any, form: BatchForm) -> Any:
        inputs = packed_inputs(sequences, form)
        seen.append(inputs.tokens.shape[1])
        return inputs

    monkeypatch.setattr(packed_forward, "packed_inputs", watched)
    result = forward_backward(model, data, loss_of(*COMBINED), TokenBudget(4096), never)
    completions = sum(len(each["completion"]) - 1 for each in data)
    assert seen == [6 + 4 + 1 + completions]
    assert result["tokens"] == sum(len(each["prompt"]) for each in data) + completions


def test_packed_rows_by_hand() -> None:
    sequences = [{"prompt": [8, 9], "completion": [1, 2, 3]}, {"prompt": [7], "completion": [4, 5]}, {"prompt": [8, 9], "completion": [6]}]
    inputs = packed_inputs(sequences, BatchForm(with_head=True, device=CPU, shares=True))
    assert inputs.tokens.tolist() == [[8, 9, 1, 2, 3, 6, 7, 4, 5]]
    assert inputs.positions.tolist() == [[0, 1, 2, 3, 4, 2, 0, 1, 2]]
    assert inputs.predicting.tolist() == [1, 2, 3, 6, 7, 1]
    assert inputs.reading.tolist() == [2, 3, 4, 7, 8, 5]
    assert inputs.targets.tolist() == [1, 2, 3, 4, 5, 6]
    words = packed_inputs(sequences, BatchForm(with_head=False, device=CPU, shares=True))
    assert words.tokens.tolist() == [[8, 9, 1, 2, 7, 4]]
    assert words.predicting.tolist() == [1, 2, 3, 4, 5, 1]


def test_blocks_in_the_order_of_their_first_sequence() -> None:
    sequences = [{"prompt": prompt, "completion": [1]} for prompt in ([1], [2], [1])]
    assert [block.members for block in blocks_of(sequences, True)] == [[0, 2], [1]]
    assert [block.members for block in blocks_of(sequences, False)] == [[0], [1], [2]]


def test_a_few_shared_tokens_are_not_worth_it() -> None:
    def group(prompt: int, completion: int) -> list[dict[str, Any]]:
        return [{"prompt": [1] * prompt, "completion": [2] * completion}] * 8

    assert worth_sharing(group(8, 64)) and not worth_sharing(group(3, 64))
    assert not worth_sharing([]) and not worth_sharing([{"prompt": [1], "completion": [2]}])
