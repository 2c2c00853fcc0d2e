"""Live attach: a training loop of any library writes a run directory as it goes, for the views and the labels to serve.

Standard library only; what needs torch or transformers is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rollout_lab.live.run_writer import RunWriter
    from rollout_lab.live.token_texts import token_ends
    from rollout_lab.live.trl_callback import RolloutLabCallback

__all__ = ["RolloutLabCallback", "RunWriter", "token_ends"]


def __getattr__(name: str) -> Any:
    if name == "RunWriter":
        from rollout_lab.live.run_writer import RunWriter

        return RunWriter
    if name == "RolloutLabCallback":
        from rollout_lab.live.trl_callback import RolloutLabCallback

        return RolloutLabCallback
    if name == "token_ends":
        from rollout_lab.live.token_texts import token_ends

        return token_ends
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
