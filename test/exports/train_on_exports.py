"""Loads exported rows with `datasets` and trains one step on each kind with TRL. Prints a line `answer …` for each of `requests`, in
order: a JSON object, with `error` where that failed.

    python train_on_exports.py '{"requests": [{"command": "load" | "train" | "prm", "folder": …}, …], "model": …, "output": …, "cache": …,
                                 "trl": folder of a TRL that has a PRMTrainer, for "prm"}'
"""
import json
import os
import sys
import traceback

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TRL_EXPERIMENTAL_SILENCE="1", OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")
order = json.loads(sys.argv[1])
if "trl" in order:
    sys.path.insert(0, order["trl"])
os.environ["HF_DATASETS_CACHE"] = order["cache"]

import torch
from datasets import get_dataset_config_names, load_dataset
from transformers import AutoModelForCausalLM, AutoModelForTokenClassification, AutoTokenizer

torch.set_num_threads(1)


def rows(folder, kind):
    return load_dataset(folder, kind, split="train")


def load(folder):
    loaded = {kind: rows(folder, kind) for kind in get_dataset_config_names(folder)}
    return {kind: {"rows": len(data), "features": {name: str(feature) for name, feature in data.features.items()}, "first": data[0]} for kind, data in loaded.items()}


def tokenizer():
    found = AutoTokenizer.from_pretrained(order["model"])
    found.pad_token = found.pad_token or found.eos_token
    return found


def settings(name):
    return dict(output_dir=os.path.join(order["output"], name), max_steps=1, per_device_train_batch_size=4, learning_rate=1e-3, use_cpu=True, bf16=False,
                gradient_checkpointing=False, report_to=[], save_strategy="no", disable_tqdm=True, logging_steps=1, max_length=96)


def outcome(trainer, seen):
    """What one step did: the loss, how far the weights went, and what the trainer was given."""
    before = [parameter.detach().clone() for parameter in trainer.model.parameters()]
    loss = trainer.train().training_loss
    moved = max(float((a - b.detach()).abs().max()) for a, b in zip(before, trainer.model.parameters()))
    return {"loss": loss, "moved": moved, "batch": seen(trainer)}


def batch(trainer):
    return next(iter(trainer.get_train_dataloader()))


def train(folder):
    from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
    words = tokenizer()
    causal = lambda: AutoModelForCausalLM.from_pretrained(order["model"], dtype="float32")
    # Words that were glued together would not be in the vocabulary, which has none for unknown ones.
    seen = lambda trainer: [words.decode(ids) for ids in batch(trainer)["input_ids"]]
    done = {}
    critiques = rows(folder, "critiques").map(
        lambda row: {"prompt": row["prompt"] + row["response"] + " ", "completion": row["critique"]}, remove_columns=["response", "critique", "verdict"])
    for kind, data in {"solutions": rows(folder, "solutions"), "critiques": critiques}.items():
        done[kind] = outcome(SFTTrainer(model=causal(), args=SFTConfig(**settings(kind)), train_dataset=data, processing_class=words), seen)
    done["preferences"] = outcome(DPOTrainer(model=causal(), ref_model=causal(), args=DPOConfig(**settings("preferences")), train_dataset=rows(folder, "preferences"), processing_class=words), seen)
    return done


def prm(folder):
    from trl.experimental.prm import PRMConfig, PRMTrainer
    words = tokenizer()
    model = AutoModelForTokenClassification.from_pretrained(order["model"], num_labels=2, dtype="float32")
    trainer = PRMTrainer(model=model, args=PRMConfig(**settings("steps"), step_separator=""), train_dataset=rows(folder, "steps"), processing_class=words)
    labelled = lambda trainer: {"rightSteps": int((batch(trainer)["labels"] == 1).sum()), "wrongSteps": int((batch(trainer)["labels"] == 0).sum())}
    return {"steps": outcome(trainer, labelled)}


for request in order["requests"]:
    try:
        answer = {"load": load, "train": train, "prm": prm}[request["command"]](request["folder"])
    except Exception:
        answer = {"error": traceback.format_exc()}
    # The trainers print what they please, also to the same stream.
    print(f"\nanswer {json.dumps(answer)}", flush=True)
