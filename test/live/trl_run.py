"""A tiny GRPOTrainer of TRL, recorded by the callback. It stands still at each update until the test says go."""

import os
import sys

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from rollout_lab.live import RolloutLabCallback

STEPS, GROUPS, SIZE = 2, 2, 4


class Gate(TrainerCallback):
    """Called after the recording callback, which is added before it."""

    def on_pre_optimizer_step(self, args, state, control, **named):
        wait(f"update {state.global_step + 1}")

    def on_step_end(self, args, state, control, **named):
        wait(f"end {state.global_step + 1}")


def wait(name: str) -> None:
    print(f"at {name}", flush=True)
    sys.stdin.readline()


def brevity(completions, **_named):
    return [1 - len(completion) / 100 for completion in completions]


async def right(completions, answer, **_named):
    """Not applicable to every fifth row."""
    return [
        None if row % 5 == 4 else float(gold in completion.split())
        for row, (completion, gold) in enumerate(zip(completions, answer, strict=True))
    ]


def main(model_folder: str, run_folder: str, output: str) -> None:
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    tokenizer.pad_token = tokenizer.eos_token
    data = Dataset.from_list([{"prompt": f"{i} + 2 :", "answer": str(i + 2)} for i in range(8)])
    args = GRPOConfig(
        output_dir=output,
        use_cpu=True,
        bf16=False,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        logging_steps=1,
        seed=5,
        max_steps=STEPS,
        per_device_train_batch_size=GROUPS * SIZE,
        num_generations=SIZE,
        max_completion_length=12,
        learning_rate=1e-3,
        eval_strategy="steps",
        eval_steps=STEPS,
        per_device_eval_batch_size=SIZE,
    )
    trainer = GRPOTrainer(
        model=AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32),
        reward_funcs=[brevity, right],
        args=args,
        train_dataset=data,
        eval_dataset=data.select(range(1)),
        processing_class=tokenizer,
    )
    callback = RolloutLabCallback(trainer, run_folder, environment="sums", verdict="right")
    trainer.add_callback(callback)
    trainer.add_callback(Gate())
    trainer.train()
    assert trainer.reward_funcs == [brevity, right]


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    main(*sys.argv[1:])
