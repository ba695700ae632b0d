# Two finder patterns -> where the third may be: a search for its whole area, not for its edges.
#
# Blur, glare and noise leave many symbols with one finder that no row of pixels tells from its surroundings. Its four
# nested squares still do, as sums over areas: dark core, light ring, dark ring, light margin. The two that were found
# say where to look (six places: each end's two corners, and the two over the diagonal), how large a module is and how
# the symbol is turned. The window there is sampled twice a module into a table of sums, from which the mean of any
# square takes four looks (an integral image, modulo 65536).
from array import array

from micropython import const

from scanner.vision.areas import BIAS, SIDE, best_place, sum_up
from scanner.vision.finder import Finder

_NEAR = const(24)  # samples around a known finder
_SUMS = const(14450)  # bytes of the table, (SIDE + 1) ** 2 sums
_MARGIN = const(9)  # samples from a finder's middle to the end of its light margin
_WITHIN = const(8)  # sixteenths of the known finders' score: what a third must reach
_LEAST_SPAN = 12  # modules between two finders
_MOST_SPAN = 175
_MOST_RATIO = 2.0  # between the two modules
_PLACES = 2  # that are looked at in all scales
_MEASURED = 8  # finders, those hit by most rows
_LIKE = 60  # percent likeness that the two must have
_MOST_PAIRS = 6
# Thousands of instructions: a finder measured along one line, what a pair begins with, a window.
_MEASURE_COST = const(125)
_PAIR_COST = const(1500)
_WINDOW_COST = const(1200)
# The third finder's modules beside those of the other two, along and across the line that joins them: perspective and
# tilt make them smaller or larger. The likeliest first.
_SCALES = ((0.9, 0.9), (0.9, 1.08), (1.08, 0.9), (0.9, 0.75), (0.75, 0.9))


def _peak(top, before, after):
    # Where a parabola through three scores is highest, the middle one being the largest.
    return (after - before) / (4 * top - 2 * (before + after)) if before + after < 2 * top else 0.0


def _in_order(corner, b, c):
    # Top left, top right, bottom left.
    turn = (b.x - corner.x) * (c.y - corner.y) - (b.y - corner.y) * (c.x - corner.x)
    return (corner, b, c) if turn > 0 else (corner, c, b)


