# A finder pattern along one line through it: where its middle is and how long a module, told by its whole profile.
#
# Edges drown in blur and noise long before the pattern does. So the line (and those beside it, as far as the dark core
# reaches) is compared with the pattern's own profile, light to 4.25, dark to 3.5, light to 2.5, dark to 1.5 modules
# from the middle, at all scales and places that come into question; running sums make each comparison eight look-ups.
# The best is where light and dark differ most.
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room

_BIAS = const(1 << 20)
_REACH = const(31)  # samples on each side, a quarter module apart
_COUNT = const(63)
_LINES = const(5)  # half a module apart
_LEAST_SCALE = const(176)  # of the expected module, in 1/256: 0.69
_MOST_SCALE = const(368)  # 1.44
_STEP = const(24)
_FINE_STEP = const(16)
_FIRMNESS = const(12)  # a fit one module off must be 2^10 / 2^12 better
_FAR = const(1024)  # a module, in 1/256 samples: how far off the middle may be
_TOO_LONG = 260  # the scale's unit, 256, and what blur makes of it: it widens the pattern by 1 to 2 %
_LEAST_LIKENESS = const(60)  # percent


@micropython.viper
def _profile(x: int, y: int, frame: ptr8, geometry: ptr32, sums: ptr32):
    # geometry: width, height, flip, then x, y of the first sample of the first line in 1/256 px, the steps along and
    # from line to line in 1/4096 px, all + _BIAS. sums: running sums of the grey values of all lines, of the pixels
    # nearest to the samples. x, y take the registers, in 1/4096 px.
    base = int(frame)
    width = int(geometry[0])
    limit_x = (width - 1) << 12
    limit_y = (int(geometry[1]) - 1) << 12
    flip = int(geometry[2])
    along_x = int(geometry[5]) - _BIAS
    along_y = int(geometry[6]) - _BIAS
    across_x = int(geometry[7]) - _BIAS
    across_y = int(geometry[8]) - _BIAS
    start_x = ((int(geometry[3]) - _BIAS) << 4) + 2048
    start_y = ((int(geometry[4]) - _BIAS) << 4) + 2048
    total = 0
    sums[0] = 0
    k = 0
    while k < _COUNT:
        x = start_x
        y = start_y
        n = _LINES
        while n:
            if x < 0:
                x = 0
            if y < 0:
                y = 0
            if x > limit_x:
                x = limit_x
            if y > limit_y:
                y = limit_y
            p = ptr8((y >> 12) * width + (x >> 12) + base)
            total += p[0] ^ flip
            x += across_x
            y += across_y
            n -= 1
        start_x += along_x
        start_y += along_y
        k += 1
        sums[k] = total


@micropython.viper
def _fit(at: int, v: int, sums: ptr32, out: ptr32) -> int:
    # out: scale and place of the best fit, and how far the samples it spans are from their mean, all together. Returns
    # how much lighter the light is than the dark there, the means of both, times 17.5 * 5 lines; a little less where
    # the middle is moved far. at, v take the registers.
    #
    # At first all scales and places are tried roughly, then those around the best more and more finely.
    top = 0 - 1
    s = 256
    o = 0
    step = _STEP
    step_off = _FAR // 2
    rows = (_MOST_SCALE - _LEAST_SCALE) // _STEP + 1
    columns = 5
    scale = _LEAST_SCALE
    first_off = 0 - _FAR
    while step:
        i = rows
        while i:
            off = first_off
            j = columns
            while j:
                # The sum of the light stretches / 14 less that of the dark ones / 20 (their lengths in quarters of a
                # module), from the running sums at the stretches' ends: 17, 14, 10 and 6 quarters on both sides of the
                # middle, which is `off` 1/256 samples away.
                at = off + _REACH * 256 + 128 - 17 * scale
                p = ptr32(int(sums) + ((at >> 8) << 2))
                outer = (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 3 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                v = (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 4 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                v -= (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 4 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                v += (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 12 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                v -= (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 4 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                v += (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 4 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                v -= (p[1] - p[0]) * (at & 255) + (p[0] << 8)
                at = 3 * scale + at
                p = ptr32(int(sums) + ((at >> 8) << 2))
                outer = (p[1] - p[0]) * (at & 255) + (p[0] << 8) - outer
                v = (v * 17 + outer * 10) // (scale << 3)
                v -= v * (off * off >> 10) >> _FIRMNESS
                if v > top:
                    top = v
                    s = scale
                    o = off
                off += step_off
                j -= 1
            scale += step
            i -= 1
        step = step >> 1
        if rows > 3:
            step = _FINE_STEP
        rows = 3
        columns = 3
        step_off = step << 4
        scale = s - step
        first_off = o - step_off
    out[0] = s
    out[1] = o + _BIAS
    first = _REACH + ((o - 17 * s + 128) >> 8)
    count = (34 * s + 128) >> 8
    mean = (int(sums[first + count]) - int(sums[first])) // count
    spread = 1
    i = first
    while i < first + count:
        v = int(sums[i + 1]) - int(sums[i]) - mean
        if v < 0:
            v = 0 - v
        spread += v
        i += 1
    out[2] = spread // count + 1
    return top


class LegEnd:
    """`module` and `x`, `y`, the middle, of the last finder measured, all in 1/256 px; `likeness` in percent."""

    def __init__(self, room=None):
        self._geometry = array("i", (0,) * 9)
        self._sums = (room or Room()).first(4 * (_COUNT + 1))
        self._best = array("i", (0,) * 3)
        self.module = 0.0
        self.x = 0.0
        self.y = 0.0
        self.likeness = 0

    def measure(self, frame, width, height, flip, x, y, ux, uy, vx, vy):
        """Measure the finder around (x, y) along (ux, uy), about a module; (vx, vy) is as much in the other
        direction. False where nothing like one is there."""
        self._aim(width, height, flip, round(x - ux * 7.75 - vx), round(y - uy * 7.75 - vy))
        g = self._geometry
        g[5] = round(ux * 4) + _BIAS
        g[6] = round(uy * 4) + _BIAS
        g[7] = round(vx * 8) + _BIAS
        g[8] = round(vy * 8) + _BIAS
        self._look(frame)
        scale = self._best[0]
        off = (self._best[1] - _BIAS) / 1024
        self.module = scale / _TOO_LONG
        self.x = x + off * ux
        self.y = y + off * uy
        return self.likeness >= _LEAST_LIKENESS

    def likeness_along(self, frame, width, height, flip, x, y, ux, uy):
        """The same for whole numbers and lines across at right angles: only the likeness. Allocates nothing."""
        self._aim(width, height, flip, x - (ux * 31 >> 2) + uy, y - (uy * 31 >> 2) - ux)
        g = self._geometry
        g[5] = ux * 4 + _BIAS
        g[6] = uy * 4 + _BIAS
        g[7] = _BIAS - uy * 8
        g[8] = ux * 8 + _BIAS
        self._look(frame)
        return self.likeness

    def _aim(self, width, height, flip, x, y):
        # (x, y): the first sample.
        g = self._geometry
        g[0] = width
        g[1] = height
        g[2] = flip
        g[3] = x + _BIAS
        g[4] = y + _BIAS

    def _look(self, frame):
        _profile(0, 0, frame, self._geometry, self._sums)
        top = _fit(0, 0, self._sums, self._best)
        # Two levels, dark 20 and light 14 quarters long, lie 0.485 of their difference from their mean, on average.
        self.likeness = top * 277 // (100 * self._best[2])
