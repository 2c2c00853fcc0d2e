"""Weights kept in memory under a name: those that training changes, since the others stay what they are."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

from rollout_lab.errors import no_snapshot
from rollout_lab.models.heads import BIAS, WEIGHT
from rollout_lab.models.loaded_model import LoadedModel

Weights = dict[str, torch.Tensor]


class Snapshots:
    """Copies lie on the model's device, where a reference policy is scored at every step."""

    def __init__(self) -> None:
        self._kept: dict[str, Weights] = {}

    def take(self, model: LoadedModel, name: str) -> None:
        self._kept[name] = current_weights(model)

    def drop(self, name: str) -> None:
        self._kept.pop(name, None)

    def restore(self, model: LoadedModel, name: str) -> None:
        put_weights(model, self._get(name))

    @contextmanager
    def in_place(self, model: LoadedModel, name: str) -> Iterator[None]:
        """The model with the snapshot's weights, and then with its own again. The tensors change places, so that
        nothing is copied and what was derived from the model's own weights stays right."""
        kept = self._get(name)
        own = {each: parameter.data for each, parameter in model.trainable().items()}
        _exchange(model, {each: kept[each] if each in kept else torch.zeros_like(value) for each, value in own.items()})
        try:
            yield
        finally:
            _exchange(model, own)

    def fit(self, model: LoadedModel) -> bool:
        """Whether every snapshot is one of this model, a reward head apart."""
        own = _shapes(model.trainable())
        return all(_shapes(kept) == own for kept in self._kept.values())

    def _get(self, name: str) -> Weights:
        if name not in self._kept:
            raise no_snapshot(name)
        return self._kept[name]


def current_weights(model: LoadedModel) -> Weights:
    return {name: parameter.detach().clone() for name, parameter in model.trainable().items()}


def _shapes(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in weights.items() if name not in (WEIGHT, BIAS)}


def _exchange(model: LoadedModel, weights: Weights) -> None:
    for name, parameter in model.trainable().items():
        parameter.data = weights[name]


@torch.no_grad()
def put_weights(model: LoadedModel, weights: Weights) -> None:
    """A reward head that appeared after the weights were taken stays, at zero; one that they have and the model lacks
    appears."""
    if WEIGHT in weights:
        model.add_reward_head()
    for name, parameter in model.trainable().items():
        if name in weights:
            parameter.copy_(weights[name])
        else:
            parameter.zero_()
    model.weights_changed()
