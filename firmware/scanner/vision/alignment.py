# The search for alignment patterns near where they should be, to a fraction of a module.
#
# The patch of frame around the expected place is resampled on the symbol's own axes, two samples a module; there
# the pattern (ISO/IEC 18004, 6.3.6: dark, light and dark squares of 1, 3 and 5 modules) is upright and of known
# size, and a plain correlation finds it. The best place is refined by a parabola through its neighbours.
from array import array

import micropython
from micropython import const

from scanner.vision.room import Room

_MOST_REACH = const(7)  # modules searched in each direction
_SIDE = const((_MOST_REACH + 2) * 4 + 1)
_BIAS = const(1 << 20)


@micropython.viper
def _resample(x: int, y: int, p: ptr8, frame: ptr8, geometry: ptr32, side: int, patch: ptr8) -> int:
    # geometry: width, height, flip, then first x, y and the steps ux, uy, vx, vy in 1/256 px + _BIAS.
    # x, y, p: no meaning, they take the registers. Returns the patch's contrast: the spread between the means of its
    # darker and lighter half.
    base = int(frame)
    width = int(geometry[0])
    limit_x = ((width - 1) << 8) - 1
    limit_y = ((int(geometry[1]) - 1) << 8) - 1
    flip = int(geometry[2])
    row_x = int(geometry[3]) - _BIAS
    row_y = int(geometry[4]) - _BIAS
    ux = int(geometry[5]) - _BIAS
    uy = int(geometry[6]) - _BIAS
    vx = int(geometry[7]) - _BIAS
    vy = int(geometry[8]) - _BIAS
    # Only a patch with a corner outside the frame needs its samples held inside.
    outside = 0
    j = 0
    while j < 4:
        x = row_x + ux * (side - 1) * (j & 1) + vx * (side - 1) * (j >> 1)
        y = row_y + uy * (side - 1) * (j & 1) + vy * (side - 1) * (j >> 1)
        if x < 0 or y < 0 or x > limit_x or y > limit_y:
            outside = 1
        j += 1
    total = 0
    to = patch
    j = side
    while j:
        x = row_x
        y = row_y
        i = side
        if outside:
            while i:
                px = x
                py = y
                if px < 0:
                    px = 0
                if py < 0:
                    py = 0
                if px > limit_x:
                    px = limit_x
                if py > limit_y:
                    py = limit_y
                p = ptr8(base + (py >> 8) * width + (px >> 8))
                fx = (px >> 4) & 15
                top = (p[0] << 4) + (p[1] - p[0]) * fx
                p = ptr8(int(p) + width)
                low = (p[0] << 4) + (p[1] - p[0]) * fx
                v = (((low - top) * ((py >> 4) & 15) + (top << 4)) >> 8) ^ flip
                to[0] = v
                to = ptr8(int(to) + 1)
                total += v
                x += ux
                y += uy
                i -= 1
        else:
            while i:
                p = ptr8((y >> 8) * width + (x >> 8) + base)
                fx = (x >> 4) & 15
                top = (p[0] << 4) + (p[1] - p[0]) * fx
                p = ptr8(int(p) + width)
                low = (p[0] << 4) + (p[1] - p[0]) * fx
                v = (((low - top) * ((y >> 4) & 15) + (top << 4)) >> 8) ^ flip
                to[0] = v
                to = ptr8(int(to) + 1)
                total += v
                x += ux
                y += uy
                i -= 1
        row_x += vx
        row_y += vy
        j -= 1
    count = side * side
    x = total // count
    y = 0
    p = patch
    i = count
    while i:
        v = p[0] - x
        y += (v ^ (v >> 31)) - (v >> 31)
        p = ptr8(int(p) + 1)
        i -= 1
    return (y * 2) // count


