# Finder patterns -> triples that may be the three corners of one symbol, best first.
#
# The judgement is loose on purpose: under perspective the three finders differ in size, the legs in length, and
# the corner is no right angle. Whether a triple is a symbol is decided later by its timing pattern and, in the
# end, by Reed-Solomon.
from array import array

import micropython
from micropython import const

from scanner.vision.roots import integer_root

_MOST_FINDERS = const(24)  # those hit by most rows; each triple costs time
_MOST_TRIPLES = const(40)
# Ratios are in 1/256.
_LEAST_SPAN = const(10 * 256)  # modules between two finders' middles: version 1 has 14
_MOST_SPAN = const(240 * 256)  # version 40 has 170; small finders are measured poorly
_MODULE_RATIO = const(512)  # between the sizes of two finders of one symbol
_LEG_RATIO = const(435)  # between the legs' lengths in modules
_MOST_COSINE = const(159)  # of the angle at the corner


@micropython.viper
def _find_legs(f: ptr32, n: int, i: int, legs: ptr32) -> int:
    # Legs from finder i: which, dx, dy in 1/8 px, length, modules / 256, how much the two sizes differ.
    a = ptr32(int(f) + i * 20)
    module = int(a[2])
    count = 0
    k = 0
    while k < n:
        if k != i and int(f[3]) == int(a[3]):
            big = module
            small = int(f[2])
            if small > big:
                big = small
                small = module
            ratio = (big << 8) // small
            if ratio < _MODULE_RATIO:
                dx = (int(f[0]) - int(a[0])) >> 5
                dy = (int(f[1]) - int(a[1])) >> 5
                length = int(integer_root(dx * dx + dy * dy))
                span = (length << 13) // int(integer_root(big * small))
                if span > _LEAST_SPAN and span < _MOST_SPAN:
                    legs[0] = k
                    legs[1] = dx + 65536
                    legs[2] = dy + 65536
                    legs[3] = length
                    legs[4] = span
                    legs[5] = ratio - 256
                    legs = ptr32(int(legs) + 24)
                    count += 1
        f = ptr32(int(f) + 20)
        k += 1
    return count


@micropython.viper
def _join_legs(f: ptr32, i: int, legs, count: int, best: ptr32, kept: int) -> int:
    # Every two legs that may be those of one corner, sorted into `best`: badness, then the three finders.
    hits = ptr32(int(f) + 16)
    j = 1
    while j < count:
        b = ptr32(int(ptr32(legs)) + j * 24)
        c = ptr32(legs)
        k = 0
        while k < j:
            big = int(b[4])
            small = int(c[4])
            if small > big:
                big = small
                small = int(b[4])
            ratio = (big << 8) // small
            if ratio < _LEG_RATIO:
                bx = int(b[1]) - 65536
                by = int(b[2]) - 65536
                cx = int(c[1]) - 65536
                cy = int(c[2]) - 65536
                cosine = (bx * cx + by * cy) // (int(b[3]) * int(c[3]) >> 8)
                if cosine < 0:
                    cosine = 0 - cosine
                if cosine <= _MOST_COSINE:
                    bad = ratio - 256 + cosine + ((int(b[5]) + int(c[5])) >> 1)
                    # Rows that hit a finder speak for it, up to a point.
                    bad += int(hits[5 * i]) + int(hits[5 * int(b[0])]) + int(hits[5 * int(c[0])])
                    at = kept
                    if kept == _MOST_TRIPLES:
                        at -= 1
                    else:
                        kept += 1
                        best[4 * at] = bad
                    to = ptr32(int(best) + at * 16)
                    if bad <= int(to[0]):
                        before = ptr32(int(to) - 16)
                        while at and int(before[0]) > bad:
                            to[0] = int(before[0])
                            to[1] = int(before[1])
                            to[2] = int(before[2])
                            to[3] = int(before[3])
                            to = before
                            before = ptr32(int(before) - 16)
                            at -= 1
                        to[0] = bad
                        to[1] = i
                        if bx * cy - by * cx > 0:
                            to[2] = int(b[0])
                            to[3] = int(c[0])
                        else:
                            to[2] = int(c[0])
                            to[3] = int(b[0])
            c = ptr32(int(c) + 24)
            k += 1
        j += 1
    return kept


def triples(finders):
    """Yields lists of (top left, top right, bottom left), best first; mirrored codes give the same order, flipped."""
    if len(finders) > _MOST_FINDERS:
        finders = sorted(finders, key=lambda f: -f.hits)[:_MOST_FINDERS]
    count = len(finders)
    numbers = array("i")
    for f in finders:
        numbers.extend(
            array("i", (f.x + (1 << 16), f.y + (1 << 16), f.module, f.inverted, 256 // (1 + min(f.hits, 4))))
        )
    legs = array("i", (0,) * (6 * count))
    best = array("i", (0,) * (4 * _MOST_TRIPLES))
    kept = 0
    for i in range(count):
        kept = _join_legs(numbers, i, legs, _find_legs(numbers, count, i, legs), best, kept)
    for k in range(0, 4 * kept, 4):
        yield [finders[best[k + n]] for n in (1, 2, 3)]
