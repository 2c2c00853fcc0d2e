"""The worker's own program over a stand-in for the vLLM module: what goes through the pipe, not what vLLM does."""
from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Iterator

import pytest
import torch

from rollout_lab.errors import LabError
from rollout_lab.models.options import TorchOptions
from rollout_lab.sampling.decoder import Sampler
from rollout_lab.sampling.testing import PARAMETERS, Recorder, small_model
from rollout_lab.sampling.vllm import handover, process, sampler as vllm_sampler
from rollout_lab.testing.local_engine import LocalEngine

STAND_IN = '''
import json, multiprocessing, os, time, types
__version__ = os.environ.get("STAND_IN_VERSION", "0.16.0")

def note(**what):
    with open(os.environ["STAND_IN_NOTES"], "a") as file:
        file.write(json.dumps(what) + "\\n")

class SamplingParams:
    def __init__(self, **settings):
        self.__dict__.update(settings)

class Engine:
    """Counts upwards from the seed, one token a step, each with minus the seed for its log-probability."""
    def __init__(self):
        self.rows = {}
    def add_request(self, name, prompt, settings):
        note(request=prompt["prompt_token_ids"], settings=settings.__dict__)
        self.rows[name] = (settings, [], [])
    def has_unfinished_requests(self):
        return bool(self.rows)
    def abort_request(self, names):
        note(aborted=len(self.rows))
        self.rows.clear()
    def step(self):
        print("noise on standard output")
        time.sleep(0.02)
        outputs = []
        for name, (settings, tokens, logprobs) in list(self.rows.items()):
            tokens.append(1 + (settings.seed + len(tokens)) % 9)
            logprobs.append({tokens[-1]: types.SimpleNamespace(logprob=-float(settings.seed))})
            made = types.SimpleNamespace(token_ids=tuple(tokens), logprobs=list(logprobs))
            outputs.append(types.SimpleNamespace(request_id=name, outputs=[made]))
            if len(tokens) >= settings.max_tokens:
                del self.rows[name]
        return outputs

def core(running):
    running.set()

def start_core():
    """As vLLM starts its engine core: forked, unless it is told otherwise."""
    method = os.environ.get("STAND_IN_CORE") or os.environ.get("VLLM_WORKER_MULTIPROC_METHOD", "fork")
    context = multiprocessing.get_context(method)
    running = context.Event()
    process = context.Process(target=core, args=(running,), daemon=True)
    time.sleep(0.3)
    process.start()
    started = running.wait(20)
    process.kill()
    process.join()
    note(core=method, started=started)

class LLM:
    def __init__(self, model, **settings):
        if "STAND_IN_CORE" in os.environ:
            start_core()
        note(load=sorted(os.listdir(model)), settings=settings, devices=os.environ.get("CUDA_VISIBLE_DEVICES"))
        self.llm_engine = Engine()
    def collective_rpc(self, method, kwargs):
        note(rpc=method, **kwargs)
    def reset_prefix_cache(self):
        note(reset=True)
'''
PROMPTS = [{"tokens": [1, 2], "seeds": [3, 4]}, {"tokens": [5], "seeds": [0]}]


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "vllm.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("STAND_IN_NOTES", str(tmp_path / "notes"))
    monkeypatch.setenv(process.PYTHON_VARIABLE, sys.executable)
    return tmp_path / "notes"


@pytest.fixture
def sampler() -> Iterator[Sampler]:
    made = Sampler(small_model(TorchOptions(sampler="vllm")))
    yield made
    made.close()


def read(notes: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in notes.read_text().splitlines()]


def test_samples_with_the_trainers_log_probabilities_and_keeps_those_drawn_from(notes: Path, sampler: Sampler) -> None:
    recorder = Recorder()
    completions = sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 6}, recorder, lambda: False)
    assert [each["tokens"] for each in completions] == [[4, 5, 6, 7, 8, 9], [5, 6, 7, 8, 9, 1], [1, 2, 3, 4, 5, 6]]
    assert completions == sorted(recorder.completions, key=lambda each: (each["promptIndex"], each["sampleIndex"]))
    assert completions[0]["text"] == "d e f g h i" and completions[0]["stopReason"] == "length"
    assert completions[0]["samplingLogprobs_T"] == [-3.0] * 6
    from rollout_lab.sampling.testing import expected_logprobs
    rows = expected_logprobs(sampler._model, [1, 2, *completions[0]["tokens"]])[1:-1]
    expected = rows.gather(1, torch.tensor(completions[0]["tokens"])[:, None])[:, 0]
    torch.testing.assert_close(torch.tensor(completions[0]["logprobs_T"]), expected, atol=1e-5, rtol=0)
    loaded, first, *_ = read(notes)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(loaded["load"])
    assert loaded["settings"]["logprobs_mode"] == "processed_logprobs" and loaded["settings"]["trust_remote_code"] is False
    assert first["settings"]["stop_token_ids"] == [0] and first["settings"]["top_k"] == -1


