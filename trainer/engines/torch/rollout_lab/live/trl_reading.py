"""What is read of a trainer of TRL. Public attributes first; what is private is asked for here alone, and may be
missing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rollout_lab.errors import LabError
from rollout_lab.live.clean_values import finite
from rollout_lab.live.run_record import reward_names

GOLD_COLUMNS = ("answer", "solution", "ground_truth", "gold")


def require_reward_trainer(trainer: Any) -> None:
    """@raises LabError `live/no-reward-functions`: it is no trainer that scores completions by reward functions."""
    if (
        isinstance(getattr(trainer, "reward_funcs", None), list)
        and getattr(trainer, "reward_func_names", None) is not None
    ):
        return
    raise LabError(
        "usage",
        "live/no-reward-functions",
        f"{type(trainer).__name__} has no list of reward functions to record",
        type(trainer).__name__,
        remedy="Give TRL's GRPOTrainer (1.13 to 1.16 are known to work); for any other loop use RunWriter.",
    )


def model_name(trainer: Any) -> str:
    return str(getattr(getattr(trainer.model, "config", None), "_name_or_path", "") or type(trainer.model).__name__)


def recorder(trainer: Any) -> str:
    try:
        return f"TRL {version('trl')} {type(trainer).__name__}"
    except PackageNotFoundError:
        return type(trainer).__name__


def names_of_rewards(trainer: Any) -> tuple[str, ...]:
    return reward_names([str(name) for name in trainer.reward_func_names])


def weights_of_rewards(trainer: Any) -> dict[str, float]:
    names = names_of_rewards(trainer)
    weights = getattr(trainer, "reward_weights", None)
    values = [1.0] * len(names) if weights is None else [finite(weight) for weight in weights]
    return {name: 1.0 if weight is None else weight for name, weight in zip(names, values, strict=False)}


def is_evaluating(trainer: Any) -> bool:
    """As TRL itself decides it."""
    return not trainer.model.training


def group_size(trainer: Any, evaluating: bool) -> int:
    size = getattr(trainer, "num_generations_eval", None) if evaluating else None
    return max(1, int(size or getattr(trainer, "num_generations", 1) or 1))


def tokenizer_of(trainer: Any) -> Any:
    """The tokenizer; that within a processor of images and text."""
    processing = trainer.processing_class
    return getattr(processing, "tokenizer", processing)


def end_tokens(trainer: Any) -> frozenset[int]:
    configured = getattr(getattr(trainer.model, "generation_config", None), "eos_token_id", None)
    found = [
        tokenizer_of(trainer).eos_token_id,
        *(configured if isinstance(configured, (list, tuple)) else [configured]),
    ]
    return frozenset(token for token in found if isinstance(token, int))


def gold_of(columns: Mapping[str, Sequence[Any]], column: str | None, row: int) -> str | None:
    """The expected answer of a row: the column named, or the first that data sets of this kind usually have."""
    for name in GOLD_COLUMNS if column is None else (column,):
        values = columns.get(name)
        if isinstance(values, (list, tuple)) and row < len(values) and isinstance(values[row], (str, int, float)):
            return str(values[row])
    return None


def settings_of(trainer: Any) -> dict[str, Any]:
    """The trainer's configuration in the words of a run file."""
    args = trainer.args
    size = group_size(trainer, False)
    batch = getattr(args, "generation_batch_size", None)
    settings: dict[str, Any] = {
        "groupSize": size,
        "sampling": _known(
            {
                "temperature": getattr(args, "temperature", None),
                "topK": max(0, getattr(args, "top_k", None) or 0),
                "topP": getattr(args, "top_p", None),
                "minP": getattr(args, "min_p", None),
                "maxTokens": getattr(args, "max_completion_length", None),
            }
        ),
        "optimizer": _known(
            {
                "learningRate": args.learning_rate or None,
                "beta1": args.adam_beta1,
                "beta2": args.adam_beta2,
                "epsilon": args.adam_epsilon,
                "weightDecay": args.weight_decay,
                "maxGradNorm": args.max_grad_norm,
            }
        ),
        "regulariser": {"kl": _known({"coefficient": getattr(args, "beta", None)})},
    }
    if isinstance(batch, int) and batch >= size:
        settings["problemsPerStep"] = batch // size
    return settings


def source_of(trainer: Any) -> str:
    """The trainer's configuration as it is, as JSON."""
    to_dict = getattr(trainer.args, "to_dict", None)
    return "" if to_dict is None else json.dumps(to_dict(), indent=2, default=str, allow_nan=True)


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if finite(value) is not None}
