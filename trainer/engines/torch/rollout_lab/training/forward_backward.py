"""The three calls that run the model over whole sequences: scoring, the reward head, and training."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from rollout_lab.errors import not_finite
from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.training.loss_report import LossReport
from rollout_lab.training.loss_rows import HEAD_TARGETS, RowIndex, loss_rows, row_masks
from rollout_lab.training.loss_terms import ModelRows, batch_loss
from rollout_lab.training.out_of_memory import MicroBatches, TokenBudget
from rollout_lab.training.packed_forward import Wanted, run_batch
from rollout_lab.training.packing import Budget, plan_micro_batches, plan_shared, size_of
from rollout_lab.training.pairs import PairTerm, pair_term
from rollout_lab.training.shared_prompts import worth_sharing
from rollout_lab.training.token_logprobs import LogitLimits
from rollout_lab.training.training_mode import draw_anew, training_mode

Cancelled = Callable[[], bool]
Sequences = Sequence[dict[str, Any]]
Run = Callable[[list[int], ModelRows, Sequence[nn.Parameter]], None]
"""Takes what the model says of some of the sequences; adds gradients to the given parameters alone."""
UNPAIRED = {"prompt": [0], "completion": []}
"""Stands for a sequence that is not scored."""


def logprobs(model: LoadedModel, sequences: Sequences, budget: TokenBudget, cancelled: Cancelled) -> list[dict[str, Any]]:
    """Log-probability and entropy of every completion token, in the order of `sequences`."""
    return _score(model, sequences, budget, cancelled).per_sequence()


def head_values(model: LoadedModel, sequences: Sequences, budget: TokenBudget, cancelled: Cancelled) -> list[list[float]]:
    """What the reward head says at every completion token, in the order of `sequences`."""
    said = _SaidRows(sequences)

    def keep(members: list[int], rows: ModelRows, _: Sequence[nn.Parameter]) -> None:
        said.heads[said.index.rows(members)] = _finite(model, rows.heads, "head values")

    with torch.no_grad():
        _micro_batches(model, sequences, budget, cancelled, keep, Wanted(words=False, head=True)).run()
    return said.index.per_sequence(said.heads)


def forward_backward(
    model: LoadedModel, data: Sequences, loss: dict[str, Any], budget: TokenBudget, cancelled: Cancelled
) -> dict[str, Any]:
    """Adds the gradient of `loss` over `data` to the parameters'. Where it rejects (a log-probability or a term that is not finite, too
    little memory, or cancelled), the accumulated gradient is cleared. A gradient that is not finite under a finite loss shows at the
    optimiser's step."""
    try:
        with training_mode(model, data):
            return _accumulate(model, data, loss, budget, cancelled)
    except BaseException:
        model.clear_gradient()
        raise


class _SaidRows:
    """What the model said of each completion token of a call, gathered from the micro-batches: float64 [R] on the CPU."""

    def __init__(self, sequences: Sequences) -> None:
        self.index = RowIndex(sequences)
        self.logprobs, self.entropies, self.heads = torch.zeros(3, self.index.total, dtype=torch.float64)

    def take(self, model: LoadedModel, members: list[int], said: ModelRows) -> torch.Tensor:
        """Keeps log-probabilities and entropies of a micro-batch; gives their rows, int64."""
        rows = self.index.rows(members)
        self.logprobs[rows] = _finite(model, said.logprobs, "logprobs")
        self.entropies[rows] = _finite(model, said.entropies, "entropies")
        return rows

    def per_sequence(self) -> list[dict[str, Any]]:
        found = zip(self.index.per_sequence(self.logprobs), self.index.per_sequence(self.entropies))
        return [{"logprobs_T": logprobs_T, "entropies_T": entropies_T} for logprobs_T, entropies_T in found]


def _finite(model: LoadedModel, values: torch.Tensor, name: str) -> torch.Tensor:
    """float64 on the CPU. Rejects with `engine/not-finite`, naming the first tensor at fault, or the values themselves."""
    found = values.detach().cpu().double()
    if not bool(found.isfinite().all()):
        broken = (each for each, parameter in model.causal.named_parameters() if not bool(parameter.isfinite().all()))
        raise not_finite(next(broken, name), "in the forward pass")
    return found


