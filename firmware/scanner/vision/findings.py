# The finder patterns of one frame, each once, however many rows have crossed it.
#
# They lie in one array, so that a search that finds something by mistake still allocates nothing.
from array import array

import micropython
from micropython import const

from scanner.vision.probe import examine
from scanner.vision.room import numbers

_BIAS = const(1 << 20)
_ROOM = const(64)  # finders kept at most: noise and text must not make the grouping explode
RECORD = const(7)
_RECORD = const(7)  # numbers of each: x, y (both + _BIAS), module, inverted, hits, number, lines
_BYTES = const(28)
_ALL_LINES = const(8)
_BRIGHT = const(64)  # grey levels of contrast
_FALSE_FRIENDS = const(2)
_LARGE = const(1536)  # 1/256 px: modules so large that hardly any row misses a finder of them
# Points of three finders, and of as many by mistake as may be beside them.
_CROWD = const(6)
_BESIDE = const(4)
# Instructions, about: for a hit, and for a sample of a cut through it.
_HIT = const(500)
_SAMPLE = const(235)


@micropython.viper
def _known(p: ptr32, count: int, x: int, y: int, inverted: int, module: int, times: int) -> int:
    # Which finder of about that size (x, y, module, inverted) has its middle within so many times its module.
    x += _BIAS
    y += _BIAS
    k = 0
    while k < count:
        far = times * int(p[2])
        dx = int(p[0]) - x
        if dx < 0:
            dx = 0 - dx
        if dx < far:
            dy = int(p[1]) - y
            if dy < 0:
                dy = 0 - dy
            if dy < far and int(p[3]) == inverted:
                if module < 2 * int(p[2]) and module * 2 > int(p[2]):
                    return k
        p = ptr32(int(p) + _BYTES)
        k += 1
    return 0 - 1


@micropython.viper
def _certain(places: ptr32, count: int) -> int:
    # Keep those that more than one row has hit; returns how many these are.
    kept = 0
    to = places
    while count:
        if int(places[4]) > 1:
            to[0] = int(places[0])
            to[1] = int(places[1])
            to[2] = int(places[2])
            to[3] = int(places[3])
            to[4] = int(places[4])
            to[5] = int(places[5])
            to[6] = int(places[6])
            to = ptr32(int(to) + _BYTES)
            kept += 1
        places = ptr32(int(places) + _BYTES)
        count -= 1
    return kept


@micropython.viper
def _examine_hits(frame, hits, place, places, counts, geometry, line, edges, out) -> int:
    # 1 if there was room for all.
    h = ptr16(hits)
    at = ptr32(place)
    o = ptr32(out)
    c = ptr32(counts)
    e = ptr32(edges)
    g = ptr32(geometry)
    size = 1 << int(at[3])
    half = (size - 1) << 7  # the middle of a shrunk pixel, in 1/256 px of the frame
    unit = size << 4  # 1/16 of a shrunk pixel, in 1/256 px of the frame
    left = int(at[6])
    work = int(at[9])
    at[6] = 0
    while left and work > 0:
        x = int(h[0]) * unit + half
        y = (int(h[1]) << 8) + half
        inverted = int(h[3])
        count = int(c[0])
        module = int(h[2]) * unit // 12
        k = int(_known(places, count, x, y, inverted, module, 2))
        work -= _HIT
        if k < 0:
            g[9] = 255 * inverted
            e[9] = 0
            o[3] = 0
            seen = int(examine(frame, geometry, line, edges, x, y, module, out))
            work -= int(e[9]) * _SAMPLE
            c[3] = int(c[3]) + int(o[3])
            if seen:
                x = int(o[0]) - _BIAS
                y = int(o[1]) - _BIAS
                module = int(o[2])
                k = int(_known(places, count, x, y, inverted, module, 1))
                if k < 0:
                    if count >= _ROOM:
                        # A finder that one row alone has hit is most likely noise.
                        count = int(_certain(places, count))
                        if count >= _ROOM:
                            return 0
                    c[1] = int(c[1]) + 1
                    p = ptr32(int(ptr32(places)) + count * _BYTES)
                    p[0] = x + _BIAS
                    p[1] = y + _BIAS
                    p[2] = module
                    p[3] = inverted
                    p[4] = 1
                    p[5] = int(c[1])
                    p[6] = int(o[4])
                    if int(o[4]) >= _ALL_LINES - 1:
                        points = int(o[4]) + 2 - _ALL_LINES
                        if inverted and (points < 2 or int(o[5]) < _BRIGHT):
                            # Few codes are light on dark, and those on bright screens: a pale finder is not enough.
                            points = 2 * int(c[4])
                            c[4] = 1
                        if module >= _LARGE and points:
                            points -= 1
                        c[2] = int(c[2]) + points
                    c[0] = count + 1
        if k >= 0:
            p = ptr32(int(ptr32(places)) + k * _BYTES)
            p[4] = int(p[4]) + 1
        h = ptr16(int(h) + 8)
        left -= 1
    if work < 0:
        work = 0
    at[9] = work
    return 1


class Findings:
    """`count` finders, of which `get` tells; `places`: seven numbers of each."""

    def __init__(self):
        self.places = numbers("i", _RECORD * _ROOM)
        # Finders; how many were numbered; points for those that showed along (nearly) all lines; how many hits looked
        # like a finder down and across; whether one of light on dark was among the former.
        self._counts = array("i", (0, 0, 0, 0, 0))

    @property
    def count(self):
        return self._counts[0]

    @property
    def promising(self):
        """Whether there is a code here somewhere, as like as not.

        A finder that shows along all lines is hardly ever anything else, nor are two along all but one; but where many
        things look like one at first, as in noise, it takes more, and of one alone much more. Many more
        than a code has are a pattern.
        """
        points = self._counts[2]
        return 1 < points <= _CROWD + _BESIDE and points * points * _FALSE_FRIENDS > self._counts[3]

    @property
    def incomplete(self):
        """Whether there is a code here of which finders are wanting: more of them than it has would have been read."""
        return self.promising and self._counts[2] <= _CROWD

    def clear(self):
        """Forget all."""
        self._counts[0] = self._counts[1] = self._counts[2] = self._counts[3] = self._counts[4] = 0

    def get(self, k):
        """Number, x, y, module, inverted, hits, lines of the finder at k."""
        x, y, module, inverted, hits, number, lines = self.places[_RECORD * k : _RECORD * (k + 1)]
        return number, x - _BIAS, y - _BIAS, module, inverted, hits, lines

    def make_room(self):
        """What one row alone has hit is most likely noise: it must not fill the room."""
        if self._counts[0] >= _ROOM // 2:
            self._counts[0] = _certain(self.places, self._counts[0])

    def examine(self, frame, probe, hits, place):
        """Examine the hits of some rows (crossings.py). False if there are more finders than can be."""
        return _examine_hits(
            frame, hits, place, self.places, self._counts, probe.geometry, probe.line, probe.edges, probe.out
        )
