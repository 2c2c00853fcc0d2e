from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig

from rollout_lab.models.context import context_length
from rollout_lab.test_architectures import SAMPLING, write_model
from rollout_lab.testing.local_engine import LocalEngine

LONG = {
    "rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1.0] * 4, "long_factor": [2.0, 3.0, 4.0, 5.0],
    "original_max_position_embeddings": 16}


@pytest.mark.parametrize("kind, changes, expected", [
    ("phi3", {"rope_parameters": LONG, "original_max_position_embeddings": 16}, 16), ("phi3", {}, 64),
    ("llama", {"rope_parameters": {**LONG, "rope_type": "yarn", "factor": 4.0}}, 64),
    ("phi3", {"rope_parameters": LONG, "original_max_position_embeddings": 16, "max_position_embeddings": 16}, 16)])
def test_ends_where_rotary_factors_would_follow_the_batch(kind: str, changes: dict[str, Any], expected: int) -> None:
    shape = {"vocab_size": 40, "hidden_size": 32, "num_attention_heads": 4, "max_position_embeddings": 64, "pad_token_id": 0}
    assert context_length(AutoConfig.for_model(kind, **{**shape, **changes})) == expected


def test_a_sequence_of_phi_3_is_scored_alike_beside_any_other(tmp_path: Path) -> None:
    write_model(tmp_path, "phi3", {"pad_token_id": 0, "rope_parameters": LONG, "original_max_position_embeddings": 16})
    engine = LocalEngine()
    info = engine.call("loadModel", source={"kind": "folder", "folder": str(tmp_path)})
    assert info["contextLength"] == 16
    prompts = [{"tokens": [1, 2, 3], "seeds": [1, 2]}, {"tokens": [4] * 10, "seeds": [3, 4]}]
    made = engine.call("sample", prompts=prompts, call=1, parameters={**SAMPLING, "maxTokens": 60}, finished=False, partial=False)
    sequences = [{"prompt": prompts[each["promptIndex"]]["tokens"], "completion": each["tokens"]} for each in made]
    assert max(len(each["prompt"]) + len(each["completion"]) for each in sequences) == 16
    for completion, scored, sequence in zip(made, engine.call("logprobs", sequences=sequences), sequences):
        [alone] = engine.call("logprobs", sequences=[sequence])
        assert completion["logprobs_T"] == pytest.approx(scored["logprobs_T"], abs=1e-4)
        assert alone["logprobs_T"] == pytest.approx(scored["logprobs_T"], abs=1e-4)