@micropython.viper
def _score(patch: ptr8, side: int, i: int, j: int) -> int:
    # 17 * (sum of the 8 light modules) - 8 * (sum of the 17 dark ones): 136 times the contrast of the pattern.
    row = side + side
    at = (j - 4) * side + i - 4
    dark = 0
    light = 0
    r = 0
    while r < 5:
        c = 0
        while c < 5:
            v = int(patch[at + c + c])
            if r == 0 or r == 4 or c == 0 or c == 4 or (r == 2 and c == 2):
                dark += v
            else:
                light += v
            c += 1
        at += row
        r += 1
    return light * 17 - dark * 8


@micropython.viper
def _correlate(p: ptr8, light: int, dark: int, patch: ptr8, side: int, best: ptr32) -> int:
    # best: column and row of the best place; a place far from the middle must be better to win. p, light, dark: no
    # meaning, they take the registers.
    middle = side >> 1
    top = 0 - 100000
    row = side + side
    j = 4
    while j < side - 4:
        dy = (j - middle) * (j - middle)
        i = 4
        at = int(patch) + (j - 4) * side
        while i < side - 4:
            # Row by row of the pattern, two samples apart.
            p = ptr8(at)
            dark = p[0] + p[2] + p[4] + p[6] + p[8]
            p = ptr8(int(p) + row)
            light = p[2] + p[4] + p[6]
            dark = p[0] + p[8] + dark
            p = ptr8(int(p) + row)
            light = p[2] + p[6] + light
            dark = p[0] + p[4] + p[8] + dark
            p = ptr8(int(p) + row)
            light = p[2] + p[4] + p[6] + light
            dark = p[0] + p[8] + dark
            p = ptr8(int(p) + row)
            dark = p[0] + p[2] + p[4] + p[6] + p[8] + dark
            light = light * 17 - dark * 8 - ((i - middle) * (i - middle) + dy) * 24
            if light > top:
                top = light
                best[0] = i
                best[1] = j
            at += 1
            i += 1
        j += 1
    return top


class AlignmentSearch:
    """Finds one pattern at a time; `dx`, `dy` is how far off it lies, in 1/256 px."""

    def __init__(self, room=None):
        self._patch = (room or Room()).first(_SIDE * _SIDE)
        self._geometry = array("i", (0,) * 9)
        self._best = array("i", (0,) * 2)
        self.dx = 0
        self.dy = 0

    def find(self, frame, width, height, x, y, steps, reach, flip):
        """Look around (x, y), `reach` modules each way; `steps`: the module vectors in 1/4096 px. True if it is there:
        `dx`, `dy` from (x, y)."""
        ux, uy, vx, vy = steps
        reach = min(reach, _MOST_REACH)
        side = (reach + 2) * 4 + 1
        far = reach + 2
        g = self._geometry
        g[0] = width
        g[1] = height
        g[2] = flip
        g[3] = x - (far * (ux + vx) >> 4) + _BIAS
        g[4] = y - (far * (uy + vy) >> 4) + _BIAS
        g[5] = (ux >> 5) + _BIAS
        g[6] = (uy >> 5) + _BIAS
        g[7] = (vx >> 5) + _BIAS
        g[8] = (vy >> 5) + _BIAS
        patch = self._patch
        contrast = _resample(0, 0, patch, frame, g, side, patch)
        if contrast < 4:
            return False
        _correlate(patch, 0, 0, patch, side, self._best)
        i, j = self._best
        middle = _score(patch, side, i, j)
        if middle / (136 * contrast) < 0.75:
            return False
        du = dv = 0.0
        if 4 < i < side - 5:
            du = _peak(_score(patch, side, i - 1, j), middle, _score(patch, side, i + 1, j))
        if 4 < j < side - 5:
            dv = _peak(_score(patch, side, i, j - 1), middle, _score(patch, side, i, j + 1))
        du = (i + du) / 2 - far
        dv = (j + dv) / 2 - far
        self.dx = round((du * ux + dv * vx) / 16)
        self.dy = round((du * uy + dv * vy) / 16)
        return True


def _peak(before, middle, after):
    # The top of the parabola through three values, in steps from the middle one.
    bend = 2 * middle - before - after
    if bend <= 0:
        return 0.0
    return max(-0.5, min(0.5, (after - before) / (2 * bend)))
