# What passes for a finder pattern: cuts down, across and along both diagonals, each moving the middle for the next.
#
# Noise and text cross rows like finders thousands of times a frame, so the whole examination is one viper call
# that allocates nothing; a cut alone (cuts.py) serves the fitting of the grid.
from array import array

import micropython
from micropython import const

from scanner.vision.cuts import ROOM, aim, cut
from scanner.vision.wiping import wipe

BIAS = const(1 << 20)
_BIAS = const(1 << 20)
_LEAST_MODULE = const(128)  # 1/256 px


@micropython.viper
def _examine(frame, geometry, line, edges, x: int, y: int, module: int, out) -> int:
    # Down, across, down again, then both diagonals; each cut moves the middle for the next.
    e = ptr32(edges)
    o = ptr32(out)
    aim(geometry, x, y, 0, module, 8, 10)
    if int(cut(frame, geometry, line, edges)) == 0:
        return 0
    part = 1536 * int(e[8])
    y += ((int(e[7]) - _BIAS) * module + (part >> 1)) // part
    down = (int(e[6]) * module + part) // (part + part)
    aim(geometry, x, y, module, 0, 7, 10)
    if int(cut(frame, geometry, line, edges)) == 0:
        return 0
    part = 1536 * int(e[8])
    x += ((int(e[7]) - _BIAS) * module + (part >> 1)) // part
    across = (int(e[6]) * module + part) // (part + part)
    aim(geometry, x, y, 0, down, 6, 10)
    if int(cut(frame, geometry, line, edges)) == 0:
        return 0
    part = 1536 * int(e[8])
    y += ((int(e[7]) - _BIAS) * down + (part >> 1)) // part
    if across < _LEAST_MODULE or down < _LEAST_MODULE or across > 3 * down or down > 3 * across:
        return 0
    o[0] = x + _BIAS
    o[1] = y + _BIAS
    o[2] = across
    o[3] = down
    # Along a diagonal a module is 0.7 to 1.4 of itself, as the code is rotated.
    passed = 0
    sign = 1
    while sign >= 0 - 1:
        o[5 - (sign + 1) // 2] = 0
        aim(geometry, x, y, across * 3 // 4, sign * (down * 3 // 4), 8, 14)
        if int(cut(frame, geometry, line, edges)):
            passed = 1
            o[5 - (sign + 1) // 2] = int(e[6]) * 256 // (12 * int(e[8]))
        sign -= 2
    return passed


class Probe:
    """Cuts through finder patterns. `middle` and `module` tell of the last good cut, in units of its vector; `out`
    of the last finder examined: x, y (+ BIAS), its module across and down, all in 1/256 px, and the modules along
    the two diagonals in 1/65536 of (3/4 across, 3/4 down), 0 where that cut failed."""

    def __init__(self):
        self._line = bytearray(2 * ROOM + 1)
        self._geometry = array("i", (0,) * 12)
        self._edges = array("i", (0,) * 9)
        self.out = array("i", (0,) * 6)
        self.middle = 0.0
        self.module = 0.0

    def forget(self):
        """Leave nothing of the last frame."""
        wipe(self._line)

    def begin(self, width, height):
        """The size of the frames that follow."""
        self._geometry[0] = width
        self._geometry[1] = height

    def examine(self, frame, x, y, module, flip):
        """Whether a finder lies around (x, y), its modules about `module` (1/256 px); `out` tells of it."""
        self._geometry[9] = flip
        return _examine(frame, self._geometry, self._line, self._edges, x, y, module, self.out)

    def cut(self, frame, x, y, dx, dy, flip, slack, sx, sy, beside, reach):
        """Cut through (x, y) along (dx, dy), about a module long, all in 1/256 px. True if it shows a finder.

        `flip` is 255 for a light-on-dark code. `beside` lines on both sides, (sx, sy) apart, are averaged. `slack`
        is how far, in tenths of a module, each of the five runs may be off, `reach` the cut's length in modules.
        Sets `middle`, the offset of the true middle, and `module`, the true module, both in units of (dx, dy).
        """
        g = self._geometry
        aim(g, x, y, dx, dy, slack, reach)
        g[6] = sx + BIAS
        g[7] = sy + BIAS
        g[8] = beside
        g[9] = flip
        if not cut(frame, g, self._line, self._edges):
            return False
        scale = 256 * self._edges[8]
        self.middle = (self._edges[7] - BIAS) / 6 / scale
        self.module = self._edges[6] / 12 / scale
        return True
