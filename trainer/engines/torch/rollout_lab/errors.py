"""Errors meant for people: what is wrong, where, and what to do. The trainer shows them as they are."""
from __future__ import annotations


class LabError(Exception):
    """An error on purpose, in the form of the trainer's `errors.ts`.

    `code` is stable (tests and views match on it, never on the text). `boundary` is the edge of the trainer at which it
    went wrong: `engine` for the caller's or the machine's fault, `model` for that of the model's folder. `place` is a
    file, a tensor's name or an argument, where one applies.
    """

    def __init__(self, boundary: str, code: str, message: str, place: str | None = None, *, remedy: str) -> None:
        super().__init__(message)
        self.boundary = boundary
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy


def not_finite(tensor: str, during: str) -> LabError:
    """For a number that must not enter a record or the weights; `tensor` says where it was found."""
    return LabError(
        "engine", "engine/not-finite", f"{tensor} is not finite ({during})", tensor,
        remedy="Go back to the last checkpoint; lower the learning rate, or clip the gradient.")


def cancelled() -> LabError:
    return LabError("engine", "engine/cancelled", "The call was cancelled", remedy="Call again.")


def no_model() -> LabError:
    return LabError("engine", "engine/no-model", "No model is loaded", remedy="Call loadModel first.")


def no_snapshot(name: str) -> LabError:
    return LabError(
        "engine", "engine/no-snapshot", f'There is no snapshot "{name}"', name,
        remedy="Take it first; loading a model forgets snapshots.")


def no_reward_head(place: str) -> LabError:
    return LabError(
        "engine", "engine/no-reward-head", f"{place} has no reward head", place,
        remedy='Train one on step labels (recipe "prm"), or load a model that has one.')
