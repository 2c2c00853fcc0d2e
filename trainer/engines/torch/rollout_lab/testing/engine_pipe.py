"""The trainer's end of an engine's pipe, for tests that talk to a process."""
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import Any

from rollout_lab.serving.channel import PROTOCOL_STREAM, Channel

PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class EnginePipe:
    """A Python process with the given arguments, and the messages that go to it and come from it."""

    def __init__(self, *arguments: str) -> None:
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, *arguments], pass_fds=(PROTOCOL_STREAM,), preexec_fn=lambda: os.dup2(theirs.fileno(), PROTOCOL_STREAM),
            env={**os.environ, "PYTHONPATH": PACKAGE_FOLDER, "HF_HUB_OFFLINE": "1"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        theirs.close()
        self._socket = ours
        self._channel = Channel(ours.fileno())
        self._sent = 0

    def ask(self, verb: str, **parameters: Any) -> int:
        """Sends a request; gives its number."""
        self._sent += 1
        self._channel.send({"jsonrpc": "2.0", "id": self._sent, "method": f"engine/{verb}", "params": parameters})
        return self._sent

    def tell(self, method: str, **parameters: Any) -> None:
        self._channel.send({"jsonrpc": "2.0", "method": method, "params": parameters})

    def receive(self) -> dict[str, Any]:
        message = self._channel.receive()
        if message is None:
            raise EOFError(self.process.communicate()[1].decode())
        return message

    def call(self, verb: str, **parameters: Any) -> Any:
        """The answer's result; other messages are passed over."""
        number = self.ask(verb, **parameters)
        while True:
            message = self.receive()
            if message.get("id") == number:
                assert "error" not in message, json.dumps(message["error"])
                return message["result"]

    def error_of(self, verb: str, **parameters: Any) -> dict[str, Any]:
        """The WireError that the call rejects with."""
        number = self.ask(verb, **parameters)
        message = self.receive()
        assert message["id"] == number and message["error"]["code"] == -32603
        return message["error"]["data"]

    def close(self) -> int:
        """Closes the pipe and waits for the end of the process; gives its exit code."""
        self._socket.close()
        return self.process.wait(30)
