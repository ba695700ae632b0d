# One row of pixels -> the places where it changes colour.
#
# Each change is placed between two pixels by interpolation, where the row crosses the threshold of its block; dark
# and light runs alternate. Rows too blurred for a threshold go through swings.py, and crossings.py takes up the
# lists of both. Large modules are searched in rows shrunk by two or four.
#
# The loop over pixels is most of what an empty frame costs: a pointer that walks, offsets that are constants, and
# the three names used most in front, which the native compiler keeps in registers.
import micropython
from micropython import const

_MARGIN = const(3)  # grey levels beyond the threshold that make a change: less is noise


@micropython.viper
def find_edges(
    p: ptr8, t: int, n: int, width: int, thresholds: ptr8, first: int, side: int, edges: ptr16
) -> int:
    """Write the positions (1/16 px) where a row changes colour; returns how many. Even ones start a dark run.

    The row is `width` pixels from `p[t]` on, its thresholds those from `thresholds[first]` on, each for `side` pixels.
    Pixel i has its middle at 16 * i. A dark run at the row's end is closed there. `n` is of no meaning.
    """
    p = ptr8(int(p) + t)
    blocks = ptr8(int(thresholds) + first)
    e = edges
    start = int(p)
    end = start + width
    stop = start
    dark = 0
    if int(p[0]) < int(blocks[0]):
        e[0] = 0
        e = ptr16(int(e) + 2)
        p = ptr8(int(p) + 1)
        dark = 1
    while stop < end:
        level = int(blocks[0])
        blocks = ptr8(int(blocks) + 1)
        stop += side
        if stop > end:
            stop = end
        n = stop - int(p)
        if level + dark == 0:
            p = ptr8(stop)
            n = 0
        while n:
            if dark:
                t = level + _MARGIN
                while n >= 4:
                    if int(p[0]) >= t:
                        break
                    if int(p[1]) >= t:
                        p = ptr8(int(p) + 1)
                        n -= 1
                        break
                    if int(p[2]) >= t:
                        p = ptr8(int(p) + 2)
                        n -= 2
                        break
                    if int(p[3]) >= t:
                        p = ptr8(int(p) + 3)
                        n -= 3
                        break
                    p = ptr8(int(p) + 4)
                    n -= 4
                while n:
                    if int(p[0]) >= t:
                        break
                    p = ptr8(int(p) + 1)
                    n -= 1
                if n:
                    # Half way between the pixels where the one before had another threshold.
                    at = ((int(p) - start) << 4) - 8
                    q = ptr8(int(p) - 1)
                    before = int(q[0])
                    if before < level:
                        at = at - 8 + ((level - before) << 4) // (int(p[0]) - before)
                    elif before < t:
                        at -= 8
                    e[0] = at
                    e = ptr16(int(e) + 2)
                    dark = 0
                    p = ptr8(int(p) + 1)
                    n -= 1
            else:
                t = level - _MARGIN
                while n >= 4:
                    if int(p[0]) < t:
                        break
                    if int(p[1]) < t:
                        p = ptr8(int(p) + 1)
                        n -= 1
                        break
                    if int(p[2]) < t:
                        p = ptr8(int(p) + 2)
                        n -= 2
                        break
                    if int(p[3]) < t:
                        p = ptr8(int(p) + 3)
                        n -= 3
                        break
                    p = ptr8(int(p) + 4)
                    n -= 4
                while n:
                    if int(p[0]) < t:
                        break
                    p = ptr8(int(p) + 1)
                    n -= 1
                if n:
                    at = ((int(p) - start) << 4) - 8
                    q = ptr8(int(p) - 1)
                    before = int(q[0])
                    if before >= level:
                        at = at - 8 + ((before - level) << 4) // (before - int(p[0]))
                    elif before >= t:
                        at -= 8
                    e[0] = at
                    e = ptr16(int(e) + 2)
                    dark = 1
                    p = ptr8(int(p) + 1)
                    n -= 1
    if dark:
        e[0] = (width << 4) - 8
        e = ptr16(int(e) + 2)
    return (int(e) - int(edges)) >> 1


@micropython.viper
def halve_row(p: ptr8, q: ptr8, n: int, width: int, y: int, out: ptr8) -> int:
    """Average squares of two pixels from row y down into one row; returns its length. `q` is the frame too."""
    p = ptr8(int(p) + y * width)
    q = ptr8(int(p) + width)
    n = width >> 1
    while n:
        out[0] = (int(p[0]) + int(p[1]) + int(q[0]) + int(q[1])) >> 2
        out = ptr8(int(out) + 1)
        p = ptr8(int(p) + 2)
        q = ptr8(int(q) + 2)
        n -= 1
    return width >> 1


@micropython.viper
def quarter_row(p: ptr8, q: ptr8, n: int, width: int, y: int, out: ptr8) -> int:
    """The same of four pixels wide and high, of which only every other row is looked at."""
    p = ptr8(int(p) + y * width)
    q = ptr8(int(p) + width + width)
    n = width >> 2
    while n:
        total = int(p[0]) + int(p[1]) + int(p[2]) + int(p[3])
        out[0] = (int(q[0]) + int(q[1]) + int(q[2]) + int(q[3]) + total) >> 3
        out = ptr8(int(out) + 1)
        p = ptr8(int(p) + 4)
        q = ptr8(int(q) + 4)
        n -= 1
    return width >> 2
