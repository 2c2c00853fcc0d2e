"""One micro-batch through the model: from token sequences to what it says of every completion token."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.training.batch_inputs import BatchForm, BatchInputs, packed_inputs, padded_inputs
from rollout_lab.training.loss_terms import ModelRows
from rollout_lab.training.packed_layout import has_varlen
from rollout_lab.training.token_logprobs import LogitLimits, logits_logprobs, token_logprobs


@dataclass(frozen=True)
class Wanted:
    """What is asked of each completion token."""

    words: bool = True
    """Its log-probability and the entropy of what it was drawn from."""
    head: bool = False
    """What the reward head says, having read it."""
    shares: bool = False
    """Of packed sequences with the same prompt, it goes through the model once."""


def run_batch(model: LoadedModel, sequences: Sequence[dict[str, Any]], wanted: Wanted) -> ModelRows:
    """[R] each on the model's device, with the graph of their gradients where gradients are on; sequences stand longest first."""
    with model.autocast():
        return _packed(model, sequences, wanted) if model.packed else _padded(model, sequences, wanted)


def _packed(model: LoadedModel, sequences: Sequence[dict[str, Any]], wanted: Wanted) -> ModelRows:
    varlen = has_varlen(model.device, model.compute_dtype, model.options.attention)
    inputs = packed_inputs(sequences, BatchForm(wanted.head, model.device, varlen, wanted.shares))
    outputs = model.decoder()(input_ids=inputs.tokens, position_ids=inputs.positions, layout=inputs.layout, use_cache=False)
    hidden = outputs.last_hidden_state[0]
    logprobs = entropies = hidden.new_empty(0)
    if wanted.words:
        predicting = hidden.index_select(0, inputs.predicting)
        logprobs, entropies = token_logprobs(
            model.output_head(), predicting, inputs.targets, model.compute_dtype, LogitLimits.of(model.device))
    return ModelRows(logprobs, entropies, _heads(model, hidden, inputs) if wanted.head else None)


def _heads(model: LoadedModel, hidden: torch.Tensor, inputs: BatchInputs) -> torch.Tensor:
    """hidden: [N, d]"""
    return model.add_reward_head()(hidden.index_select(0, inputs.reading))


def _padded(model: LoadedModel, sequences: Sequence[dict[str, Any]], wanted: Wanted) -> ModelRows:
    """Through the model's own attention and head, which may cap or scale logits."""
    inputs = padded_inputs(sequences, BatchForm(wanted.head, model.device))
    seen: list[torch.Tensor] = []
    # What goes into the head are the hidden states behind the last norm.
    hook = model.output_head().register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    try:
        # Padding stands behind, so that positions are those that any model counts by itself.
        outputs = model.causal(input_ids=inputs.tokens, attention_mask=inputs.real, use_cache=False)
    finally:
        hook.remove()
    logits = outputs.logits.flatten(0, 1)
    logprobs, entropies = logits_logprobs(logits.index_select(0, inputs.predicting), inputs.targets)
    return ModelRows(logprobs, entropies, _heads(model, seen[0].flatten(0, 1), inputs) if wanted.head else None)
