# A straight cut through the middle of a finder pattern, in any direction, with its edges between pixels.
#
# Three concentric squares give six edges on any line through their middle, at -3.5, -2.5, -1.5, 1.5, 2.5 and 3.5
# modules (ISO/IEC 18004, 6.3.3). Their mean is the middle along that line, their distances the module size in
# that direction. Distances are taken between edges of the same kind (light to dark, dark to light), because a
# threshold a little off moves the two kinds against each other.
from array import array

import micropython
from micropython import const

from scanner.vision.wiping import wipe

_ROOM = const(64)  # samples on each side of the middle, at most
_BIAS = const(1 << 20)  # ptr32 reads are unsigned on 64-bit machines, so signed values are stored shifted
_LEAST_CONTRAST = const(12)  # grey levels between the darkest and lightest sample
_SWINGS = (4, 10)  # parts of a line's contrast that count as an extreme


@micropython.viper
def _sample_line(frame: ptr8, width: int, height: int, x: int, y: int, geometry: ptr32, line: ptr8) -> int:
    # Fills `line` with averaged bilinear samples around (x, y); returns darkest | lightest << 8.
    dx = int(geometry[0]) - _BIAS
    dy = int(geometry[1]) - _BIAS
    sx = int(geometry[2]) - _BIAS
    sy = int(geometry[3]) - _BIAS
    half = int(geometry[4])
    beside = int(geometry[5])
    flip = int(geometry[6])
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


class Probe:
    """Cuts through finder patterns. `middle` and `module` tell of the last good cut, in units of its vector."""

    def __init__(self):
        self._line = bytearray(2 * _ROOM + 1)
        self._geometry = array("i", (0,) * 7)
        self._edges = array("i", (0,) * 6)
        self.middle = 0.0
        self.module = 0.0

    def forget(self):
        """Leave nothing of the last frame."""
        wipe(self._line)

    def cut(self, frame, width, height, x, y, dx, dy, flip, slack=0.5, sx=0, sy=0, beside=0, reach=5.0):
        """Cut through (x, y) along (dx, dy), about a module long, all in 1/256 px. True if it shows a finder.

        `flip` is 255 for a light-on-dark code. `beside` lines on both sides, (sx, sy) apart, are averaged.
        `slack` is how far, in modules, each of the five runs may be off. Sets `middle`, the offset of the true
        middle, and `module`, the true module, both in units of (dx, dy).
        """
        # A step is about half a pixel, or an eighth of a module where modules are large.
        parts = max(2, min(8, max(abs(dx), abs(dy)) // 128))
        half = min(_ROOM, int(reach * parts))
        g = self._geometry
        g[0] = round(dx / parts) + _BIAS
        g[1] = round(dy / parts) + _BIAS
        g[2] = sx + _BIAS
        g[3] = sy + _BIAS
        g[4] = half
        g[5] = beside
        g[6] = flip
        extremes = _sample_line(frame, width, height, x, y, g, self._line)
        low = extremes & 255
        high = extremes >> 8
        if high - low < _LEAST_CONTRAST:
            return False
        # Large swings alone first: print is spotted, and sensors are noisy. Blurred rings show only in small ones.
        for part in _SWINGS:
            if _six_edges(self._line, half, (high - low) // part + 2, self._edges) and self._judge(
                slack, parts
            ):
                return True
        return False

    def _judge(self, slack, parts):
        e0, e1, e2, e3, e4, e5 = self._edges
        module = (e4 - e0 + e5 - e1) / 12
        scale = 256 * parts
        self.module = module / scale
        self.middle = ((e0 + e1 + e2 + e3 + e4 + e5) / 6 - _BIAS) / scale
        limit = slack * module
        return (
            abs(e2 - e0 - 2 * module) < limit
            and abs(e3 - e1 - 4 * module) < limit * 1.5
            and abs(e4 - e2 - 4 * module) < limit * 1.5
            and abs(e5 - e3 - 2 * module) < limit
        )
