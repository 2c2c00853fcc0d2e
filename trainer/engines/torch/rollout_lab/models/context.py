"""How long a sequence may be."""
from __future__ import annotations

import logging

from transformers import PretrainedConfig

logger = logging.getLogger(__name__)

DEFAULT_CONTEXT = 2048
LONG_ROPE = "longrope"


def context_length(config: PretrainedConfig) -> int:
    """Tokens. A model with LongRoPE (Ding et al. 2024, https://arxiv.org/abs/2402.13753; Phi-3.5, Phi-4-mini) has two sets of rotary
    factors, and transformers takes those for long sequences for a whole batch as soon as one of its positions is beyond the original
    context. What the model says of a token would depend on what else is in the batch: the trained policy would not be the one that
    sampled. Within the original context there is one policy."""
    text = config.get_text_config()
    stated = getattr(text, "max_position_embeddings", None) or DEFAULT_CONTEXT
    rope = getattr(text, "rope_parameters", None) or {}
    original = rope.get("original_max_position_embeddings") or getattr(text, "original_max_position_embeddings", None)
    if rope.get("rope_type") != LONG_ROPE or not original or original >= stated:
        return stated
    logger.warning("The model's context is taken as %d tokens instead of %d: beyond, its rotary factors follow the batch", original, stated)
    return original