def _score(model: LoadedModel, sequences: Sequences, budget: TokenBudget, cancelled: Cancelled) -> _SaidRows:
    said = _SaidRows(sequences)

    def keep(members: list[int], rows: ModelRows, _: Sequence[nn.Parameter]) -> None:
        said.take(model, members, rows)

    with torch.no_grad():
        _micro_batches(model, sequences, budget, cancelled, keep, Wanted()).run()
    return said


def _micro_batches(
    model: LoadedModel, sequences: Sequences, budget: TokenBudget, cancelled: Cancelled, run: Run, wanted: Wanted
) -> MicroBatches:
    sizes = [size_of(sequence, wanted.head) for sequence in sequences]
    shares = model.packed and worth_sharing(sequences)
    # A packed micro-batch makes its logits in chunks; the others make all at once.
    logits = None if model.packed else LogitLimits.of(model.device).kept

    def plan(members: Sequence[int], tokens: int) -> list[list[int]]:
        own = [sizes[i] for i in members]
        if shares:
            batches = plan_shared([sequences[i] for i in members], own, tokens)
        else:
            batches = plan_micro_batches(own, Budget(tokens, logits, model.vocabulary_size), padded=not model.packed)
        return [[members[i] for i in batch] for batch in batches]

    def work(members: list[int], parameters: Sequence[nn.Parameter]) -> None:
        run(members, run_batch(model, [sequences[i] for i in members], replace(wanted, shares=shares)), parameters)

    return MicroBatches(sizes, budget, cancelled, work, plan)


def _accumulate(model: LoadedModel, data: Sequences, loss: dict[str, Any], budget: TokenBudget, cancelled: Cancelled) -> dict[str, Any]:
    terms = loss["terms"]
    with_head = any(term["kind"] in HEAD_TARGETS for term in terms)
    if with_head:
        model.add_reward_head()
    said = _SaidRows(data)
    masks = row_masks(data)
    pairs = _pair_terms(model, data, said.index, masks, loss, budget, cancelled)
    # The slopes of pairs are those of the pass that scored them: where all sequences are paired, the next one drops the same.
    draw_anew(model, data)
    rows = loss_rows(data, said.index, masks, loss, {i: pair.slopes for i, pair in pairs.items()})
    report = LossReport(terms, {i: pair.value for i, pair in pairs.items()})

    def learn(members: list[int], batch: ModelRows, parameters: Sequence[nn.Parameter]) -> None:
        own = rows.at(said.take(model, members, batch))
        found = batch_loss(terms, own, batch)
        if parameters:
            _backward(batch, found.slopes, parameters)
        report.add(own, found)

    batches = _micro_batches(model, data, budget, cancelled, learn, Wanted(head=with_head))
    batches.parameters = list(model.trainable().values())
    batches.run()
    tokens = sum(size.tokens for size in batches.sizes if size.rows > 0)
    return {**report.result(), "logprobs": said.per_sequence(), "tokens": tokens}


def _backward(said: ModelRows, slopes: ModelRows, parameters: Sequence[nn.Parameter]) -> None:
    """From rows of the model, [R], with the slopes of the loss there."""
    pairs = [(said.logprobs, slopes.logprobs), (said.entropies, slopes.entropies), (said.heads, slopes.heads)]
    # An entropy without a slope would cost a pass over all logits.
    used = [(rows, slope) for rows, slope in pairs if rows is not None and bool(slope.any())]
    if used:
        tensors = [rows for rows, _ in used]
        torch.autograd.backward(tensors, [slope.to(rows.dtype).to(rows.device) for rows, slope in used], inputs=list(parameters))


def _pair_terms(
    model: LoadedModel, data: Sequences, index: RowIndex, masks: torch.Tensor, loss: dict[str, Any], budget: TokenBudget,
    cancelled: Cancelled
) -> dict[int, PairTerm]:
    """By index of their term."""
    terms = {i: term for i, term in enumerate(loss["terms"]) if term["kind"] == "pairwise"}
    if not terms:
        return {}
    paired = [sequence if sequence.get("pair") else UNPAIRED for sequence in data]
    scored = _score(model, paired, budget, cancelled)
    # Rows of sequences without a pair stay 0 and are not read.
    known = torch.zeros(index.total, dtype=torch.float64)
    members = [i for i, sequence in enumerate(data) if sequence.get("pair")]
    if members:
        known[index.rows(members)] = scored.logprobs[scored.index.rows(members)]
    denominator = loss["normalisation"].get("denominator")
    return {i: pair_term(term, data, index, masks, known, denominator) for i, term in terms.items()}
