# Two finder patterns -> where the third may be.
#
# Glare, blur or dirt hides one finder from the rows far more often than two. The two that were found say how large a
# module is and which way the symbol lies, but for perspective; around the places where the third would be without it,
# the frame is resampled on the symbol's axes, two samples a module, and compared with the pattern there. A finder that
# no row crosses well still stands out in two dimensions.
from array import array

import micropython
from micropython import const

from scanner.vision.finder import Finder

_BIAS = const(1 << 24)
_MOST_HALF = const(52)  # samples from the expected place to the patch's edge
_SIDE = const(105)
_MARGIN = const(8)  # of them the pattern itself takes
_SPREAD = 0.2  # of the leg: how far off a place may be
_LEAST_SPAN = 12  # modules between two finders
_MOST_SPAN = 200
_MEASURED = 8  # finders, those hit by most rows
_LIKE = 60  # percent likeness that the two must have
_MODULE_RATIO = 1.7  # between them
_MOST_PAIRS = 4
_LEAST_LIKE = 50  # percent likeness that the third must have
_SETTLED = 3  # of all candidates, those that are looked at closely
_SCALES = ((1.0, 1.0), (0.85, 1.0), (1.0, 0.85), (0.87, 0.87), (1.15, 1.0), (1.0, 1.15), (1.13, 1.13))
_NEAR = const(12)  # samples from a candidate to the edge of the patch that it is looked at in
_MEASURE_COST = const(90)  # thousands of instructions: a finder along one line
_PAIR_COST = const(5500)  # a pair completed
_TAKEN = 2  # candidates looked at around each place


@micropython.viper
def _resample(x: int, y: int, frame: ptr8, geometry: ptr32, side: int, patch: ptr8):
    # geometry: width, height, flip, then first x, y in 1/256 px and the steps ux, uy, vx, vy in 1/4096 px, + _BIAS. The
    # nearest pixel will do. x, y take the registers, in 1/4096 px.
    base = int(frame)
    width = int(geometry[0])
    limit_x = (width - 1) << 12
    limit_y = (int(geometry[1]) - 1) << 12
    flip = int(geometry[2])
    row_x = ((int(geometry[3]) - _BIAS) << 4) + 2048
    row_y = ((int(geometry[4]) - _BIAS) << 4) + 2048
    ux = int(geometry[5]) - _BIAS
    uy = int(geometry[6]) - _BIAS
    vx = int(geometry[7]) - _BIAS
    vy = int(geometry[8]) - _BIAS
    to = patch
    j = side
    while j:
        x = row_x
        y = row_y
        i = side
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
            p = ptr8((py >> 12) * width + (px >> 12) + base)
            to[0] = p[0] ^ flip
            to = ptr8(int(to) + 1)
            x += ux
            y += uy
            i -= 1
        row_x += vx
        row_y += vy
        j -= 1


@micropython.viper
def _match(p: ptr8, dark: int, patch: ptr8, side: int, best: ptr32):
    # Every other row's best place for a finder's middle (column, and contrast + 2^20): 16 modules that should be light,
    # in the rings 2 and 4 modules from it, against 17 dark ones in the core and the ring between. p, dark take the
    # registers.
    row = side + side
    j = _MARGIN
    while j < side - _MARGIN:
        top = 0 - 100000
        i = _MARGIN
        at = int(patch) + (j - _MARGIN) * side
        while i < side - _MARGIN:
            p = ptr8(at)
            light = p[0] + p[8] + p[16]
            p = ptr8(int(p) + row)
            dark = p[2] + p[8] + p[14]
            p = ptr8(int(p) + row)
            light = p[4] + p[8] + p[12] + light
            p = ptr8(int(p) + row)
            dark = p[6] + p[8] + p[10] + dark
            p = ptr8(int(p) + row)
            light = p[0] + p[4] + p[12] + p[16] + light
            dark = p[2] + p[6] + p[8] + p[10] + p[14] + dark
            p = ptr8(int(p) + row)
            dark = p[6] + p[8] + p[10] + dark
            p = ptr8(int(p) + row)
            light = p[4] + p[8] + p[12] + light
            p = ptr8(int(p) + row)
            dark = p[2] + p[8] + p[14] + dark
            p = ptr8(int(p) + row)
            light = p[0] + p[8] + p[16] + light
            dark = light * 17 - dark * 16
            if dark > top:
                top = dark
                best[j] = i
                best[j + 1] = dark + (1 << 20)
            at += 1
            i += 1
        j += 2


