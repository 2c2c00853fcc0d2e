"""The trainer's seeded random numbers (`random/random.ts`), many at a time."""
from __future__ import annotations

import numpy

MASK = 0xFFFFFFFF
GAMMA = 0x6D2B79F5


def _avalanche(value: int) -> int:
    value = ((value ^ (value >> 16)) * 0x85EBCA6B) & MASK
    value = ((value ^ (value >> 13)) * 0xC2B2AE35) & MASK
    return value ^ (value >> 16)


def hash32(*parts: str | int) -> int:
    """32-bit FNV-1a of the parts' UTF-16 units, with murmur3's final avalanche."""
    value = 0x811C9DC5
    for part in parts:
        units = numpy.frombuffer(f"{part}\0".encode("utf-16-le"), dtype="<u2")
        for unit in units.tolist():
            value = ((value ^ unit) * 0x01000193) & MASK
    return _avalanche(value)


def uniforms(seed: int, start: int, count: int) -> numpy.ndarray:
    """[count] float64 in [0, 1): draws `start`, `start` + 1, … of the Mulberry32 stream with this seed."""
    state = (numpy.arange(start + 1, start + count + 1, dtype=numpy.uint64) * GAMMA + seed).astype(numpy.uint32)
    mixed = (state ^ (state >> 15)) * (state | 1)
    mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61)
    return (mixed ^ (mixed >> 14)).astype(numpy.float64) / 4294967296


def normals(seed: int, start: int, count: int) -> numpy.ndarray:
    """[count] float64 standard normals (Box–Muller), two draws each."""
    pairs = uniforms(seed, 2 * start, 2 * count)
    return numpy.sqrt(-2 * numpy.log(1 - pairs[::2])) * numpy.cos(2 * numpy.pi * pairs[1::2])
