from __future__ import annotations

import pytest
import torch
from torch import nn

from rollout_lab.models.wide_weights import in_float32


def test_computes_in_float32_and_leaves_the_weights() -> None:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 4)).bfloat16()
    x = torch.randn(3, 8)
    wide = nn.Sequential(nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 4))
    wide.load_state_dict(network.state_dict())
    kept = [parameter.data for parameter in network.parameters()]
    with torch.no_grad(), in_float32(network):
        assert torch.equal(network(x), wide(x))
        assert {each.dtype for each in network.parameters()} == {torch.bfloat16}
    assert all(parameter.data is value or parameter.data_ptr() == value.data_ptr() for parameter, value in zip(network.parameters(), kept))


def test_tied_weights_and_layers_that_fail() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.head = nn.Embedding(5, 4, dtype=torch.bfloat16), nn.Linear(4, 5, bias=False, dtype=torch.bfloat16)
            self.head.weight = self.words.weight

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            return self.head(self.words(tokens))

    network = Tied()
    with torch.no_grad(), in_float32(network):
        assert network(torch.tensor([1, 2])).dtype == torch.float32
        with pytest.raises(IndexError):
            network(torch.tensor([9]))
    assert network.words.weight.dtype == torch.bfloat16 and network.head.weight is network.words.weight
    assert network.words(torch.tensor([1])).dtype == torch.bfloat16
