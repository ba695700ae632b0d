# A finder pattern along one line through it: where its middle is and how long a module, told by its whole profile.
#
# Edges drown in blur and noise long before the pattern does. So the line (and those beside it, as far as the dark core
# reaches) is compared with the pattern's own profile, light to 4.25, dark to 3.5, light to 2.5, dark to 1.5 modules
# from the middle, at all scales and places that come into question; running sums make each comparison eight look-ups.
# The best is where light and dark differ most.
from array import array

import micropython
from micropython import const

_BIAS = const(1 << 20)
_REACH = const(31)  # samples on each side, a quarter module apart
_COUNT = const(63)
_LINES = const(5)  # half a module apart
_LEAST_SCALE = const(176)  # of the expected module, in 1/256: 0.69
_MOST_SCALE = const(368)  # 1.44
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
def _contrast(at: int, v: int, sums: ptr32, scale: int, off: int) -> int:
    # Light less dark, the mean of each, times 17.5 * 5 lines; a little less where the middle is moved far. off: of the
    # middle, in 1/256 samples. at, v take the registers.
    #
    # The sum of the light stretches / 14 less that of the dark ones / 20 (their lengths in quarters of a module), from
    # the running sums at the stretches' ends: 17, 14, 10 and 6 quarters on both sides of the middle.
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
    return v - (v * (off * off >> 10) >> _FIRMNESS)


@micropython.viper
def _fit(sums, best) -> int:
    # best: scale and place of the best fit, and how far the samples it spans are from their mean, all together.
    out = ptr32(best)
    c = ptr32(sums)
    top = 0 - 1
    scale = _LEAST_SCALE
    s = 256
    o = 0
    while scale <= _MOST_SCALE:
        off = 0 - _FAR
        while off <= _FAR:
            v = int(_contrast(0, 0, sums, scale, off))
            if v > top:
                top = v
                s = scale
                o = off
            off += _FAR // 2
        scale += 24
    step = 16
    while step:
        i = 0 - 1
        mid_s = s
        mid_o = o
        while i <= 1:
            j = 0 - 1
            while j <= 1:
                if i or j:
                    v = int(_contrast(0, 0, sums, mid_s + i * step, mid_o + j * step * 16))
                    if v > top:
                        top = v
                        s = mid_s + i * step
                        o = mid_o + j * step * 16
                j += 1
            i += 1
        step = step >> 1
    out[0] = s
    out[1] = o + _BIAS
    first = _REACH + ((o - 17 * s + 128) >> 8)
    count = (34 * s + 128) >> 8
    mean = (int(c[first + count]) - int(c[first])) // count
    spread = 1
    i = first
    while i < first + count:
        v = int(c[i + 1]) - int(c[i]) - mean
        if v < 0:
            v = 0 - v
        spread += v
        i += 1
    out[2] = spread // count + 1
    return top


class LegEnd:
    """`module` and `x`, `y`, the middle, of the last finder measured, all in 1/256 px; `likeness` in percent."""

    def __init__(self):
        self._geometry = array("i", (0,) * 9)
        self._sums = array("i", (0,) * (_COUNT + 1))
        self._best = array("i", (0,) * 3)
        self.module = 0.0
        self.x = 0.0
        self.y = 0.0
        self.likeness = 0

    def forget(self):
        """Leave nothing of the last frame."""
        for i in range(len(self._sums)):
            self._sums[i] = 0

    def measure(self, frame, width, height, flip, x, y, ux, uy, vx, vy):
        """Measure the finder around (x, y) along (ux, uy), about a module; (vx, vy) is as much in the other
        direction. False where nothing like one is there."""
        g = self._geometry
        g[0] = width
        g[1] = height
        g[2] = flip
        g[3] = round(x - ux * 7.75 - vx) + _BIAS
        g[4] = round(y - uy * 7.75 - vy) + _BIAS
        g[5] = round(ux * 4) + _BIAS
        g[6] = round(uy * 4) + _BIAS
        g[7] = round(vx * 8) + _BIAS
        g[8] = round(vy * 8) + _BIAS
        sums = self._sums
        _profile(0, 0, frame, g, sums)
        top = _fit(sums, self._best)
        scale = self._best[0]
        off = (self._best[1] - _BIAS) / 1024
        # Two levels, dark 20 and light 14 quarters long, lie 0.485 of their difference from their mean, on average.
        self.likeness = top * 277 // (100 * self._best[2])
        self.module = scale / _TOO_LONG
        self.x = x + off * ux
        self.y = y + off * uy
        return self.likeness >= _LEAST_LIKENESS
