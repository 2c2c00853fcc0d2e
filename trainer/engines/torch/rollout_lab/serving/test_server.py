from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Iterator

import pytest

from rollout_lab.testing.engine_pipe import EnginePipe

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes are handed over as descriptors")

HAS_PIP = importlib.util.find_spec("pip") is not None
INSTALL = f'"{sys.executable}" -m pip install' if HAS_PIP else f'uv pip install --python "{sys.executable}"'
PROGRAM = r'''
import os, sys, time
from rollout_lab.errors import LabError
from rollout_lab.serving.channel import Channel
from rollout_lab.serving.parent_watch import watch_parent
from rollout_lab.serving.progress import Progress
from rollout_lab.serving.server import Server

order = []

def wait(request, call):
    order.append(request["name"])
    until = time.monotonic() + request.get("seconds", 10)
    while time.monotonic() < until and not call.cancelled():
        time.sleep(0.002)
    return [request["name"], call.cancelled(), list(order)]

def fail(request, call):
    kind = request["kind"]
    if kind == "lab":
        raise LabError("model", "model/x", "what", "where", remedy="do this")
    if kind == "package":
        import peft_that_is_not_there
    if kind == "memory":
        raise MemoryError("no room")
    if kind == "deep":
        fail(request, call)
    if kind == "device":
        raise RuntimeError("CUDA error: unspecified launch failure\nmore words")
    raise ValueError("surprise")

def prints(request, call):
    print("Content-Length: 3\r\n\r\n{}!")
    os.write(1, b"noise" * 1000)
    os.system("echo noise; echo noise >&2")
    return "quiet"

def progress(request, call):
    report = Progress(call.notify, request["call"], request["finished"], request["partial"])
    completions = [{"promptIndex": 0, "sampleIndex": i} for i in range(3)]
    report.partial(0, 0, "a"); report.partial(0, 1, "")
    report.finished(completions[0])
    report.flush()
    report.flush()
    report.finished(completions[1])
    report.flush()
    return report.unreported(completions)

def verbs():
    if "broken" in sys.argv:
        raise LabError("engine", "engine/python-version", "too old", sys.executable, remedy="another")
    return dict(wait=wait, fail=fail, prints=prints, progress=progress, echo=lambda r, c: r, nan=lambda r, c: {"a": [1.0, float("nan")]})

watch_parent()
Server(Channel(), verbs).run()
'''


@pytest.fixture
def engine() -> Iterator[EnginePipe]:
    pipe = EnginePipe("-c", PROGRAM)
    yield pipe
    pipe.close()


def test_runs_calls_one_at_a_time_in_order(engine: EnginePipe) -> None:
    numbers = [engine.ask("wait", name=name, seconds=0.05) for name in "abc"]
    answers = [engine.receive() for _ in numbers]
    assert [answer["id"] for answer in answers] == numbers
    assert answers[-1]["result"] == ["c", False, ["a", "b", "c"]]


def test_cancels_the_running_call_and_a_waiting_one(engine: EnginePipe) -> None:
    first, second, third = (engine.ask("wait", name=name, seconds=20 if name != "c" else 0.01) for name in "abc")
    engine.tell("$/cancelRequest", id=second)
    engine.tell("$/cancelRequest", id=first)
    engine.tell("$/cancelRequest", id=99)
    answers = {answer["id"]: answer["result"] for answer in (engine.receive() for _ in range(3))}
    assert [answers[number][1] for number in (first, second, third)] == [True, True, False]


def test_a_call_may_come_cancelled(engine: EnginePipe) -> None:
    assert engine.call("wait", name="a", cancelled=True)[1] is True


def test_nothing_that_prints_disturbs_the_messages(engine: EnginePipe) -> None:
    assert engine.call("prints") == "quiet"
    assert engine.call("echo", a=1) == {"a": 1}


def test_messages_of_any_size_and_text(engine: EnginePipe) -> None:
    request = {"text": "é🙂\ud800\r\n" * 1000, "numbers": [0.1] * 300_000}
    assert engine.call("echo", **request) == request


@pytest.mark.parametrize(("kind", "code", "words"), [
    ("lab", "model/x", ["what"]), ("package", "engine/missing-package", ["peft_that_is_not_there", sys.executable]),
    ("memory", "engine/out-of-memory", ["no room"]), ("other", "engine/internal", ["ValueError: surprise"]),
    ("deep", "engine/internal", ["RecursionError"])])
def test_errors_are_plain_data(engine: EnginePipe, kind: str, code: str, words: list[str]) -> None:
    error = engine.error_of("fail", kind=kind)
    assert error["code"] == code and error["boundary"] and error["remedy"]
    assert all(word in error["message"] for word in words) and "Traceback" not in error["message"]
    assert "Traceback" in error["stack"]
    assert engine.call("echo", a=1) == {"a": 1}


def test_a_lost_device_ends_the_process_with_its_words() -> None:
    pipe = EnginePipe("-c", PROGRAM)
    pipe.ask("fail", kind="device")
    with pytest.raises(EOFError) as caught:
        pipe.receive()
    assert str(caught.value) == "The device failed: CUDA error: unspecified launch failure\n"
    assert pipe.close() == 1


def test_a_missing_package_comes_with_its_command(engine: EnginePipe) -> None:
    assert engine.error_of("fail", kind="package")["remedy"] == f'Run: {INSTALL} "peft_that_is_not_there"'


def test_a_number_that_is_none_is_no_answer(engine: EnginePipe) -> None:
    assert engine.error_of("nan")["code"] == "engine/not-finite"


def test_unknown_methods(engine: EnginePipe) -> None:
    engine.ask("nothing")
    assert engine.receive()["error"]["code"] == -32601


def test_progress_comes_before_the_answer_and_is_not_said_twice(engine: EnginePipe) -> None:
    number = engine.ask("progress", call=7, finished=True, partial=True)
    first, second, answer = (engine.receive() for _ in range(3))
    assert first["method"] == "engine/progress"
    assert first["params"] == {
        "call": 7, "finished": [{"promptIndex": 0, "sampleIndex": 0}], "partial": [{"promptIndex": 0, "sampleIndex": 0, "text": "a"}]}
    assert second["params"]["finished"] == [{"promptIndex": 0, "sampleIndex": 1}] and second["params"]["partial"] == []
    assert answer == {"jsonrpc": "2.0", "id": number, "result": [{"promptIndex": 0, "sampleIndex": 2}]}


def test_progress_that_nobody_wants(engine: EnginePipe) -> None:
    assert len(engine.call("progress", call=1, finished=False, partial=False)) == 3


def test_what_is_wrong_with_this_python_is_the_answer() -> None:
    pipe = EnginePipe("-c", PROGRAM, "broken")
    for _ in range(2):
        assert pipe.error_of("info")["code"] == "engine/python-version"
    pipe.close()


def test_ends_with_the_pipe_in_the_middle_of_a_call() -> None:
    pipe = EnginePipe("-c", PROGRAM)
    assert pipe.call("echo") == {}
    pipe.ask("wait", name="a", seconds=60)
    started = time.monotonic()
    assert pipe.close() == 0
    assert time.monotonic() - started < 20


PARENT = '''
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], pass_fds=(3,))
child.wait()
'''


def test_ends_with_its_parent_though_the_pipe_is_open() -> None:
    pipe = EnginePipe("-c", PARENT, PROGRAM)
    assert pipe.call("echo") == {}
    pipe.process.kill()
    pipe.process.wait()
    # Only the orphan held the other end.
    with pytest.raises(EOFError):
        pipe.receive()
