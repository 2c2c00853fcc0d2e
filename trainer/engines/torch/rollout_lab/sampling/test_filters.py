from __future__ import annotations

import math

import pytest
import torch

from rollout_lab.sampling.draws import draw_key, uniform_draws
from rollout_lab.sampling.filters import SamplingSettings, pick_tokens

LOGITS = [0.3, -1.2, 2.1, 0.9, -0.4, 1.6, -3.0, 0.1]
QUANTILES = [0, 10.83, 13.82, 16.27, 18.47, 20.52, 22.46, 24.32]
"""χ² at 0.999 by degrees of freedom."""
SETTINGS = {
    "temperature 1": {}, "temperature 0.6": {"temperature": 0.6}, "temperature 1.7": {"temperature": 1.7}, "top-k 3": {"top_k": 3},
    "top-k 1": {"top_k": 1}, "top-k beyond the vocabulary": {"top_k": 99}, "top-p 0.8": {"top_p": 0.8}, "a tiny top-p": {"top_p": 1e-6},
    "min-p 0.2": {"min_p": 0.2}, "min-p 1": {"min_p": 1.0}, "top-p over what top-k left": {"top_k": 3, "top_p": 0.75},
    "all together": {"temperature": 1.4, "top_k": 6, "top_p": 0.9, "min_p": 0.15},
}


def distribution(settings: SamplingSettings) -> list[float]:
    """In double precision, straight from the definitions."""
    weights = {i: math.exp(x / settings.temperature) for i, x in enumerate(LOGITS)}
    order = sorted(weights, key=lambda i: -weights[i])
    if settings.top_k:
        order = order[:settings.top_k]
    mass = sum(weights[i] for i in order)
    kept, before = [], 0.0
    for i in order:
        if before < settings.top_p * mass:
            kept.append(i)
        before += weights[i]
    kept = [i for i in kept if weights[i] >= settings.min_p * weights[kept[0]]]
    total = sum(weights[i] for i in kept)
    return [weights[i] / total if i in kept else 0.0 for i in range(len(LOGITS))]


@pytest.mark.parametrize("name", SETTINGS)
def test_frequencies_and_log_probabilities_are_those_of_the_distribution(name: str) -> None:
    settings = SamplingSettings(**SETTINGS[name])
    count = 4000
    picked = pick_tokens(torch.tensor([LOGITS] * count), uniform_draws(draw_key(7), count), settings)
    expected, policy = distribution(settings), distribution(SamplingSettings())
    counts = torch.bincount(picked.tokens, minlength=len(LOGITS)).tolist()
    assert all(seen == 0 for seen, p in zip(counts, expected) if p == 0)
    possible = [(seen, p) for seen, p in zip(counts, expected) if p > 0]
    assert sum((seen - count * p) ** 2 / (count * p) for seen, p in possible) <= QUANTILES[len(possible) - 1]
    entropy = -sum(p * math.log(p) for p in policy)
    for token, logprob, sampling, said in zip(*(each.tolist() for each in vars(picked).values())):
        assert abs(logprob - math.log(policy[token])) < 1e-5
        assert abs(sampling - math.log(expected[token])) < 1e-5
        assert abs(said - entropy) < 1e-5


def test_temperature_0_takes_the_first_of_the_likeliest_with_probability_1() -> None:
    logits, uniforms = torch.tensor([[1.0, 3.0, -2.0, 3.0]] * 3), torch.tensor([0, 0.5, 1 - 2**-24])
    picked = pick_tokens(logits, uniforms, SamplingSettings(temperature=0, top_k=2))
    assert picked.tokens.tolist() == [1, 1, 1] and picked.sampling_logprobs.tolist() == [0, 0, 0]


@pytest.mark.parametrize("setting", [{}, {"temperature": 0.7}, {"top_k": 4}, {"top_p": 0.9}])
def test_never_draws_a_token_of_probability_0(setting: dict[str, float]) -> None:
    """exp(−200) is 0 in float32; zeros stand first, in the middle and last."""
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn((3000, 12), generator=generator)
    logits[torch.rand(logits.shape, generator=generator) < 0.6] = -200.0
    logits[:, 5] = torch.where((logits == -200).all(-1), 0.0, logits[:, 5])
    uniforms = torch.randint(0, 2**24, (3000,), generator=generator) / 2**24
    uniforms[::3], uniforms[1::3] = 0.0, 1 - 2**-24
    picked = pick_tokens(logits, uniforms, SamplingSettings(**setting))
    assert (logits.gather(1, picked.tokens[:, None]) > -200).all()
    assert picked.sampling_logprobs.isfinite().all()
