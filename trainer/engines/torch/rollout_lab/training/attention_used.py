"""Which attention a model gets, in words, and why it is not the one that its run asks for."""
from __future__ import annotations

import torch

from rollout_lab.models.loaded_model import LoadedModel
from rollout_lab.training.packed_layout import HALF, VARLEN_CAPABILITY, VARLEN_HEAD, VARLEN_HEAD_STEP, has_varlen, varlen_takes

FLASH = "flash"


def attention_used(model: LoadedModel) -> str:
    """Such as "flash, packed"; of a padded model transformers' name for it."""
    if not model.packed:
        return f"{model.causal.config._attn_implementation}, padded"
    flash = has_varlen(model.device, model.compute_dtype, model.options.attention) and varlen_takes(model.head_size)
    return f"{FLASH if flash else 'sdpa'}, packed"


def flash_not_given(model: LoadedModel) -> str | None:
    """Of a run that asks for flash attention and gets another: why, and what to do about it. None where it gets what it asks for."""
    used = attention_used(model)
    if model.options.attention != FLASH or used.startswith(FLASH):
        return None
    why, remedy = _why(model)
    return f'torch.attention is "flash", and the model attends by {used.split(",")[0]} all the same: {why}. {remedy}'


def _why(model: LoadedModel) -> tuple[str, str]:
    device = model.device
    if model.compute_dtype not in HALF:
        return "flash attention computes in half floats", 'Set "dtype": "bfloat16".'
    if device.type != "cuda" or torch.version.hip is not None:
        return "this engine has it on NVIDIA's GPUs alone", 'Set "attention": "auto".'
    if torch.cuda.get_device_capability(device) < VARLEN_CAPABILITY:
        return "it needs a GPU of NVIDIA's Ampere generation or a newer one", 'Set "attention": "auto".'
    if not model.packed:
        return (
            "this model's sequences cannot be packed, and transformers takes it from a package of its own",
            'Install flash-attn, or set "attention": "auto".')
    if not varlen_takes(model.head_size):
        what = f"larger than {VARLEN_HEAD}" if model.head_size > VARLEN_HEAD else f"no multiple of {VARLEN_HEAD_STEP}"
        return f"its heads of {model.head_size} are {what}", 'Set "attention": "auto".'
    return f"PyTorch {torch.__version__} has no such kernel for packed sequences", "Install a newer PyTorch."
