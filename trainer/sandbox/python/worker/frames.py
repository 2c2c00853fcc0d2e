"""Length-prefixed frames over descriptors: four bytes, little-endian, then that many bytes."""
import os
import struct

HEADER = struct.Struct('<I')


def frame(payload):
    return HEADER.pack(len(payload)) + payload


def read_exactly(descriptor, count):
    """`count` bytes; fewer where the other side closed. Most come at once."""
    first = os.read(descriptor, min(count, 1 << 20))
    return first if len(first) in (0, count) else b''.join([first, *_further(descriptor, count - len(first))])


def _further(descriptor, count):
    while count > 0:
        part = os.read(descriptor, min(count, 1 << 20))
        if not part:
            return
        yield part
        count -= len(part)


def read_frame(descriptor):
    """The next payload, or None where the other side closed."""
    header = read_exactly(descriptor, HEADER.size)
    if len(header) < HEADER.size:
        return None
    (length,) = HEADER.unpack(header)
    payload = read_exactly(descriptor, length)
    return payload if len(payload) == length else None


def write_all(descriptor, data):
    written = os.write(descriptor, data)
    while written < len(data):
        data = memoryview(data)[written:]
        written = os.write(descriptor, data)
