# Grey values of modules -> how far each is from the mean of the modules around it.
#
# The threshold of deciding.py is cheap and coarse: the same for 16 modules. Where a symbol is hard to read every module
# gets its own, the mean of the 11 x 11 around it, of fewer at the symbol's edges; under glare that counts.
import micropython
from micropython import const

from scanner.vision.room import Room

_RADIUS = const(5)


@micropython.viper
def _means(p: ptr8, s: ptr16, values: ptr8, size: int, sums: ptr16, out: ptr8):
    # sums: of each column over the rows of the window. p, s take the registers.
    s = sums
    c = size
    while c:
        s[0] = 0
        s = ptr16(int(s) + 2)
        c -= 1
    row = 0
    while row < size + _RADIUS:
        if row < size:
            p = ptr8(int(values) + row * size)
            s = sums
            c = size
            while c:
                s[0] = p[0] + s[0]
                p = ptr8(int(p) + 1)
                s = ptr16(int(s) + 2)
                c -= 1
        old = row - 2 * _RADIUS - 1
        if old >= 0:
            p = ptr8(int(values) + old * size)
            s = sums
            c = size
            while c:
                s[0] = s[0] - p[0]
                p = ptr8(int(p) + 1)
                s = ptr16(int(s) + 2)
                c -= 1
        middle = row - _RADIUS
        if middle >= 0:
            first = middle - _RADIUS
            if first < 0:
                first = 0
            last = row
            if last >= size:
                last = size - 1
            deep = last - first + 1
            total = 0
            wide = 0
            p = ptr8(int(out) + middle * size)
            s = sums
            c = 0
            while c < size + _RADIUS:
                if c < size:
                    total = s[0] + total
                    wide += deep
                if c > 2 * _RADIUS:
                    total -= sums[c - 2 * _RADIUS - 1]
                    wide -= deep
                if c >= _RADIUS:
                    p[0] = total // wide
                    p = ptr8(int(p) + 1)
                s = ptr16(int(s) + 2)
                c += 1
        row += 1


@micropython.viper
def _differ(p: ptr8, m: ptr8, count: int):
    while count:
        v = p[0] - m[0] + 128
        if v < 0:
            v = 0
        if v > 255:
            v = 255
        p[0] = v
        p = ptr8(int(p) + 1)
        m = ptr8(int(m) + 1)
        count -= 1


class Leveller:
    def __init__(self, room=None):
        self._room = room or Room()

    def level(self, values, grid, size):
        """Make of each of `values` its distance from the mean around it, + 128, as far as a byte holds it. `grid` takes
        the means."""
        room = self._room
        at = room.at
        sums = room.take(2 * size)
        _means(values, sums, values, size, sums, grid)
        _differ(values, grid, size * size)
        room.back(at)
