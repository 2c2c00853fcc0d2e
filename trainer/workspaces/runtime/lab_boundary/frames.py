"""Frames over named pipes: four bytes of length, then JSON."""
import json
import os
import struct

LONGEST = 32 * 1024 * 1024


class Pipe:
    """Opened for both directions, so that opening never waits for the other side."""

    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR | getattr(os, 'O_CLOEXEC', 0))

    def send(self, message):
        text = json.dumps(message).encode()
        if len(text) > LONGEST:
            raise ValueError('a message that is too long')
        left = memoryview(struct.pack('<I', len(text)) + text)
        while left:
            left = left[os.write(self.file, left):]

    def receive(self):
        length = struct.unpack('<I', self.exactly(4))[0]
        if not 0 < length <= LONGEST:
            raise ValueError('a message of no sensible length')
        return json.loads(self.exactly(length))

    def exactly(self, length):
        parts = bytearray()
        while len(parts) < length:
            parts += os.read(self.file, length - len(parts))
        return bytes(parts)
