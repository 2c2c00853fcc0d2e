"""Answers the requests of the trainer's `engineMessages.ts`: a thread reads, calls run one at a time, in order, in the
main thread (devices and signal handlers want it), and a cancellation reaches a call while it runs."""
from __future__ import annotations

import os
import queue
import threading
from typing import Any, Callable, Dict, Optional, Union

from rollout_lab.devices.failures import is_lost_device
from rollout_lab.errors import LabError
from rollout_lab.serving.channel import Channel, Message
from rollout_lab.serving.wire import METHOD_NOT_FOUND, loud_exit, to_response_error

Notify = Callable[[str, Dict[str, Any]], None]
Verb = Callable[[Dict[str, Any], "Call"], Any]
PREFIX = "engine/"


class Call:
    """What a verb may ask and tell while it runs."""

    def __init__(self, notify: Notify) -> None:
        self.notify = notify
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    def cancelled(self) -> bool:
        return self._cancelled.is_set()


class Server:
    """Serves verbs by name (`sample` for the method `engine/sample`) until the pipe closes."""

    def __init__(self, channel: Channel, verbs: Callable[[], Dict[str, Verb]]) -> None:
        self._channel = channel
        self._make_verbs = verbs
        self._verbs: Optional[Dict[str, Verb]] = None
        self._requests: "queue.Queue[Message]" = queue.Queue()
        self._calls: Dict[Union[int, str], Call] = {}

    def run(self) -> None:
        """Never returns: the process ends with the pipe."""
        threading.Thread(target=self._read_all, daemon=True, name="reader").start()
        while True:
            self._answer(self._requests.get())

    def _read_all(self) -> None:
        try:
            while True:
                message = self._channel.receive()
                if message is None:
                    break
                self._take(message)
        except OSError:
            pass  # A reset pipe is a closed one.
        except Exception as error:
            loud_exit(f"The engine could not read a message: {error}")
        leave()

    def _take(self, message: Message) -> None:
        if message.get("method") == "$/cancelRequest":
            call = self._calls.get(message["params"]["id"])
            if call is not None:
                call.cancel()
        elif "id" in message and "method" in message:
            call = self._calls[message["id"]] = Call(self._notify)
            if (message.get("params") or {}).get("cancelled") is True:
                call.cancel()
            self._requests.put(message)

    def _answer(self, message: Message) -> None:
        number = message["id"]
        try:
            answer = self._run(message, self._calls[number])
        except Exception as error:
            if is_lost_device(error):
                # The trainer starts another engine from its last checkpoint.
                loud_exit(f"The device failed: {str(error).splitlines()[0][:500]}")
            answer = {"error": to_response_error(error)}
        self._calls.pop(number, None)
        self._reply(number, answer)

    def _run(self, message: Message, call: Call) -> Dict[str, Any]:
        if self._verbs is None:
            # Made with the first request, so that what is wrong with this Python is told as its answer.
            self._verbs = self._make_verbs()
        verb = self._verbs.get(message["method"][len(PREFIX):]) if message["method"].startswith(PREFIX) else None
        if verb is None:
            return {"error": {"code": METHOD_NOT_FOUND, "message": f"Unknown method {message['method']}"}}
        return {"result": verb(message.get("params") or {}, call)}

    def _reply(self, number: Union[int, str], answer: Dict[str, Any]) -> None:
        try:
            self._send({"jsonrpc": "2.0", "id": number, **answer})
        except ValueError:
            error = to_response_error(_not_finite_answer())
            self._send({"jsonrpc": "2.0", "id": number, "error": error})

    def _notify(self, method: str, parameters: Dict[str, Any]) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def _send(self, message: Message) -> None:
        try:
            self._channel.send(message)
        except OSError:
            leave()


def _not_finite_answer() -> LabError:
    return LabError(
        "engine", "engine/not-finite", "A number of the answer is not finite",
        remedy="Go back to the last checkpoint; lower the learning rate, or clip the gradient.")


def leave() -> None:
    """At once: the main thread may be in a computation that nobody waits for any more."""
    os._exit(0)
