"""Losses and gradients the plain way: one sequence at a time through transformers' own attention, one token at a time through the
definitions of `engine.ts`, and autograd over all of it."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from rollout_lab.models.loaded_model import LoadedModel

Sequences = Sequence[dict[str, Any]]


@dataclass
class NaiveTokens:
    """Of one sequence, [T] each, with their graph."""

    logprobs: torch.Tensor
    entropies: torch.Tensor
    heads: torch.Tensor | None


@contextmanager
def own_layers(model: LoadedModel) -> Iterator[None]:
    """transformers' layers as they come, with its own attention."""
    before = model.causal.config._attn_implementation
    model.causal.set_attn_implementation("eager")
    taken = take_forwards(model.causal)
    try:
        yield
    finally:
        for module, forward in taken:
            module.forward = forward
        model.causal.set_attn_implementation(before)


def take_forwards(network: nn.Module) -> list[tuple[nn.Module, Callable[..., Any]]]:
    """What this package has put in the place of modules' own; they are as their classes have them afterwards."""
    return [(module, vars(module).pop("forward")) for module in network.modules() if "forward" in vars(module)]


def naive_tokens(model: LoadedModel, sequence: dict[str, Any]) -> NaiveTokens:
    prompt, completion = sequence["prompt"], sequence["completion"]
    with own_layers(model):
        outputs = model.causal(input_ids=torch.tensor([[*prompt, *completion]]), use_cache=False, output_hidden_states=True)
    rows = outputs.logits[0, len(prompt) - 1:-1].log_softmax(-1)
    heads = None if model.reward_head is None else model.reward_head(outputs.hidden_states[-1][0, len(prompt):])
    return NaiveTokens(rows[range(len(completion)), completion], -(rows.exp() * rows).sum(-1), heads)


def _at(sequence: dict[str, Any], name: str, t: int, missing: float) -> float:
    return sequence[name][t] if name in sequence else missing


def _mask(sequence: dict[str, Any]) -> list[int]:
    return [1 if _at(sequence, "mask_T", t, 1) != 0 else 0 for t in range(len(sequence["completion"]))]


def _ratio(term: dict[str, Any], sequence: dict[str, Any], said: NaiveTokens, t: int) -> torch.Tensor:
    differences = [logp - _at(sequence, "behaviourLogprobs_T", i, 0) for i, logp in enumerate(said.logprobs)]
    if term["ratio"] == "token":
        return differences[t].exp()
    kept = [difference for difference, flag in zip(differences, _mask(sequence)) if flag]
    return (sum(kept) / len(kept)).exp()


def _token_value(term: dict[str, Any], sequence: dict[str, Any], said: NaiveTokens, t: int) -> torch.Tensor:
    logp = said.logprobs[t]
    if term["kind"] == "crossEntropy":
        return -_at(sequence, "weights_T", t, 1) * logp
    if term["kind"] == "entropyBonus":
        return -said.entropies[t]
    if term["kind"] == "klToReference":
        u = _at(sequence, "referenceLogprobs_T", t, 0) - logp
        return {"k1": -u, "k2": u * u / 2, "k3": u.exp() - 1 - u}[term["estimator"]]
    advantage = _at(sequence, "advantages_T", t, 0)
    if term["ratio"] == "none":
        return -advantage * logp
    ratio = _ratio(term, sequence, said, t)
    low = 1 - term["clipLow"] if "clipLow" in term else -float("inf")
    high = 1 + term["clipHigh"] if "clipHigh" in term else float("inf")
    clipped = low if ratio < low else high if ratio > high else ratio
    return -torch.minimum(ratio * advantage, torch.as_tensor(clipped * advantage))


def _token_average(term: dict[str, Any], data: Sequences, said: Sequence[NaiveTokens], normalisation: dict[str, Any]) -> torch.Tensor:
    kind = normalisation["kind"]
    tokens = sum(sum(_mask(sequence)) for sequence in data)
    denominator = normalisation.get("denominator", tokens if kind == "tokenMean" else len(data))
    total = torch.zeros(())
    for sequence, each in zip(data, said):
        mask = _mask(sequence)
        divisor = {"tokenMean": 1, "sequenceMean": sum(mask), "constant": normalisation.get("length")}[kind]
        for t, flag in enumerate(mask):
            if flag:
                total = total + _token_value(term, sequence, each, t) / divisor
    return total / denominator


def _pair_average(term: dict[str, Any], data: Sequences, said: Sequence[NaiveTokens], denominator: float | None) -> torch.Tensor:
    def score(i: int) -> torch.Tensor:
        kept = [
            said[i].logprobs[t] - _at(data[i], "referenceLogprobs_T", t, 0) for t, flag in enumerate(_mask(data[i])) if flag
        ]
        return sum(kept) / (len(kept) if term.get("lengthNormalised") else 1)

    sides = {(each["pair"]["name"], each["pair"]["side"]): i for i, each in enumerate(data) if "pair" in each}
    names = sorted({name for name, _ in sides})
    losses = []
    for name in names:
        beta, smoothing = term["beta"], term.get("labelSmoothing", 0)
        z = beta * (score(sides[name, "chosen"]) - score(sides[name, "rejected"])) - term.get("margin", 0)
        losses.append({
            "sigmoid": -(1 - smoothing) * z.sigmoid().log() - smoothing * (-z).sigmoid().log(),
            "hinge": (1 - z).clamp(min=0),
            "ipo": (z / beta - 1 / (2 * beta)) ** 2
        }[term["variant"]])
    return sum(losses) / (denominator or len(losses))


def _head_average(term: dict[str, Any], data: Sequences, said: Sequence[NaiveTokens], denominator: float | None) -> torch.Tensor:
    field = "stepLabels_T" if term["kind"] == "stepReward" else "returns_T"
    losses = []
    for sequence, each in zip(data, said):
        for t, flag in enumerate(_mask(sequence)):
            target = sequence[field][t] if field in sequence else None
            if flag and target is not None:
                right = each.heads[t].sigmoid()
                step = -target * right.log() - (1 - target) * (1 - right).log()
                losses.append(step if term["kind"] == "stepReward" else (each.heads[t] - target) ** 2 / 2)
    return sum(losses) / (denominator or len(losses))


def naive_term(term: dict[str, Any], data: Sequences, said: Sequence[NaiveTokens], normalisation: dict[str, Any]) -> torch.Tensor:
    """One term, averaged, before its weight."""
    denominator = normalisation.get("denominator")
    if term["kind"] == "pairwise":
        return _pair_average(term, data, said, denominator)
    if term["kind"] in ("stepReward", "valueRegression"):
        return _head_average(term, data, said, denominator)
    return _token_average(term, data, said, normalisation)


@dataclass
class NaiveResult:
    loss: float
    term_values: list[float]
    said: list[NaiveTokens]
    gradients: dict[str, torch.Tensor]


def naive_forward_backward(model: LoadedModel, data: Sequences, loss: dict[str, Any]) -> NaiveResult:
    """The model's gradients are left as they were."""
    said = [naive_tokens(model, sequence) for sequence in data]
    values = [naive_term(term, data, said, loss["normalisation"]) for term in loss["terms"]]
    total = sum(term["weight"] * value for term, value in zip(loss["terms"], values))
    parameters = model.trainable()
    found = torch.autograd.grad(total, list(parameters.values()), materialize_grads=True)
    return NaiveResult(total.item(), [value.item() for value in values], said, dict(zip(parameters, found)))
