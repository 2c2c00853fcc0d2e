"""GRPO steps by TRL's GRPOTrainer on the problems and the model given: prints seconds and rollouts of each step.

    python trl_arm.py '{"folder": …, "prompts": […], "group": 8, "perStep": 16, "maxTokens": 64, "steps": 4, "threads": 2, "mode": …}'
"""
import json
import os
import sys
import time

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TRL_EXPERIMENTAL_SILENCE="1")
import torch
from datasets import Dataset
from transformers import AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

request = json.loads(sys.argv[1])
torch.set_num_threads(request["threads"])


class StepTimer(TrainerCallback):
    def __init__(self):
        self.starts, self.seconds = None, []

    def on_step_begin(self, *_args, **_kwargs):
        self.starts = time.perf_counter()

    def on_step_end(self, *_args, **_kwargs):
        self.seconds.append(time.perf_counter() - self.starts)


def reward(completions, **_kwargs):
    """Spread that no group lacks, at no cost: the time measured is the trainer's own."""
    return [float(len(text) % 7) for text in completions]


def main():
    rollouts = request["perStep"] * request["group"]
    tokenizer = AutoTokenizer.from_pretrained(request["folder"])
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    timer = StepTimer()
    config = GRPOConfig(
        output_dir=request["output"], use_cpu=True, bf16=False, fp16=False, gradient_checkpointing=False, report_to=[], logging_steps=1000,
        save_strategy="no", disable_tqdm=True, max_steps=request["steps"], per_device_train_batch_size=request.get("microBatch", rollouts),
        gradient_accumulation_steps=rollouts // request.get("microBatch", rollouts), num_generations=request["group"],
        max_completion_length=request["maxTokens"], temperature=1.0, top_k=0, beta=0.0, learning_rate=1e-5,
        use_transformers_continuous_batching=request["mode"] == "continuous",
        generation_kwargs={"min_new_tokens": request["maxTokens"]},
        cache_implementation=request["mode"] if request["mode"] in ("static", "dynamic") else None,
        model_init_kwargs={"dtype": "float32", "attn_implementation": "sdpa"})
    data = Dataset.from_dict({"prompt": request["prompts"]})
    trainer = GRPOTrainer(model=request["folder"], reward_funcs=reward, args=config, train_dataset=data, processing_class=tokenizer, callbacks=[timer])
    start = time.perf_counter()
    trainer.train()
    # The whole loop, generation included, whichever callback it falls between; the first step warms up.
    whole = (time.perf_counter() - start - timer.seconds[0]) if timer.seconds else None
    print(json.dumps({"stepSeconds": timer.seconds, "wholeSeconds": whole, "rolloutsPerStep": rollouts}))


main()
