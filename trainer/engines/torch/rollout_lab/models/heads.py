"""The step reward head: one logit per token from its hidden state. Value regression reads the same head."""
from __future__ import annotations

import torch
from torch import nn

WEIGHT = "score.weight"
BIAS = "score.bias"


class RewardHead(nn.Module):
    """h = w·x + b in float32, zero until it is trained. `weight` is [1, d], `bias` [1]."""

    def __init__(self, hidden_size: int, device: torch.device) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, hidden_size, device=device))
        self.bias = nn.Parameter(torch.zeros(1, device=device))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """[..., d] hidden states, after the decoder's last norm, to [...] logits."""
        with torch.autocast(hidden.device.type, enabled=False):
            return nn.functional.linear(hidden.float(), self.weight, self.bias).squeeze(-1)


def class_tensors(head: RewardHead) -> dict[str, torch.Tensor]:
    """The head as transformers' AutoModelForTokenClassification keeps a classifier of two classes, wrong and right,
    which is what TRL's PRMTrainer trains and reads: `score.weight` [2, d] and `score.bias` [2]. The probability of
    the second class is σ(h₁ − h₀), so that one logit is written as the second row under a first row of zeros.
    """
    tensors = {WEIGHT: head.weight.detach(), BIAS: head.bias.detach()}
    return {name: torch.cat([torch.zeros_like(row), row]) for name, row in tensors.items()}


def one_logit(rows: torch.Tensor) -> torch.Tensor:
    """[1, …] as it is, [2, …] as the difference of its rows."""
    return rows if rows.shape[0] == 1 else rows[1:] - rows[:1]