def test_tells_of_a_large_difference_once_and_again_where_it_has_grown_much(notes: Path, sampler: Sampler) -> None:
    def told(seed: int, **parameters: float) -> list[str]:
        notices: list[dict[str, str]] = []
        prompts, asked = [{"tokens": [1, 2], "seeds": [seed]}], PARAMETERS | {"maxTokens": 6} | parameters
        [made] = sampler.sample(prompts, asked, Recorder(), lambda: False, notices.append)
        differences = [abs(drawn - own) for drawn, own in zip(made["samplingLogprobs_T"], made["logprobs_T"])]
        said = f"by {sum(differences) / 6:.3g} nats a token on average, {max(differences):.3g} at most"
        assert all(said in notice["detail"] for notice in notices)
        return [notice["kind"] for notice in notices]

    assert told(100, temperature=0.5) == told(100, topK=2) == []
    assert [told(seed) for seed in (20, 21, 100, 20)] == [["samplerMismatch"], [], ["samplerMismatch"], []]


@pytest.mark.parametrize("sampler, device, named, told", [
    ("vllm", "cpu", False, True), ("auto", "cuda", True, True), ("auto", "cuda", False, False), ("auto", "cpu", True, False),
    ("own", "cuda", True, False)])
def test_the_engine_says_where_vllm_samples(
    sampler: str, device: str, named: bool, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(process.PYTHON_VARIABLE, sys.executable if named else "")
    assert process.uses_vllm(TorchOptions(sampler=sampler), torch.device(device)) == told
    if device == "cpu":
        assert LocalEngine(sampler=sampler).call("info").get("sampler") == ("vllm" if told else None)


def test_sends_weights_again_when_they_have_changed(notes: Path, sampler: Sampler) -> None:
    for _ in range(2):
        sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False)
    assert not any("rpc" in each for each in read(notes)) and sum("load" in each for each in read(notes)) == 1
    sampler._model.weights_changed()
    sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False)
    assert [each["rpc"] for each in read(notes) if "rpc" in each] == ["reload_weights"]
    assert any("reset" in each for each in read(notes))


def test_ends_at_stop_strings_and_when_cancelled(notes: Path, sampler: Sampler) -> None:
    stopped = sampler.sample(PROMPTS[:1], PARAMETERS | {"maxTokens": 6, "stop": ["e f"]}, Recorder(), lambda: False)
    assert [each["text"] for each in stopped] == ["d e f", "e f"]
    recorder = Recorder()
    cut = sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 50}, recorder, lambda: recorder.flushes > 2)
    assert {each["stopReason"] for each in cut} == {"cancelled"} and 0 < len(cut[0]["tokens"]) < 50
    again = sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False)
    assert [len(each["tokens"]) for each in again] == [2, 2, 2]


def test_is_told_no_longer_sequences_than_calls_need(
    notes: Path, sampler: Sampler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vllm_sampler, "LENGTH_STEP", 8)
    model = sampler._model
    for prompt, limit in (([1, 2], 4), ([1, 2, 3], 3), ([1], 2), ([1] * 10, 20), ([1] * 10, 20), ([1] * 40, 30)):
        sampler.sample([{"tokens": prompt, "seeds": [3]}], PARAMETERS | {"maxTokens": limit}, Recorder(), lambda: False)
    loads = [each["settings"]["max_model_len"] for each in read(notes) if "load" in each]
    assert loads == [8, 40, model.context_length]


def test_weights_go_where_there_is_room(
    notes: Path, sampler: Sampler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    for each in (small, large):
        each.mkdir()
    free = {small: 64, large: 1 << 30}
    monkeypatch.setattr(handover, "SHARED_MEMORY", small)
    monkeypatch.setattr(handover.tempfile, "gettempdir", lambda: str(large))
    monkeypatch.setattr(handover, "_free_bytes", lambda folder: free[folder])
    sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False)
    assert not list(small.iterdir()) and len(list(large.iterdir())) == 1
    sampler._model.weights_changed()
    free[large] = 64
    with pytest.raises(LabError) as caught:
        sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False)
    assert caught.value.code == "engine/vllm" and str(large) in caught.value.remedy and "--shm-size" in caught.value.remedy
    free[small] = 1 << 30
    sampler.sample(PROMPTS, PARAMETERS | {"maxTokens": 2}, Recorder(), lambda: False)
    assert len(list(small.iterdir())) == 1 and not list(large.iterdir())
    sampler.close()
    assert not list(small.iterdir())


