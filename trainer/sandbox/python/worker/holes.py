"""
Takes up the free places between the objects of a process. What its children then make lies side by side on pages that nobody has
touched, instead of one piece here and one there, each of which would cost the copy of a page: 65 of 300 that a short program copies.
"""
# Python keeps pools of blocks of one size each (Objects/obmalloc.c), whose first block lies behind a header.
POOL_BYTES, HEADER_BYTES, STEP, LARGEST = 1 << 14, 48, 16, 512
# Of one size, where pools look otherwise.
_MOST_BYTES = 1 << 18
_ONE = 1.0


def fill_holes():
    """What takes them up, for as long as it is kept."""
    return [filling for size in range(2 * STEP, LARGEST + 1, STEP) for filling in _fillings(size)]


def _fillings(size):
    """Until the first two blocks of a pool come one after the other: it was empty, and all others are full."""
    fillings, before = [], None
    for _ in bytes(_MOST_BYTES // size):
        # They take 33 bytes besides their own, here 7 short of the block. The smallest are floats.
        fillings.append(bytes(size - 40) if size > 2 * STEP else _ONE + _ONE)
        place = id(fillings[-1])
        if place % POOL_BYTES == HEADER_BYTES + size and before == place - size:
            break
        before = place
    return fillings
