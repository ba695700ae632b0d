# Finder patterns -> triples that may be the three corners of one symbol, best first.
#
# The judgement is loose on purpose: under perspective the three finders differ in size, the legs in length, and
# the corner is no right angle. Whether a triple is a symbol is decided later by its timing pattern and, in the
# end, by Reed-Solomon.
#
# Noise, text and stripes show finder patterns by chance, of which hardly any three stand like corners: to tell so
# allocates nothing.
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room, numbers
from scanner.vision.roots import integer_root

_MOST_FINDERS = const(24)  # those hit by most rows; each triple costs time
_MOST_TRIPLES = const(40)
# Numbers of each: x, y (both + 2^16), module, inverted, badness of few hits, its place among all, its own number.
_FINDER = const(7)
_FINDING = const(7)  # numbers of each finding, as findings.py has them
_BIASES = const((1 << 20) - (1 << 16))  # what it adds to coordinates, less what is added here
_MANY_HITS = const(4)
_LEG = const(6)
_TRIPLE = const(4)
# What arranging costs: thousands of instructions, and instructions for each leg and for two.
_ARRANGE_COST = const(15)
_LEG_COST = const(1000)
_JOIN_COST = const(100)
# Ratios are in 1/256.
_LEAST_SPAN = const(10 * 256)  # modules between two finders' middles: version 1 has 14
_MOST_SPAN = const(240 * 256)  # version 40 has 170; small finders are measured poorly
_MODULE_RATIO = const(512)  # between the sizes of two finders of one symbol
_LEG_RATIO = const(435)  # between the legs' lengths in modules
_MOST_COSINE = const(159)  # of the angle at the corner


@micropython.viper
def _take(p: ptr32, f: ptr32, places: ptr32, count: int, used: ptr32, spent: int, finders: ptr32) -> int:
    # Copy the findings that belong to no symbol (`used`: the numbers of `spent` that do) to `finders`: where there are
    # too many those that most rows hit, and of those hit by as many the first. Returns how many. p, f: no meaning.
    level = 0
    few = 0 - 1  # how many hit by `level` rows are taken; below 0 those hit by more are only counted
    while True:
        p = places
        f = finders
        taken = 0
        k = count
        while k:
            hits = int(p[4])
            n = spent
            u = used
            while n:
                if int(u[0]) == int(p[5]):
                    hits = 0
                u = ptr32(int(u) + 4)
                n -= 1
            fits = 0
            if hits > level:
                fits = 1
            elif hits == level and few > 0:
                few -= 1
                fits = 1
            if fits:
                taken += 1
                if few >= 0:
                    if hits > _MANY_HITS:
                        hits = _MANY_HITS
                    f[0] = int(p[0]) - _BIASES
                    f[1] = int(p[1]) - _BIASES
                    f[2] = int(p[2])
                    f[3] = int(p[3])
                    f[4] = 256 // (1 + hits)
                    f[5] = count - k
                    f[6] = int(p[5])
                    f = ptr32(int(f) + 4 * _FINDER)
            p = ptr32(int(p) + 4 * _FINDING)
            k -= 1
        if few >= 0:
            return taken
        if taken > _MOST_FINDERS:
            level += 1
        elif level:
            few = _MOST_FINDERS - taken
        else:
            few = 0


@micropython.viper
def _find_legs(f: ptr32, n: int, i: int, legs: ptr32) -> int:
    # Legs from finder i: which, dx, dy in 1/8 px, length, modules / 256, how much the two sizes differ.
    a = ptr32(int(f) + i * 4 * _FINDER)
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
        f = ptr32(int(f) + 4 * _FINDER)
        k += 1
    return count


@micropython.viper
def _join_legs(f: ptr32, i: int, legs, count: int, best: ptr16, kept: int) -> int:
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
                    bad += (
                        int(hits[_FINDER * i])
                        + int(hits[_FINDER * int(b[0])])
                        + int(hits[_FINDER * int(c[0])])
                    )
                    at = kept
                    if kept == _MOST_TRIPLES:
                        at -= 1
                    else:
                        kept += 1
                        best[4 * at] = bad
                    to = ptr16(int(best) + at * 8)
                    if bad <= int(to[0]):
                        before = ptr16(int(to) - 8)
                        while at and int(before[0]) > bad:
                            to[0] = int(before[0])
                            to[1] = int(before[1])
                            to[2] = int(before[2])
                            to[3] = int(before[3])
                            to = before
                            before = ptr16(int(before) - 8)
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


class Grouping:
    """The triples of one frame's findings, best first."""

    def __init__(self, room=None):
        self._finders = numbers("i", _FINDER * _MOST_FINDERS)
        self._legs = (room or Room()).first(4 * _LEG * _MOST_FINDERS)
        self._best = numbers("H", _TRIPLE * _MOST_TRIPLES)
        self._used = array("i")  # numbers of those that belong to a symbol
        self.cost = 0  # of the last arrangement, in thousands of instructions

    def begin(self):
        """A new frame."""
        if self._used:
            self._used = array("i")

    def leave_out(self, numbers):
        """These findings belong to a symbol."""
        self._used.extend(array("i", numbers))

    def arrange(self, places, count):
        """How many triples (at most 40) the `count` findings at `places` make up."""
        finders = self._finders
        legs = self._legs
        taken = _take(places, finders, places, count, self._used, len(self._used), finders)
        # Every two legs of each are joined.
        self.cost = _ARRANGE_COST + taken * taken * (_LEG_COST + taken * _JOIN_COST) // 1000
        kept = 0
        for i in range(taken):
            kept = _join_legs(finders, i, legs, _find_legs(finders, taken, i, legs), self._best, kept)
        return kept

    def key(self, k):
        """The numbers of the finders of triple k: top left, top right, bottom left; mirrored codes give the same order,
        flipped."""
        return self._three(k, 6)

    def get(self, k):
        """Where among the findings they are."""
        return self._three(k, 5)

    def _three(self, k, number):
        finders = self._finders
        best = self._best
        k *= _TRIPLE
        return (
            finders[_FINDER * best[k + 1] + number],
            finders[_FINDER * best[k + 2] + number],
            finders[_FINDER * best[k + 3] + number],
        )