class Completion:
    """`end` measures finders; the table of sums is made anew in `room` for each place. What is done is taken off
    `budget`."""

    def __init__(self, end, room, budget):
        self._end = end
        self._sums = room.first(_SUMS)
        self._budget = budget
        self._geometry = array("i", (0,) * 7)
        self._out = array("i", (0, 0))
        self._frame = b""

    def forget(self):
        """Leave nothing of the frame."""
        self._frame = b""
        self._out[0] = self._out[1] = 0

    def pairs(self, frame, width, height, finders):
        """Those two by two of the finders of a frame that are worth completing, the likeliest first."""
        self._frame = frame
        self._width = width
        self._height = height
        likely = []
        for f in sorted(finders, key=lambda f: -f.hits)[:_MEASURED]:
            flip = 255 if f.inverted else 0
            if self._budget.left <= 2 * _MEASURE_COST:
                return []
            likeness = 0
            for vx, vy in ((1, 0), (0, 1)):
                self._measure(f, vx, vy, flip)
                likeness += self._end.likeness
                self._budget.left -= _MEASURE_COST
            if likeness >= 2 * _LIKE:
                likely.append((likeness // 2 + min(f.hits, 5) * 4, f))
        likely.sort(key=lambda each: -each[0])
        found = []
        for j in range(1, len(likely)):
            for i in range(j):
                if likely[i][1].inverted == likely[j][1].inverted:
                    found.append((likely[i][1], likely[j][1]))
        return found[:_MOST_PAIRS]

    def triples(self, p, q):
        """Yields what may be the three corners of the symbol of p and q, in the order of grouping.py."""
        dx = q.x - p.x
        dy = q.y - p.y
        length = (dx * dx + dy * dy) ** 0.5
        ratio = p.module / q.module
        module = (p.module * q.module) ** 0.5
        if not 1 / _MOST_RATIO < ratio < _MOST_RATIO or not _LEAST_SPAN < length / module < _MOST_SPAN * 1.5:
            return
        if self._budget.left <= _PAIR_COST:
            return
        width = self._width
        height = self._height
        self._budget.left -= _PAIR_COST
        g = self._geometry
        g[0] = width
        g[1] = height
        g[6] = 255 if p.inverted else 0
        dx /= length
        dy /= length
        x, y = 0.7071 * (dx - dy), 0.7071 * (dx + dy)
        # Along the line of both (they are a leg), or half way between that and its normal (they are the diagonal).
        straight = self._axes(p, q, dx, dy)
        skew = self._axes(p, q, x, y)
        dx *= length
        dy *= length
        leg = self._known_score(p, q, straight)
        diagonal = self._known_score(p, q, skew)
        # The template fits only as the symbol is turned, and so tells which of the two they are.
        if leg >= diagonal:
            known = leg
            axes = straight
            places = (
                (p.x - dy, p.y + dx, p),
                (p.x + dy, p.y - dx, p),
                (q.x - dy, q.y + dx, q),
                (q.x + dy, q.y - dx, q),
            )
        else:
            known = diagonal
            axes = skew
            places = (
                ((p.x + q.x - dy) / 2, (p.y + q.y + dx) / 2, None),
                ((p.x + q.x + dy) / 2, (p.y + q.y - dx) / 2, None),
            )
        if not known:
            return
        ux, uy, vx, vy = axes
        inside = [place for place in places if 0 <= place[0] < width * 256 and 0 <= place[1] < height * 256]
        for along, across in _SCALES:
            seen = []
            for place in inside:
                if self._budget.left <= _WINDOW_COST:
                    return
                x, y, corner = place
                score, x, y = self._look(x, y, ux * along, uy * along, vx * across, vy * across, SIDE)
                self._budget.left -= _WINDOW_COST
                seen.append((score, len(seen), place))
                if score * 16 >= known * _WITHIN:
                    third = Finder(0, round(x), round(y), round(module), p.inverted)
                    if corner is None:
                        yield _in_order(third, p, q)
                    else:
                        yield _in_order(corner, q if corner is p else p, third)
            # A finder out of scale still looks more like one than what lies at most of the other places.
            seen.sort(reverse=True)
            inside = [entry[2] for entry in seen[:_PLACES]]

    def _measure(self, f, vx, vy, flip):
        m = f.module
        return self._end.measure(
            self._frame, self._width, self._height, flip, f.x, f.y, vx * m, vy * m, -vy * m, vx * m
        )

    def _axes(self, p, q, dx, dy):
        # Half a module along (dx, dy), a vector of length 1, and along its normal.
        u = v = 0.5
        for f in (p, q):
            for across in (False, True):
                m = f.module
                if self._measure(f, -dy if across else dx, dx if across else dy, self._geometry[6]):
                    m *= self._end.module
                if across:
                    v *= m**0.5
                else:
                    u *= m**0.5
        return dx * u, dy * u, -dy * v, dx * v

    def _known_score(self, p, q, axes):
        # What the two known ones score, the lower of both.
        ux, uy, vx, vy = axes
        score = self._look(p.x, p.y, ux, uy, vx, vy, _NEAR)[0]
        return min(score, self._look(q.x, q.y, ux, uy, vx, vy, _NEAR)[0])

    def _look(self, x, y, ux, uy, vx, vy, side):
        # Score and place of what looks most like a finder around (x, y); (ux, uy), (vx, vy) are half a module.
        g = self._geometry
        g[2] = round(ux) + BIAS
        g[3] = round(uy) + BIAS
        g[4] = round(vx) + BIAS
        g[5] = round(vy) + BIAS
        half = (side - 1) / 2
        x -= half * (ux + vx)
        y -= half * (uy + vy)
        out = self._out
        sums = self._sums
        sum_up(sums, round(x), round(y), self._frame, g, side)
        middle = side >> 1
        # Every other place at first: a finder scores well a sample beside its middle too.
        if not best_place(sums, 0, 0, middle, middle, middle - _MARGIN - 1, 2, out):
            return 0, 0, 0
        score = best_place(sums, 0, 0, out[0], out[1], 1, 1, out)
        column = i = out[0]
        j = out[1]
        # Between samples the score is a parabola.
        before = best_place(sums, 0, 0, i - 1, j, 0, 1, out)
        i += _peak(score, before, best_place(sums, 0, 0, i + 1, j, 0, 1, out)) - 0.5
        before = best_place(sums, 0, 0, column, j - 1, 0, 1, out)
        j += _peak(score, before, best_place(sums, 0, 0, column, j + 1, 0, 1, out)) - 0.5
        return score, x + i * ux + j * vx, y + i * uy + j * vy
