from __future__ import annotations

from dataclasses import replace
from typing import Callable

import pytest
import torch
from transformers import Gemma2Config, Gemma2ForCausalLM, MambaConfig, MambaForCausalLM, PreTrainedModel

from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.plan import Limits
from rollout_lab.sampling.testing import PARAMETERS, PROMPTS, WORDS, Recorder, small_model


def soft_capped() -> PreTrainedModel:
    config = Gemma2Config(
        vocab_size=len(WORDS), hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        head_dim=16, sliding_window=4, final_logit_softcapping=2.0, attn_implementation="eager", bos_token_id=None)
    return Gemma2ForCausalLM(config)


def recurrent() -> PreTrainedModel:
    config = MambaConfig(vocab_size=len(WORDS), hidden_size=32, state_size=4, num_hidden_layers=2, time_step_rank=2)
    return MambaForCausalLM(config)


@pytest.mark.parametrize("make", [soft_capped, recurrent])
def test_models_that_cannot_be_packed_say_what_they_say_of_whole_sequences(make: Callable[[], PreTrainedModel]) -> None:
    torch.manual_seed(1)
    network = make().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(2)
    model = replace(small_model(), network=network, packed=False)
    completions = Sampler(model, Limits(5, 1 << 30, 64)).sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)
    assert len({len(each["tokens"]) for each in completions}) > 2
    for completion in completions:
        prompt, tokens = PROMPTS[completion["promptIndex"]]["tokens"], completion["tokens"]
        with torch.no_grad():
            rows = network(torch.tensor([[*prompt, *tokens]]), use_cache=False).logits[0].log_softmax(-1)[len(prompt) - 1:-1]
        expected = rows.gather(1, torch.tensor(tokens)[:, None])[:, 0]
        torch.testing.assert_close(torch.tensor(completion["logprobs_T"]), expected, atol=1e-4, rtol=0)
