"""The numbers below were printed by `trainer/random/random.ts` and `trainer/engines/onnx/decoding/uniformDraws.ts`."""
from __future__ import annotations

import pytest
import torch

from rollout_lab.models.random_stream import hash32
from rollout_lab.sampling.draws import draw_key, uniform_draws

HASHES = [
    (("sample", 0), 3260273663), (("sample", 41), 3454553011), (("seed", 123456789), 1088656635),
    (("sample", 9007199254740991), 596224239), (("ä", "😀", 7), 285112282), ((), 2872998923),
]
PLACES = (0, 1, 2, 77, 100000)
DRAWS = {
    0: (262326, 588079, 191916, 14149591, 9624480),
    1: (16217269, 6756445, 9371471, 7932786, 9032254),
    41: (4520291, 8906350, 13418830, 2070783, 2048462),
    4294967295: (14482099, 7352824, 16298415, 15296481, 11681277),
    9007199254740991: (7194561, 8671342, 13996378, 5060372, 15988631),
}


@pytest.mark.parametrize("parts, expected", HASHES)
def test_hashes_are_the_trainers(parts: tuple[str | int, ...], expected: int) -> None:
    assert hash32(*parts) == expected


@pytest.mark.parametrize("seed", DRAWS)
def test_draws_are_the_embedded_engines_bit_for_bit(seed: int) -> None:
    draws = uniform_draws(draw_key(seed), max(PLACES) + 1)
    assert draws.dtype == torch.float32
    assert tuple(int(draws[t] * 2**24) for t in PLACES) == DRAWS[seed]
    assert (draws * 2**24 == (draws * 2**24).round()).all()
    assert draws.min() >= 0 and draws.max() <= 1 - 2**-24
