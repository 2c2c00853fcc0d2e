"""Trainers of TRL that are small enough for tests, and what is recorded of them. Importing this skips the tests of a
file where TRL is not installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("trl")
datasets = pytest.importorskip("datasets")

from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

from rollout_lab.live import RolloutLabCallback  # noqa: E402
from rollout_lab.live.disk import read_lines  # noqa: E402

SIZES: dict[str, Any] = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 8,
    "max_position_embeddings": 128,
}
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_tokenizer() -> transformers.PreTrainedTokenizerFast:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHATML
    return fast


def config_of(tokenizer: transformers.PreTrainedTokenizerFast, **more: Any) -> transformers.Qwen3Config:
    return transformers.Qwen3Config(
        vocab_size=len(tokenizer),
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **SIZES,
        **more,
    )


def brevity(completions: list[Any], **_named: Any) -> list[float]:
    texts = [one if isinstance(one, str) else one[0]["content"] for one in completions]
    return [len(set(text)) / 10 for text in texts]


def trainer_of(
    folder: Path, rewards: list[Any], *, chat: bool = False, rollout_func: Any = None, **config: Any
) -> GRPOTrainer:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = tiny_tokenizer()
    prompts = [[{"role": "user", "content": f"{i} + 1?"}] if chat else f"{i} + 1?" for i in range(4)]
    args = GRPOConfig(
        **{
            "output_dir": str(folder / "out"),
            "use_cpu": True,
            "bf16": False,
            "report_to": [],
            "save_strategy": "no",
            "disable_tqdm": True,
            "logging_steps": 1,
            "max_steps": 1,
            "per_device_train_batch_size": 4,
            "num_generations": 2,
            "max_completion_length": 6,
            **config,
        }
    )
    return GRPOTrainer(
        model=transformers.Qwen3ForCausalLM(config_of(tokenizer)),
        reward_funcs=rewards,
        args=args,
        rollout_func=rollout_func,
        processing_class=tokenizer,
        reward_processing_classes=[tiny_tokenizer() if isinstance(one, torch.nn.Module) else None for one in rewards],
        train_dataset=datasets.Dataset.from_list(
            [{"prompt": prompt, "solution": str(i + 1)} for i, prompt in enumerate(prompts)]
        ),
        eval_dataset=datasets.Dataset.from_list([{"prompt": prompt} for prompt in prompts]),
    )


def recorded(trainer: GRPOTrainer, folder: Path, **more: Any) -> list[dict[str, Any]]:
    trainer.add_callback(RolloutLabCallback(trainer, folder / "run", **more))
    trainer.train()
    return [
        row
        for name in sorted(os.listdir(folder / "run" / "rollouts"))
        for row in read_lines(folder / "run" / "rollouts" / name)
    ]
