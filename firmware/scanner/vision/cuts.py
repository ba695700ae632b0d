# A straight cut through the middle of a finder pattern, in any direction, with its edges between pixels.
#
# Three concentric squares give six edges on any line through their middle, at -3.5, -2.5, -1.5, 1.5, 2.5 and 3.5
# modules (ISO/IEC 18004, 6.3.3). Their mean is the middle along that line, their distances the module size in
# that direction. Distances are taken between edges of the same kind (light to dark, dark to light), because a
# threshold a little off moves the two kinds against each other.

import micropython
from micropython import const

ROOM = const(64)
_ROOM = const(64)  # samples on each side of the middle, at most
_BIAS = const(1 << 20)  # ptr32 reads are unsigned on 64-bit machines, so signed values are stored shifted
_LEAST_CONTRAST = const(12)  # grey levels between the darkest and lightest sample
_SWING = const(4)  # part of a line's contrast that counts as an extreme,
_SMALL_SWING = const(10)  # and in blurred rings
_LARGE = const(3 * 256)  # modules of three pixels and more, in 1/256 px


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
def _six_edges(line: ptr8, half: int, swing: int, edges: ptr32) -> int:
    # From the middle outwards, first to the left, then to the right: to light, to dark, to light again.
    # A blurred ring never gets as light as the paper, so each edge is half way between the extremes on its two
    # sides, whatever their level. An extreme counts once the line has left it by `swing`.
    # Positions are 1/256 of a step from the middle, + _BIAS. Returns 1 if all six are there.
    n = half * 2 + 1
    side = 0 - 1
    while side < 2:
        found = 0
        i = half
        from_at = half
        from_value = int(line[half])
        top_at = half
        top_value = from_value
        rising = 1
        ring = 0
        while found < 3:
            i += side
            v = 0
            beyond = 0
            if i < 0 or i >= n:
                beyond = 1
            else:
                v = int(line[i])
            if rising == 0:
                v = 255 - v  # falling is rising, seen from the other side
            if beyond == 0 and v > top_value:
                top_value = v
                top_at = i
            elif beyond == 0 and v < from_value and top_value - from_value < swing:
                # No edge yet, and the start was not the extreme.
                from_value = v
                from_at = i
                top_value = v
                top_at = i
            elif beyond or v < top_value - swing:
                if top_value - from_value < swing or (beyond and found < 2):
                    if beyond:
                        return 0
                else:
                    level = top_value - from_value
                    if found == 2 and level > ring + ring:
                        # Not the quiet zone alone: something brighter beyond it, where this edge does not lie.
                        level = ring + (ring >> 1)
                    ring = level
                    level = (from_value + from_value + level + 1) >> 1
                    k = from_at
                    before = from_value
                    w = before
                    while w < level:
                        before = w
                        k += side
                        w = int(line[k])
                        if rising == 0:
                            w = 255 - w
                    part = ((level - before) << 8) // (w - before)
                    at = (k - side - half) * 256 + side * part + _BIAS
                    if side < 0:
                        edges[2 - found] = at
                    else:
                        edges[3 + found] = at
                    found += 1
                    from_at = top_at
                    from_value = 255 - top_value
                    rising = rising ^ 1
                    top_at = i
                    top_value = 255 - v
                    if top_value < from_value:
                        top_value = from_value
        side += 2
    return 1


@micropython.viper
def cut(frame, geometry, line, edges) -> int:
    """1 if the line that `geometry` tells of shows a finder, else 0. edges[6] becomes twelve modules and edges[7] six
    times the middle's offset (+ BIAS), both in 1/256 of a step, of which edges[8] make a vector.

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
    # A step is about half a pixel, or an eighth of a module where modules are large.
    parts = wide >> 7
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
    contrast = (extremes >> 8) - (extremes & 255)
    if contrast < _LEAST_CONTRAST:
        return 0
    # Large swings alone first: print is spotted, and sensors are noisy. Blurred rings show only in small ones.
    part = _SWING
    while part <= _SMALL_SWING:
        if int(_six_edges(line, half, contrast // part + 2, edges)):
            twelve = int(e[4]) - int(e[0]) + int(e[5]) - int(e[1])
            limit = int(g[10]) * twelve
            a = 12 * (int(e[2]) - int(e[0])) - 2 * twelve
            b = 12 * (int(e[3]) - int(e[1])) - 4 * twelve
            c = 12 * (int(e[4]) - int(e[2])) - 4 * twelve
            d = 12 * (int(e[5]) - int(e[3])) - 2 * twelve
            if a < 0:
                a = 0 - a
            if b < 0:
                b = 0 - b
            if c < 0:
                c = 0 - c
            if d < 0:
                d = 0 - d
            if a * 10 < limit and b * 20 < limit * 3 and c * 20 < limit * 3 and d * 10 < limit:
                e[6] = twelve
                e[7] = int(e[0]) + int(e[1]) + int(e[2]) + int(e[3]) + int(e[4]) + int(e[5]) - 5 * _BIAS
                e[8] = parts
                return 1
        part += _SMALL_SWING - _SWING
    return 0


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
