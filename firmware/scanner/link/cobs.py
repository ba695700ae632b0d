# Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): bytes without a zero, so that zero can end a frame.
#
# A reader that lost its place finds the next frame at the next zero, whatever came before. The price is one byte,
# and one more for every 254.

import micropython


def bound(length):
    """The most bytes that `length` bytes can become."""
    return length + length // 254 + 1


@micropython.viper
def _encode(source: ptr8, length: int, out: ptr8) -> int:
    mark = 0  # where the count of the current block goes
    at = 1
    count = 1
    i = 0
    while i < length:
        value = source[i]
        i += 1
        if value:
            out[at] = value
            at += 1
            count += 1
        if value == 0 or (count == 255 and i < length):
            out[mark] = count
            mark = at
            at += 1
            count = 1
    out[mark] = count
    return at


@micropython.viper
def _decode(data: ptr8, length: int) -> int:
    read = 0
    write = 0
    while read < length:
        count = data[read]
        read += 1
        if count == 0 or read + count - 1 > length:
            return 0 - 1
        end = read + count - 1
        while read < end:
            value = data[read]
            if value == 0:
                return 0 - 1
            data[write] = value
            write += 1
            read += 1
        # A full block stands for 254 bytes and no zero; the last block's zero is the frame's end, not data.
        if count < 255 and read < length:
            data[write] = 0
            write += 1
    return write


def encode(source, length, out):
    """Write `length` bytes of `source` to `out`, stuffed; returns how many. `out` holds at least `bound(length)`."""
    if len(out) < bound(length) or len(source) < length:
        raise ValueError("buffer too small")
    return _encode(source, length, out)


def decode(data, length):
    """Unstuff the first `length` bytes of `data` in place; returns how many remain, or -1 where they are no COBS."""
    if len(data) < length:
        raise ValueError("length")
    return _decode(data, length)
