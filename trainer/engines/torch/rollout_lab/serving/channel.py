"""JSON-RPC messages over the pipe that the trainer holds, framed by Content-Length as in the Language Server Protocol.

The pipe is file descriptor 3, so that nothing that prints (a library, a model's own code) gets between the messages.
"""
from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any, Dict, Optional

PROTOCOL_STREAM = 3
CHUNK_BYTES = 1 << 18
POLL_SECONDS = 0.002
MAX_HEADER_BYTES = 4096

Message = Dict[str, Any]


class Channel:
    """Both directions of one pipe. `receive` belongs to one thread, `send` to any."""

    def __init__(self, descriptor: int = PROTOCOL_STREAM) -> None:
        if sys.platform != "win32":
            os.set_blocking(descriptor, True)
        # Workers of libraries must not keep the pipe open when this process has died.
        os.set_inheritable(descriptor, False)
        self._descriptor = descriptor
        self._received = bytearray()
        self._sending = threading.Lock()

    def receive(self) -> Optional[Message]:
        """The next message; None where the other end has closed."""
        header = self._header()
        if header is None:
            return None
        body = self._take(content_length(header))
        return None if body is None else json.loads(body)

    def send(self, message: Message) -> None:
        """Raises ValueError where a number is not finite: JSON has none such."""
        body = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
        with self._sending:
            self._write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left):]

    def _header(self) -> Optional[bytes]:
        while True:
            end = self._received.find(b"\r\n\r\n")
            if end >= 0:
                header = bytes(self._received[:end])
                del self._received[:end + 4]
                return header
            if len(self._received) > MAX_HEADER_BYTES:
                raise ValueError("a message without a header")
            if not self._read_more():
                return None

    def _take(self, size: int) -> Optional[bytes]:
        while len(self._received) < size:
            if not self._read_more():
                return None
        taken = bytes(memoryview(self._received)[:size])
        del self._received[:size]
        return taken

    def _read_more(self) -> bool:
        wait_for_data(self._descriptor)
        data = os.read(self._descriptor, CHUNK_BYTES)
        self._received += data
        return len(data) > 0


def content_length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    raise ValueError("a message without Content-Length")


def wait_for_data(descriptor: int) -> None:
    """On Windows a pipe handle does one thing at a time: a read that waits would hold up every write. So this asks
    until there is something to read, or the pipe has ended; elsewhere the read itself waits.
    """
    if sys.platform != "win32":
        return
    import ctypes
    import msvcrt

    handle, available = ctypes.c_void_p(msvcrt.get_osfhandle(descriptor)), ctypes.c_ulong()
    while ctypes.windll.kernel32.PeekNamedPipe(handle, None, 0, None, ctypes.byref(available), None) and available.value == 0:
        time.sleep(POLL_SECONDS)