class Completion:
    """`end` measures finders; the values of `sampler` are room for 105 * 105 samples until it samples again. `cost`: of
    the last call, in thousands of instructions."""

    def __init__(self, end, sampler):
        self._end = end
        self._sampler = sampler
        self._geometry = array("i", (0,) * 9)
        self._best = array("i", (0,) * (_SIDE + 1))
        self._frame = b""
        self._flip = 0
        self.cost = 0

    def forget(self):
        """Leave nothing of the frame."""
        self._frame = b""
        for i in range(len(self._best)):
            self._best[i] = 0

    def pairs(self, frame, width, height, finders):
        """Those two by two of the finders of a frame that are worth completing, the likeliest first."""
        self._frame = frame
        self._width = width
        self._height = height
        likely = []
        self.cost = 0
        for f in sorted(finders, key=lambda f: -f.hits)[:_MEASURED]:
            self._flip = 255 if f.inverted else 0
            likeness = 0
            for vx, vy in ((1, 0), (0, 1)):
                self._measure(f, vx, vy)
                likeness += self._end.likeness
                self.cost += _MEASURE_COST
            if likeness >= 2 * _LIKE:
                likely.append((likeness // 2 + min(f.hits, 5) * 4, f))
        likely.sort(key=lambda each: -each[0])
        found = []
        for j in range(1, len(likely)):
            for i in range(j):
                a = likely[i][1]
                b = likely[j][1]
                if a.inverted == b.inverted and 1 / _MODULE_RATIO < a.module / b.module < _MODULE_RATIO:
                    found.append((a, b))
        return found[:_MOST_PAIRS]

    def triples(self, a, b):
        """Likely (top left, top right, bottom left) with finders a and b of the same frame among them, the likeliest
        first."""
        self._flip = 255 if a.inverted else 0
        self.cost = _PAIR_COST
        dx = b.x - a.x
        dy = b.y - a.y
        length = (dx * dx + dy * dy) ** 0.5
        # Along the line between them, across it, and between the two.
        ux, uy = dx / length, dy / length
        along = []
        across = []
        slanted = []
        for f in (a, b):
            for vx, vy, out in (
                (ux, uy, along),
                (-uy, ux, across),
                ((ux - uy) * 0.71, (uy + ux) * 0.71, slanted),
                ((ux + uy) * 0.71, (uy - ux) * 0.71, slanted),
            ):
                self._measure(f, vx, vy)
                out.append(self._end.module * f.module)
        u = (along[0] * along[1]) ** 0.5
        v = (across[0] * across[1]) ** 0.5
        w = sum(slanted) / 4
        places = []
        if u + v < 2 * w:
            # The line is a leg. The third lies beyond either end, on either side.
            span = length / u
            steps = (ux * u / 2, uy * u / 2, -uy * v / 2, ux * v / 2)
            for corner, other in ((a, b), (b, a)):
                for side in (span, -span):
                    for place in self._look(corner.x - side * uy * v, corner.y + side * ux * v, steps, span):
                        places.append((place, corner, other))
        else:
            # The line is the diagonal between the two outer ones.
            span = 2 * length / (u + v)
            m = w / 2 * 0.71
            steps = ((ux - uy) * m, (uy + ux) * m, (-ux - uy) * m, (ux - uy) * m)
            for side in (0.5, -0.5):
                x = (a.x + b.x) / 2 - side * uy * length
                y = (a.y + b.y) / 2 + side * ux * length
                for place in self._look(x, y, steps, span):
                    places.append((place, a, b))
        places.sort(key=lambda each: -each[0][0])
        found = []
        for place, corner, other in places[:_SETTLED]:
            likeness, c = self._settle(place, steps, a)
            if likeness:
                three = _ordered(corner, other, c) if u + v < 2 * w else _ordered(c, a, b)
                found.append((likeness, three))
        found.sort(key=lambda each: -each[0])
        return [each[1] for each in found]

    def _measure(self, f, vx, vy):
        m = f.module
        return self._end.measure(
            self._frame, self._width, self._height, self._flip, f.x, f.y, vx * m, vy * m, -vy * m, vx * m
        )

    def _look(self, x, y, steps, span):
        # The best places around (x, y), each with its contrast first.
        if not _LEAST_SPAN < span < _MOST_SPAN:
            return []
        reach_x = self._width * 256
        reach_y = self._height * 256
        off = span * _SPREAD * 2 * max(abs(steps[0]) + abs(steps[2]), abs(steps[1]) + abs(steps[3]))
        if not (-off < x < reach_x + off and -off < y < reach_y + off):
            return []
        half = min(_MOST_HALF, round(2 * span * _SPREAD) + _MARGIN)
        self._resample(x, y, steps, half)
        side = 2 * half + 1
        best = self._best
        _match(self._sampler.values, 0, self._sampler.values, side, best)
        ux, uy, vx, vy = steps
        rows = sorted(range(_MARGIN, side - _MARGIN, 2), key=lambda j: -best[j + 1])
        found = []
        taken = []
        for j in rows:
            if not any(abs(j - k) < 6 for k in taken):
                taken.append(j)
                i = best[j] - half
                found.append((best[j + 1], x + i * ux + (j - half) * vx, y + i * uy + (j - half) * vy))
                if len(taken) == _TAKEN:
                    break
        return found

    def _settle(self, place, steps, like):
        # How like a finder the place is, and the finder: perspective may have made it larger or smaller, either way.
        _, x, y = place
        best = self._best
        top = 0
        for wide, high in _SCALES:
            ux, uy, vx, vy = steps[0] * wide, steps[1] * wide, steps[2] * high, steps[3] * high
            self._resample(x, y, (ux, uy, vx, vy), _NEAR)
            _match(self._sampler.values, 0, self._sampler.values, 2 * _NEAR + 1, best)
            for j in range(_MARGIN, 2 * _NEAR + 1 - _MARGIN, 2):
                if best[j + 1] > top:
                    top = best[j + 1]
                    i = best[j] - _NEAR
                    k = j - _NEAR
                    at = (x + i * ux + k * vx, y + i * uy + k * vy, ux, uy, vx, vy)
        x, y, ux, uy, vx, vy = at
        module = 2 * ((ux * ux + uy * uy) * (vx * vx + vy * vy)) ** 0.25
        likeness = 0
        end = self._end
        for way_x, way_y, beside_x, beside_y in ((ux, uy, vx, vy), (vx, vy, ux, uy)):
            end.measure(
                self._frame,
                self._width,
                self._height,
                self._flip,
                x,
                y,
                2 * way_x,
                2 * way_y,
                2 * beside_x,
                2 * beside_y,
            )
            likeness += end.likeness
            x = end.x
            y = end.y
        if likeness < 2 * _LEAST_LIKE or not (0 <= x < self._width * 256 and 0 <= y < self._height * 256):
            return 0, None
        return likeness, Finder(0, round(x), round(y), round(module), like.inverted)

    def _resample(self, x, y, steps, half):
        ux, uy, vx, vy = steps
        g = self._geometry
        g[0] = self._width
        g[1] = self._height
        g[2] = self._flip
        g[3] = round(x - half * (ux + vx)) + _BIAS
        g[4] = round(y - half * (uy + vy)) + _BIAS
        for k in range(4):
            g[5 + k] = round(steps[k] * 16) + _BIAS
        _resample(0, 0, self._frame, g, 2 * half + 1, self._sampler.values)


def _ordered(corner, b, c):
    # As grouping.triples orders them.
    if (b.x - corner.x) * (c.y - corner.y) > (b.y - corner.y) * (c.x - corner.x):
        return corner, b, c
    return corner, c, b
