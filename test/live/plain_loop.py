"""A training loop without any library, recorded: each `wait` stands until the test says go."""

import json
import os
import random
import signal
import sys

from rollout_lab.live import RunWriter

GROUPS, SAMPLES, STEPS = 2, 4, 3


def wait(name: str) -> None:
    print(f"at {name}", flush=True)
    sys.stdin.readline()


def rollout(step: int, group: int, sample: int, weighed: bool = True) -> dict:
    right = (step + group + sample) % 3 == 0
    score = 1.0 if right else 0.0
    fields = {
        "prompt": [{"role": "user", "content": f"{group} + {step} ="}],
        "prompt_text": f"<user>{group} + {step} =<assistant>",
        "prompt_tokens": [1, 2, 3],
        "completion": f"é😀 {group + step + sample}",
        "rewards": {"answer": score, "format": {"score": 0.5, "why": "short"}},
        "correct": right,
        "answer": str(group + step + sample),
        "gold": str(group + step),
        "tokens": [10, 11, 12, 13],
        "token_ends": [1, 3, 3, 5],
        "logprobs": [-0.1, -0.2, -0.3, -0.4],
        "sampling_logprobs": [-0.1, -0.2, -0.3, -0.5],
        "entropies": [0.1, 0.0, 0.3, 1e-9],
        "stop_reason": "length",
        "params": {"size": group, "hard": True},
        "tags": {"when": "now"},
    }
    return {**fields, "advantage": score - 0.5} if weighed else fields


def rows(step: int, weighed: bool = True) -> list[dict]:
    return [rollout(step, group, sample, weighed) for group in range(GROUPS) for sample in range(SAMPLES)]


def start(folder: str, **more) -> RunWriter:
    return RunWriter.start(
        folder,
        name="plain loop",
        model="org/some-model",
        environment="sums",
        notes="by hand",
        steps=STEPS,
        seed=3,
        rewards=["answer", "format"],
        weights={"format": 0.1},
        settings={"groupSize": SAMPLES, "sampling": {"maxTokens": 4}},
        **more,
    )


def whole(folder: str) -> None:
    run = start(folder)
    wait("start")
    run.step(1, rows(1), {"loss/total": 0.25})
    wait("step 1")
    ids = run.sampled(2, rows(2, weighed=False))
    wait("sampled 2")
    run.weighed(2, {id_: [0.1, 0.2, 0.3, 0.4] for id_ in ids})
    run.step(2, metrics={"loss/total": 0.5, "gradient/norm": float("nan")})
    run.evaluated(2, [{"prompt": "1 + 1 =", "completion": "2", "correct": True, "reward": 1}])
    wait("step 2")
    run.step(3, rows(3))
    run.finish()


def killed(folder: str) -> None:
    run = start(folder)
    run.step(1, rows(1))
    run.sampled(2, rows(2)[:5])
    with open(f"{folder}/rollouts/open-000002.jsonl", "a") as half:
        half.write(json.dumps({"version": 1})[:-4])
    with open(f"{folder}/metrics.jsonl", "a") as half:
        half.write('{"version":1,"st')
    wait("half a line")
    os.kill(os.getpid(), signal.SIGKILL)


def again(folder: str) -> None:
    """Goes on with the run of `killed`."""
    run = start(folder, go_on=True)
    run.step(2, rows(2))
    run.finish()


def hostile(folder: str) -> None:
    run = start(folder)
    nothing = {"prompt": "", "completion": ""}
    run.step(
        1,
        [
            {
                "prompt": "\ud800 a\u202e\0",
                "completion": "\udc00 😀\ud83d",
                "rewards": {"\udfff": 1, "nan": float("nan"), "inf": float("inf")},
                "advantage": float("nan"),
            },
            {
                **nothing,
                "tokens": [1, 2],
                "logprobs": [-1, float("-inf")],
                "entropies": [-1e-9, 1],
                "sampling_logprobs": [-1],
                "token_ends": [5, 1],
                "mask": [1],
            },
            {
                **nothing,
                "tokens": [-1, 2.5],
                "advantage": [1, 2, 3],
                "stop_reason": "tired",
                "seed": -4,
                "params": {"a": float("nan"), "b": [1], "c": "\ud800"},
            },
            {
                "prompt": [{"role": "wizard", "content": [{"type": "text", "text": "x\ud800"}, {"type": "image"}]}],
                "completion": [{"role": "assistant", "content": None}],
                "reward": 10**400,
            },
        ],
        {"loss/total": float("inf"), "a": True, "b": "x", "c\ud800": 1},
    )
    run.step(2, [{"prompt": "x" * 17_000_000, "completion": ""}, nothing])
    run.finish()


def bare(folder: str) -> None:
    """Texts, rewards and advantages alone: what any loop has."""
    with start(folder) as run:
        run.step(1, [{"prompt": "a", "completion": f"b{i}", "rewards": i, "advantage": i - 0.5} for i in range(2)])


def texts(folder: str) -> None:
    """Completions of all kinds of pieces, for what is marked in them."""
    draw = random.Random(7)
    pieces = [
        "<think>",
        "</think>",
        "####",
        "\\boxed{",
        "{",
        "}",
        "\n",
        "\r\n",
        " ",
        "\u00a0",
        "\ufeff",
        "\x85",
        "\x1c",
        "é",
        "😀",
        "a",
        "12",
        "#",
        "\u2028",
    ]
    with start(folder) as run:
        run.step(
            1, [{"prompt": "a", "completion": "".join(draw.choices(pieces, k=draw.randrange(14)))} for _ in range(500)]
        )


def failing(folder: str) -> None:
    with start(folder) as run:
        run.step(1, rows(1))
        raise RuntimeError("no more \ud800")


if __name__ == "__main__":
    assert "torch" not in sys.modules and "transformers" not in sys.modules
    globals()[sys.argv[1]](sys.argv[2])
