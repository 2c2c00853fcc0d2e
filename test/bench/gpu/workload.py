"""The model and the step that both sides do: the shape of Qwen3-0.6B with random weights, groups of 8, 512 new tokens."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Workload:
    shape: dict[str, Any]
    """As `NewModel` of the run file."""
    vocabulary: tuple[str, ...]
    prompts: int
    group: int
    prompt_tokens: int
    new_tokens: int
    steps: int
    """GRPO steps that are timed, after one that warms up."""

    @property
    def rollouts(self) -> int:
        return self.prompts * self.group

    def prompt(self, i: int) -> list[int]:
        """Tokens of prompt i; none of them ends a text."""
        return [1 + (i * 7919 + t * 104729) % (len(self.vocabulary) - 1) for t in range(self.prompt_tokens)]

    def prompt_text(self, i: int) -> str:
        return " ".join(self.vocabulary[token] for token in self.prompt(i))


def _shape(hidden: int, layers: int, heads: int, key_value_heads: int, head_size: int, intermediate: int, context: int) -> dict[str, Any]:
    return {
        "architecture": "Qwen3ForCausalLM", "hiddenSize": hidden, "layers": layers, "heads": heads, "keyValueHeads": key_value_heads,
        "headSize": head_size, "intermediateSize": intermediate, "contextLength": context, "ropeTheta": 1_000_000, "tiedHead": True}


def words(count: int) -> tuple[str, ...]:
    return ("<eos>", *(f"w{i}" for i in range(1, count)))


def workload(small: bool) -> Workload:
    """`small`: the same in miniature, to try the script where there is no GPU."""
    if small:
        return Workload(_shape(64, 2, 4, 2, 16, 128, 128), words(97), 2, 2, 8, 12, 2)
    return Workload(_shape(1024, 28, 16, 8, 128, 3072, 4096), words(151_936), 8, 8, 64, 512, 3)


def product_weights(model: dict[str, Any], vocabulary: int) -> int:
    """Weights that take part in matrix products: projections, gated MLP, head."""
    attention = model["hiddenSize"] * model["headSize"] * 2 * (model["heads"] + model["keyValueHeads"])
    return model["layers"] * (attention + 3 * model["hiddenSize"] * model["intermediateSize"]) + model["hiddenSize"] * vocabulary


def training_flops(work: Workload) -> float:
    """3 · (2 · P · N · L + layers · N · 2 · L·(L+1) · heads · headSize): the formula of flops.ts, L counting prompt and completion;
    the head is counted at the completion alone, which is all that the loss reads."""
    model, length = work.shape, work.prompt_tokens + work.new_tokens
    head = model["hiddenSize"] * len(work.vocabulary)
    body = product_weights(model, len(work.vocabulary)) - head
    products = 2 * work.rollouts * (body * length + head * work.new_tokens)
    attention = model["layers"] * work.rollouts * 2 * length * (length + 1) * model["heads"] * model["headSize"]
    return 3 * (products + attention)


def decoding_bytes(work: Workload, bytes_each: int = 2) -> float:
    """Bytes that decoding has to read: every weight once a step, and the keys and values of every row's tokens so far (rows of a
    group counted apart; a decoder that reads a shared prompt once is allowed to beat this)."""
    model = work.shape
    weights = product_weights(model, len(work.vocabulary))
    a_token = model["layers"] * 2 * model["keyValueHeads"] * model["headSize"]
    read_tokens = sum(work.prompt_tokens + t for t in range(work.new_tokens))
    return bytes_each * (weights * work.new_tokens + work.rollouts * a_token * read_tokens)
