"""Log-probabilities and entropies of tokens, as TRL computes them for its loss: they cost no forward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rollout_lab.live.trl_methods import Method, heard

SCORES = "_get_per_token_logps_and_entropies"
"""Private to TRL. Called for the loss with (model, input_ids [B, P+T], attention_mask [B, P+T], T,
compute_entropy=True, …)."""
DECIMALS = 6

Take = Callable[[tuple[Any, ...], tuple[Any, ...]], None]
"""Takes what TRL's method was given and what it gave; must not raise."""
Figures = dict[str, list[float]]


def watch_scores(trainer: Any, take: Take) -> Callable[[], None] | None:
    """Tells `take` of each scoring for the loss; gives what ends it. None where this version of TRL has no such
    method."""

    def around(original: Method) -> Method:
        def scored(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            if named.get("compute_entropy"):
                take(arguments, result)
            return result

        return scored

    return heard(trainer, SCORES, around)


def rows_scored(
    trainer: Any, arguments: tuple[Any, ...], result: tuple[Any, ...]
) -> list[tuple[tuple[int, ...], Figures]]:
    """Of each row its tokens, prompt and completion, and what is known of its completion's tokens."""
    _model, input_ids, attention_mask, length = arguments[:4]
    logprobs, entropies = (_plain(tensor[:, -length:]) for tensor in result[:2])
    rows: list[tuple[tuple[int, ...], Figures]] = []
    for tokens, attended, row_logprobs, row_entropies in zip(
        input_ids.tolist(), attention_mask.tolist(), logprobs, entropies, strict=True
    ):
        kept = [bool(one) for one in attended[-length:]]
        key = tuple(token for token, one in zip(tokens, attended, strict=True) if one)
        found = (
            [value for value, one in zip(values, kept, strict=True) if one] for values in (row_logprobs, row_entropies)
        )
        rows.append((key, _meaning(trainer, *found)))
    return rows


def _meaning(trainer: Any, logprobs: list[float], entropies: list[float]) -> Figures:
    """TRL divides logits by the sampling temperature first: at another than 1 these are figures of the distribution
    sampled from."""
    args = trainer.args
    whole = (
        not getattr(args, "top_k", 0) and (getattr(args, "top_p", 1.0) or 1.0) >= 1 and not getattr(args, "min_p", None)
    )
    sampled = {"sampling_logprobs": logprobs} if whole and not getattr(args, "use_vllm", False) else {}
    return (
        {**sampled, "logprobs": logprobs, "entropies": entropies} if getattr(args, "temperature", 1.0) == 1 else sampled
    )


def _plain(tensor: Any) -> list[list[float]]:
    """Six decimals are what single precision has, and short to write."""
    return tensor.detach().double().round(decimals=DECIMALS).tolist()
