"""What tools and environments put into completions, as TRL's generation tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.rollout_record import text_of
from rollout_lab.live.tool_tokens import told_apart
from rollout_lab.live.trl_methods import Method, heard

GENERATING = "_generate"
"""Private to TRL. Gives (prompt ids, completion ids, masks or None, …) of this process's rows; 0 in a mask = a tool's
token, or an environment's."""

Masks = Sequence[Sequence[int]]
Take = Callable[[Any], None]
"""Takes what TRL's method gave; must not raise."""


def watch_generation(trainer: Any, take: Take) -> Callable[[], None] | None:
    """Tells `take` of each generation; gives what ends it. None where this version of TRL has no such method."""

    def around(original: Method) -> Method:
        def generated(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            take(result)
            return result

        return generated

    return heard(trainer, GENERATING, around)


def masks_of(generated: Any, completion_ids: Sequence[Sequence[int]]) -> Masks | None:
    """Which tokens of these completions the policy wrote; None where all are, or where it is not told."""
    if not isinstance(generated, tuple) or len(generated) < 3 or generated[1] is not completion_ids:
        return None
    masks = generated[2]
    try:
        fits = [len(mask) for mask in masks] == [len(ids) for ids in completion_ids]
        # RLOOTrainer has the completions themselves there, which may be as long.
        fits = fits and all(written in (0, 1) for mask in masks for written in mask)
    except TypeError:
        return None
    return masks if fits else None


def completion_of(completion: str | Sequence[Mapping[str, Any]]) -> RolloutFields:
    """A completion of which no tokens are known: what tools said is marked in the text of its messages."""
    if isinstance(completion, str) or all(message.get("role") != "tool" for message in completion):
        return {"completion": completion}
    written = [message.get("role") != "tool" for message in completion]
    text, _ends, told = told_apart([text_of([message]) for message in completion], written)
    return {"completion": text, "told": told}
