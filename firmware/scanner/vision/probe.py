# What passes for a finder pattern: cuts down, across and along six slanting lines.
#
# Noise and text cross rows like finders hundreds of times a frame, so the whole examination is one viper call that
# allocates nothing, and the first cuts run along columns and rows of pixels, where a sample is a pixel. A cut in any
# direction (cuts.py) serves the slanting lines and the fitting of the grid.
from array import array

import micropython
from micropython import const

from scanner.vision.cuts import ROOM, aim, cut
from scanner.vision.rings import measure_rings
from scanner.vision.roots import integer_root
from scanner.vision.wiping import wipe, wipe_numbers

BIAS = const(1 << 20)
_BIAS = const(1 << 20)
_ROOM = const(64)
_LEAST_MODULE = const(128)  # 1/256 px
_WIDE_MODULE = const(640)  # 1/256 px; from here on three lines are averaged
_PIXEL = const(256)
_SLANT_SLACK = const(6)  # tenths of a module
_LEAST_LINES = const(6)
_HALF_PIXEL = const(128)
_CUT = const(25)  # what a cut costs beside its samples, in samples
_REACH = const(5)  # modules from the middle to a cut's ends


@micropython.viper
def _sample_straight(
    p: ptr8, line: ptr8, n: int, at: int, first: int, beside: int, step: int, flip: int
) -> int:
    # Fills `line[first]` and on with n pixels `step` apart from `p[at]` on, averaged with those `beside` on both
    # sides (1:2:1); returns darkest | lightest << 8.
    p = ptr8(int(p) + at)
    line = ptr8(int(line) + first)
    low = 255
    high = 0
    while n:
        v = int(p[0])
        if beside:
            v = (v + v + int(p[beside]) + int(ptr8(int(p) - beside)[0])) >> 2
        v ^= flip
        line[0] = v
        line = ptr8(int(line) + 1)
        if v < low:
            low = v
        if v > high:
            high = v
        p = ptr8(int(p) + step)
        n -= 1
    return low | (high << 8)


@micropython.viper
def _cut_straight(frame, line, edges, geometry, x: int, y: int, module: int, down: int, slack: int) -> int:
    # A cut of ten modules through (x, y), down or across: twelve modules if it shows a finder, else 0. edges[7] then
    # becomes six times the middle's place on the cut. All in 1/256 px, edges + BIAS.
    g = ptr32(geometry)
    e = ptr32(edges)
    width = int(g[0])
    x = (x + 128) >> 8
    y = (y + 128) >> 8
    # One pixel after the other, or an eighth to a quarter of a module where modules are large.
    step = (module >> 11) + 1
    half = _REACH * module // (step << 8)
    if half > _ROOM:
        half = _ROOM
    beside = 0
    if module >= _WIDE_MODULE:
        beside = (module >> 10) + 1
    # `before` and `after`: how many samples the frame has on both sides of the middle.
    if down:
        before = y // step
        after = (int(g[1]) - 1 - y) // step
        if x < beside or x + beside >= width:
            beside = 0
        middle = y
        stride = step * width
    else:
        before = x // step
        after = (width - 1 - x) // step
        if y < beside or y + beside >= int(g[1]):
            beside = 0
        middle = x
        stride = step
        beside *= width
    if before > half:
        before = half
    if after > half:
        after = half
    at = y * width + x - before * stride
    extremes = int(
        _sample_straight(frame, line, before + after + 1, at, half - before, beside, stride, int(g[9]))
    )
    e[9] = half + half + _CUT + int(e[9])
    high = extremes >> 8
    # Beyond the frame is quiet zone, as light as the lightest: pictures are often cropped to the symbol's edge.
    samples = ptr8(line)
    i = half - before
    while i:
        i -= 1
        samples[i] = high
    i = half + after
    while i < half + half:
        i += 1
        samples[i] = high
    if int(measure_rings(line, 0, half, high - (extremes & 255), slack, edges)) == 0:
        return 0
    # Of all that is expected half to twice: speckles within a core show rings too.
    if int(e[6]) * step < 6 * module or int(e[6]) * step > 24 * module:
        return 0
    e[7] = 1536 * middle + (int(e[7]) - _BIAS) * step + _BIAS
    e[10] = high - (extremes & 255)
    return int(e[6]) * step


