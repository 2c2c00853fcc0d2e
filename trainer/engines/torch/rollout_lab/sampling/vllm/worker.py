"""The program that runs vLLM, by the Python of an environment of its own: vLLM pins an exact torch. It imports nothing of this
package, and reads and writes one JSON object a line: requests on standard input, answers on what standard output was.

    {"load": folder, "memory": 0.4, "length": 4096, "dtype": "bfloat16", "trustRemoteCode": false}
                                                                            → {"ready": version}
    {"reload": folder}                                                      → {"ready": version}
    {"sample": [{"prompt": [1, 2], "seed": 3, "limit": 64}, …], "parameters": {…}, "ends": [0]}
                                           → {"made": [[row, [tokens], [log-probabilities]], …]} …, {"done": true}
    {"cancel": true}    while sampling     → {"done": true}, early
    {"end": true}       before the end of input, where the folder is still wanted

Input that ends without a word is that of a trainer that has gone: its weights are deleted, which take memory as long as they lie there.
Log-probabilities are those under the distribution drawn from. An error answers {"error": text}.
"""
from __future__ import annotations

import json
import os
import queue
import re
import shutil
import sys
import threading
from typing import Any, Iterable, TextIO

OLDEST = (0, 16)
"""Of vLLM: the first that takes new weights from a folder that it is told (`requirements.ts` says the same to `lab doctor`)."""


class Worker:
    def __init__(self, answers: TextIO) -> None:
        self._answers = answers
        self._requests: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._llm: Any = None

    def answer(self, value: dict[str, Any]) -> None:
        self._answers.write(json.dumps(value) + "\n")
        self._answers.flush()

    def read(self, lines: Iterable[str]) -> None:
        """In a thread of its own, so that a cancel is heard while sampling, and the end while weights are read."""
        folder = None
        for line in lines:
            request = json.loads(line)
            folder = None if "end" in request else request.get("load") or request.get("reload") or folder
            self._requests.put(request)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        self._requests.put(None)

    def serve(self) -> None:
        while (request := self._requests.get()) is not None:
            try:
                self.take(request)
            except Exception as error:  # vLLM raises anything; the other side says what to do.
                self.answer({"error": f"{type(error).__name__}: {error}"})

    def take(self, request: dict[str, Any]) -> None:
        if "load" in request:
            self.load(request)
        elif "reload" in request:
            self._llm.collective_rpc("reload_weights", kwargs={"weights_path": request["reload"]})
            # What was computed of prompts belongs to the weights before.
            self._llm.reset_prefix_cache()
            self.ready()
        elif "sample" in request:
            self.sample(request)

    def ready(self) -> None:
        import vllm

        self.answer({"ready": vllm.__version__})

    def load(self, request: dict[str, Any]) -> None:
        from vllm import LLM, __version__

        require_version(__version__)
        self._llm = LLM(
            model=request["load"], gpu_memory_utilization=request["memory"], max_model_len=request["length"], dtype=request["dtype"],
            trust_remote_code=request["trustRemoteCode"], logprobs_mode="processed_logprobs")
        self.ready()

    def sample(self, request: dict[str, Any]) -> None:
        engine = self._llm.llm_engine
        for row, asked in enumerate(request["sample"]):
            engine.add_request(str(row), {"prompt_token_ids": asked["prompt"]}, self.settings(asked, request))
        told = [0] * len(request["sample"])
        while engine.has_unfinished_requests():
            if self.cancelled():
                engine.abort_request([str(row) for row in range(len(told))])
                break
            made = [part for output in engine.step() if (part := new_part(output, told))]
            if made:
                self.answer({"made": made})
        self.answer({"done": True})

    def cancelled(self) -> bool:
        try:
            request = self._requests.get_nowait()
        except queue.Empty:
            return False
        if request is None:
            self._requests.put(None)
        return True

    @staticmethod
    def settings(asked: dict[str, Any], request: dict[str, Any]) -> Any:
        from vllm import SamplingParams

        parameters = request["parameters"]
        return SamplingParams(
            temperature=parameters["temperature"], top_k=parameters["topK"] or -1, top_p=parameters["topP"], min_p=parameters["minP"],
            max_tokens=asked["limit"], stop=parameters["stop"] or None, include_stop_str_in_output=True, stop_token_ids=request["ends"],
            ignore_eos=True, seed=asked["seed"], logprobs=0)


def require_version(version: str) -> None:
    """A version without numbers is one that somebody built."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers is not None and (int(numbers[1]), int(numbers[2])) < OLDEST:
        raise RuntimeError(f"version {version} is too old; {'.'.join(map(str, OLDEST))} or newer is needed")


def new_part(output: Any, told: list[int]) -> list[Any] | None:
    """What a request has made since the last step: its row, tokens and log-probabilities."""
    row, made = int(output.request_id), output.outputs[0]
    tokens = list(made.token_ids)[told[row]:]
    logprobs = [each[token].logprob for token, each in zip(tokens, made.logprobs[told[row]:])] if tokens else []
    told[row] += len(tokens)
    return [row, tokens, logprobs] if tokens else None


def take_input() -> TextIO:
    """Standard input, which nothing else reads from then on. A thread that waits in `sys.stdin` holds its lock, and a forked process, whose
    first act is to close it, would wait for that lock for ever."""
    requests = os.fdopen(os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests


def main() -> None:
    """Whatever prints goes to standard error: the answers keep standard output to themselves."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    requests = take_input()
    worker = Worker(answers)
    threading.Thread(target=worker.read, args=(requests,), daemon=True).start()
    worker.serve()


if __name__ == "__main__":
    main()
