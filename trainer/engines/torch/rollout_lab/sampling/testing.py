"""Small models and reports for the tests of this folder."""
from __future__ import annotations

from typing import Any, Sequence

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.models.loading import assemble, read_model
from rollout_lab.models.options import TorchOptions

WORDS = ["<eos>", *"abcdefghij"]
SHAPE = {
    "architecture": "Qwen3ForCausalLM", "hiddenSize": 32, "layers": 2, "heads": 4, "keyValueHeads": 2, "headSize": 16,
    "intermediateSize": 48, "contextLength": 64, "ropeTheta": 10000, "tiedHead": True,
}
ARCHITECTURES = {
    "Qwen3": {}, "Qwen2": {"architecture": "Qwen2ForCausalLM", "headSize": 8},
    "Llama, untied head": {"architecture": "LlamaForCausalLM", "headSize": 8, "tiedHead": False},
}
PARAMETERS: dict[str, Any] = {"temperature": 1, "topK": 0, "topP": 1, "minP": 0, "maxTokens": 20, "stop": []}
PROMPTS: list[dict[str, Any]] = [
    {"tokens": [1, 2, 5], "seeds": [1, 2, 3, 4]}, {"tokens": [3], "seeds": [9, 10]}, {"tokens": [2, 6], "seeds": []},
    {"tokens": [2, 6, 6, 4, 1, 3, 5, 5], "seeds": [5, 6, 7]},
]


def small_model(options: TorchOptions | None = None, **shape: Any) -> LoadedModel:
    """Its distributions are far from even."""
    options = options or TorchOptions()
    source = {"kind": "new", "vocabulary": WORDS, "seed": 5, "model": SHAPE | shape}
    model = assemble(read_model(source, options, torch.device("cpu")), options, torch.device("cpu"))
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.causal.parameters():
            if parameter.dim() == 2:
                parameter.add_(torch.randn(parameter.shape, generator=generator) * 0.15)
    return model


class Recorder:
    def __init__(self) -> None:
        self.completions: list[dict[str, Any]] = []
        self.texts: dict[tuple[int, int], str] = {}
        self.flushes = 0

    def finished(self, completion: dict[str, Any]) -> None:
        self.completions.append(completion)

    def partial(self, prompt_index: int, sample_index: int, text: str) -> None:
        key = (prompt_index, sample_index)
        self.texts[key] = self.texts.get(key, "") + text

    def flush(self) -> None:
        self.flushes += 1


@torch.no_grad()
def expected_logprobs(model: LoadedModel, tokens: Sequence[int]) -> torch.Tensor:
    """Float32 [T, V] of a whole sequence, through transformers' own attention."""
    own = model.causal.config._attn_implementation
    model.causal.set_attn_implementation("sdpa")
    try:
        return model.causal(torch.tensor([list(tokens)]), use_cache=False).logits[0].float().log_softmax(-1)
    finally:
        model.causal.set_attn_implementation(own)


def without_time(completions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in completion.items() if name != "seconds"} for completion in completions]