@micropython.viper
def examine(frame, geometry, line, edges, x: int, y: int, module: int, out) -> int:
    """1 if a finder lies around (x, y), its modules about `module` (1/256 px); `out` then tells of it.

    Down, across and down again, each cut moving the middle for the next, then along slanting lines: data and noise
    rarely pass for a finder along more than a few of the eight, and a finder, be it blurred, along nearly all.
    """
    e = ptr32(edges)
    o = ptr32(out)
    down = int(_cut_straight(frame, line, edges, geometry, x, y, module, 1, 7))
    if down == 0:
        return 0
    y = (int(e[7]) - _BIAS + 3) // 6
    across = int(_cut_straight(frame, line, edges, geometry, x, y, module, 0, 6))
    if across == 0:
        return 0
    x = (int(e[7]) - _BIAS + 3) // 6
    down = int(_cut_straight(frame, line, edges, geometry, x, y, down // 12, 1, 6))
    if down == 0:
        return 0
    y = (int(e[7]) - _BIAS + 3) // 6
    across = (across + 6) // 12
    down = (down + 6) // 12
    if across < _LEAST_MODULE or down < _LEAST_MODULE or across > 3 * down or down > 3 * across:
        return 0
    # Then slanting lines, an eighth of a turn and a sixteenth away from those. A module is up to 1.41 of itself along
    # a line, as the code is rotated; the smallest is nearest to the truth.
    module = across
    large = down
    if down < across:
        module = down
        large = across
    least = module * 5 // 9
    most = large * 9 // 5
    lines = 8
    o[3] = 1
    o[5] = int(e[10])
    off_x = 0
    off_y = 0
    unlike = 0  # pairs of lines at right angles
    before = 0
    k = 0
    while k < 6:
        dx = 217
        dy = 217
        if k >= 2:
            dx = 284
            dy = 118
            if k & 1:
                dx = 118
                dy = 284
        if k == 1 or k == 3 or k == 4:
            dy = 0 - dy
        dx = dx * across >> 8
        dy = dy * down >> 8
        step = module >> 2
        if step < _PIXEL:
            step = _PIXEL
        aim(geometry, x, y, dx, dy, _SLANT_SLACK, 2 * _REACH)
        length = 0
        part = 0  # a module, in parts of (dx, dy)
        if int(cut(frame, geometry, line, edges, step)):
            part = int(e[6]) // int(e[8])
            length = int(integer_root(dx * dx + dy * dy))
            length = int(e[6]) * length // (12 * 256 * int(e[8]))
        if least < length < most:
            if length < module:
                module = length
            # Each line tells how far the middle is off along it: a third of the sum of six is how far it is off.
            off = (int(e[7]) - _BIAS) // (6 * int(e[8]))
            off_x += off * dx >> 8
            off_y += off * dy >> 8
        else:
            part = 0
            lines -= 1
            if lines < _LEAST_LINES:
                return 0
        if k & 1:
            # A square is as wide along a line as along the one at right angles; stripes are not.
            if part < before:
                large = before
            else:
                large = part
                part = before
            if large * 5 >= part * 8:
                unlike += 1
                if unlike > 1:
                    return 0
        before = part
        k += 1
    o[0] = x + off_x // 3 + _BIAS
    o[1] = y + off_y // 3 + _BIAS
    o[2] = module
    o[4] = lines
    return 1


class Probe:
    """Cuts through finder patterns. `middle` and `module` tell of the last good cut, in units of its vector; `out`
    of the last finder examined: x, y (+ BIAS) and module in 1/256 px, and along how many of eight lines it shows."""

    def __init__(self):
        self.line = bytearray(2 * ROOM + 1)
        self.geometry = array("i", (0,) * 12)
        self.edges = array("i", (0,) * 11)
        self.out = array("i", (0,) * 6)
        self.middle = 0.0
        self.module = 0.0

    def forget(self):
        """Leave nothing of the last frame."""
        wipe(self.line)
        wipe_numbers(self.geometry, self.edges, self.out)

    def begin(self, width, height):
        """The size of the frames that follow."""
        self.geometry[0] = width
        self.geometry[1] = height

    def cut(self, frame, x, y, dx, dy, flip, slack, sx, sy, beside, reach):
        """Cut through (x, y) along (dx, dy), about a module long, all in 1/256 px. True if it shows a finder.

        `flip` is 255 for a light-on-dark code. `beside` lines on both sides, (sx, sy) apart, are averaged. `slack`
        is how far, in tenths of a module, each of the five runs may be off, `reach` the cut's length in modules.
        Sets `middle`, the offset of the true middle, and `module`, the true module, both in units of (dx, dy).
        """
        g = self.geometry
        aim(g, x, y, dx, dy, slack, reach)
        g[6] = sx + BIAS
        g[7] = sy + BIAS
        g[8] = beside
        g[9] = flip
        if not cut(frame, g, self.line, self.edges, _HALF_PIXEL):
            return False
        scale = 256 * self.edges[8]
        self.middle = (self.edges[7] - BIAS) / 6 / scale
        self.module = self.edges[6] / 12 / scale
        return True