def test_weights_are_gone_when_the_trainer_ends_without_a_word(notes: Path, tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import os
        from pathlib import Path
        from rollout_lab.models.options import TorchOptions
        from rollout_lab.sampling.decoder import Sampler
        from rollout_lab.sampling.testing import PARAMETERS, PROMPTS, Recorder, small_model
        from rollout_lab.sampling.vllm import handover
        handover.SHARED_MEMORY = Path(os.environ["SHARED"])
        sampler = Sampler(small_model(TorchOptions(sampler="vllm", trust_remote_code=True)))
        sampler.sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)
        print(sampler._vllm._handover.folder, flush=True)
        os._exit(0)
        """)
    shared = tmp_path / "shared"
    shared.mkdir()
    package = str(Path(vllm_sampler.__file__).parents[3])
    environment = os.environ | {"SHARED": str(shared), "PYTHONPATH": f"{notes.parent}{os.pathsep}{package}"}
    # Its output ends when the worker has ended too, which writes to the same standard error.
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert Path(ended.stdout.strip()).parent == shared and not list(shared.iterdir())
    assert read(notes)[0]["settings"]["trust_remote_code"] is True


def test_a_vllm_that_is_too_old_is_refused_and_leaves_nothing(
    notes: Path, sampler: Sampler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    monkeypatch.setattr(handover, "SHARED_MEMORY", tmp_path / "shared")
    monkeypatch.setenv("STAND_IN_VERSION", "0.15.1")
    with pytest.raises(LabError, match="version 0.15.1 is too old; 0.16 or newer"):
        sampler.sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)
    assert not list((tmp_path / "shared").iterdir())
    monkeypatch.setenv("STAND_IN_VERSION", "1.2.0rc1")
    assert len(sampler.sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)) == 3


@pytest.mark.parametrize("device, environment, rocm, shown", [
    ("cuda:1", {}, False, {"CUDA_VISIBLE_DEVICES": "1"}),
    ("cuda", {"CUDA_VISIBLE_DEVICES": ""}, False, {"CUDA_VISIBLE_DEVICES": "0"}),
    ("cuda:1", {"CUDA_VISIBLE_DEVICES": "4, GPU-8a"}, False, {"CUDA_VISIBLE_DEVICES": "GPU-8a"}),
    ("cuda:0", {"CUDA_VISIBLE_DEVICES": "3", "HIP_VISIBLE_DEVICES": "9"}, False, {"CUDA_VISIBLE_DEVICES": "3"}),
    ("cuda:1", {"HIP_VISIBLE_DEVICES": "2,5"}, True, {"HIP_VISIBLE_DEVICES": "5", "CUDA_VISIBLE_DEVICES": "5"}),
    ("cuda:1", {"CUDA_VISIBLE_DEVICES": "2,5"}, True, {"HIP_VISIBLE_DEVICES": "5", "CUDA_VISIBLE_DEVICES": "5"}),
    ("cpu", {"CUDA_VISIBLE_DEVICES": "3"}, False, {})])
def test_the_device_of_the_model_is_named(device: str, environment: dict[str, str], rocm: bool, shown: dict[str, str]) -> None:
    assert process.visible_device(torch.device(device), environment, rocm) == shown


@pytest.mark.parametrize("named, method", [("", "spawn"), ("fork", "fork")])
def test_the_processes_that_vllm_starts_run(
    named: str, method: str, notes: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    monkeypatch.setenv("STAND_IN_CORE", named)
    monkeypatch.delenv("VLLM_WORKER_MULTIPROC_METHOD", raising=False)
    worker = process.WorkerProcess(sys.executable, torch.device("cpu"))
    worker.ask({"load": str(tmp_path), "memory": 0.4, "length": 8, "dtype": "bfloat16", "trustRemoteCode": False})
    worker.close()
    assert read(notes)[0] == {"core": method, "started": True}


def test_vllm_sees_the_device_of_the_model_alone(
    notes: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "6,7")
    worker = process.WorkerProcess(sys.executable, torch.device("cuda:1"))
    worker.ask({"load": str(tmp_path), "memory": 0.4, "length": 8, "dtype": "bfloat16", "trustRemoteCode": False})
    worker.close()
    assert read(notes)[0]["devices"] == "7" and tmp_path.is_dir()


def test_says_what_to_do_where_vllm_is_missing(monkeypatch: pytest.MonkeyPatch, sampler: Sampler, tmp_path: Path) -> None:
    def refused() -> LabError:
        with pytest.raises(LabError) as caught:
            sampler.sample(PROMPTS, PARAMETERS, Recorder(), lambda: False)
        assert caught.value.code == "engine/vllm" and process.PYTHON_VARIABLE in caught.value.remedy
        sampler.close()
        return caught.value

    monkeypatch.delenv(process.PYTHON_VARIABLE, raising=False)
    refused()
    monkeypatch.setenv(process.PYTHON_VARIABLE, str(tmp_path / "python"))
    assert "no program" in refused().message
    (tmp_path / "vllm.py").write_text("raise ImportError('no kernel for this GPU')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv(process.PYTHON_VARIABLE, sys.executable)
    assert "no kernel for this GPU" in refused().message
