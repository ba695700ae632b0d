# A cut through the middle of a finder pattern in any direction, sampled between pixels.

import micropython
from micropython import const

from scanner.vision.rings import measure_rings

ROOM = const(64)
_ROOM = const(64)  # samples on each side of the middle, at most
_BIAS = const(1 << 20)  # ptr32 reads are unsigned on 64-bit machines, so signed values are stored shifted
_CUT = const(25)  # what a cut costs beside its samples, in samples
_LARGE = const(2176)  # modules of five pixels and more, in 1/256 px: the sum of both parts of a slanting one


@micropython.viper
def _sample_line(frame: ptr8, geometry: ptr32, line: ptr8, dx: int, dy: int, half: int) -> int:
    # Fills `line` with averaged bilinear samples, (dx, dy) apart; returns darkest | lightest << 8.
    width = int(geometry[0])
    height = int(geometry[1])
    x = int(geometry[2]) - _BIAS
    y = int(geometry[3]) - _BIAS
    sx = int(geometry[6]) - _BIAS
    sy = int(geometry[7]) - _BIAS
    beside = int(geometry[8])
    flip = int(geometry[9])
    spread = beside * 2 + 1
    limit_x = ((width - 1) << 8) - 1
    limit_y = ((height - 1) << 8) - 1
    low = 255
    high = 0
    n = half * 2 + 1
    first = 0
    last = n - 1
    i = 0
    x = x - half * dx - beside * sx
    y = y - half * dy - beside * sy
    while i < n:
        total = 0
        outside = 0
        j = 0
        while j < spread:
            ux = x + j * sx
            uy = y + j * sy
            if ux < 0:
                outside |= ux + 128
                ux = 0
            if uy < 0:
                outside |= uy + 128
                uy = 0
            if ux > limit_x:
                outside |= limit_x + 129 - ux
                ux = limit_x
            if uy > limit_y:
                outside |= limit_y + 129 - uy
                uy = limit_y
            at = (uy >> 8) * width + (ux >> 8)
            fx = (ux >> 4) & 15
            fy = (uy >> 4) & 15
            v = int(frame[at])
            top = (v << 4) + (int(frame[at + 1]) - v) * fx
            at += width
            v = int(frame[at])
            total += (top << 4) + ((v << 4) + (int(frame[at + 1]) - v) * fx - top) * fy
            j += 1
        if outside < 0:
            if low > high:
                first = i + 1
        else:
            last = i
            v = ((total // spread) >> 8) ^ flip
            line[i] = v
            if v < low:
                low = v
            if v > high:
                high = v
        x += dx
        y += dy
        i += 1
    # Beyond the frame is quiet zone, as light as the lightest: pictures are often cropped to the symbol's edge.
    i = 0
    while i < first:
        line[i] = high
        i += 1
    i = last + 1
    while i < n:
        line[i] = high
        i += 1
    return low | (high << 8)


@micropython.viper
def cut(frame, geometry, line, edges, step: int) -> int:
    """1 if the line that `geometry` tells of shows a finder, else 0. edges[6] becomes twelve modules and edges[7] six
    times the middle's offset (+ BIAS), both in 1/256 of a step, of which edges[8] make a vector. A step is about `step`
    (1/256 px) long, or an eighth of a module where modules are large.

    geometry: frame's width, height; x, y of the middle, dx, dy of about one module, sx, sy between lines averaged, all
    in 1/256 px + BIAS; lines on each side; flip; slack in tenths of a module; reach in modules (both ends).
    """
    g = ptr32(geometry)
    e = ptr32(edges)
    dx = int(g[4]) - _BIAS
    dy = int(g[5]) - _BIAS
    wide = dx
    if wide < 0:
        wide = 0 - wide
    high = dy
    if high < 0:
        high = 0 - high
    if high > wide:
        wide = high
    parts = wide // step
    if parts < 2:
        parts = 2
    if parts > 8:
        parts = 8
    half = (int(g[11]) * parts) >> 1
    if half > _ROOM:
        half = _ROOM
    twice = parts + parts
    extremes = int(
        _sample_line(frame, geometry, line, (dx + dx + parts) // twice, (dy + dy + parts) // twice, half)
    )
    e[8] = parts
    e[9] = (half + half + 1) * (2 * int(g[8]) + 1) + _CUT + int(e[9])
    return int(measure_rings(line, 0, half, (extremes >> 8) - (extremes & 255), int(g[10]), edges))


@micropython.viper
def aim(geometry: ptr32, x: int, y: int, dx: int, dy: int, slack: int, reach: int):
    """Set the geometry of a cut through (x, y) along (dx, dy)."""
    # Large modules show every spot of the print: average three lines, a quarter module apart.
    geometry[2] = x + _BIAS
    geometry[3] = y + _BIAS
    geometry[4] = dx + _BIAS
    geometry[5] = dy + _BIAS
    geometry[6] = (0 - dy) // 4 + _BIAS
    geometry[7] = dx // 4 + _BIAS
    if dy < 0:
        dy = 0 - dy
    beside = 0
    if dx + dy >= _LARGE:
        beside = 1
    geometry[8] = beside
    geometry[10] = slack
    geometry[11] = reach
