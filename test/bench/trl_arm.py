"""GRPO steps by TRL's GRPOTrainer on the problems and the model given: prints the seconds between the ends of neighbouring steps, anew after each: the last
line holds all of them.

    python trl_arm.py '{"folder": …, "output": …, "prompts": […], "group": 8, "perStep": 16, "maxTokens": 64, "steps": 4,
                        "threads": 2, "microBatch": 128, "mode": "default" | "static" | "continuous", "device": "cpu" | "cuda"}'

On a GPU it computes in bfloat16 with weights in bfloat16, its fastest.
"""
import json
import os
import sys
import time

request = json.loads(sys.argv[1])
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TRL_EXPERIMENTAL_SILENCE="1", OMP_NUM_THREADS=str(request["threads"]))
import torch
from datasets import Dataset
from transformers import AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

torch.set_num_threads(request["threads"])


class StepEnds(TrainerCallback):
    def __init__(self):
        self.ends = []

    def on_step_end(self, *_args, **_kwargs):
        self.ends.append(time.perf_counter())
        if len(self.ends) > 1:
            print(json.dumps({"stepSeconds": [b - a for a, b in zip(self.ends, self.ends[1:])]}), flush=True)


def reward(completions, **_kwargs):
    """The last digit is below 5, as the pattern of our side asks: no cost, and no group without spread."""
    return [float(text.rstrip()[-1:] in "01234") for text in completions]


def main():
    rollouts = request["perStep"] * request["group"]
    tokenizer = AutoTokenizer.from_pretrained(request["folder"])
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    on_gpu = request.get("device", "cpu") == "cuda"
    config = GRPOConfig(
        output_dir=request["output"], use_cpu=not on_gpu, bf16=on_gpu, fp16=False, gradient_checkpointing=False, report_to=[], logging_steps=1000,
        save_strategy="no", disable_tqdm=True, max_steps=request["steps"], per_device_train_batch_size=request["microBatch"],
        gradient_accumulation_steps=rollouts // request["microBatch"], num_generations=request["group"],
        max_completion_length=request["maxTokens"], temperature=1.0, top_k=0, beta=0.0, learning_rate=1e-5, max_grad_norm=1.0,
        use_transformers_continuous_batching=request["mode"] == "continuous",
        cache_implementation="static" if request["mode"] == "static" else None,
        model_init_kwargs={"dtype": "bfloat16" if on_gpu else "float32", "attn_implementation": "sdpa"})
    data = Dataset.from_dict({"prompt": request["prompts"]})
    trainer = GRPOTrainer(model=request["folder"], reward_funcs=reward, args=config, train_dataset=data, processing_class=tokenizer, callbacks=[StepEnds()])
    trainer.train()


main()
