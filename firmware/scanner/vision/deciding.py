# Grey values of modules -> one bit a module, with a measure of its certainty.
#
# A module is dark where it is darker than the mean of its surroundings: of nine squares of 4 x 4 modules (a symbol is
# a multiple of four and one wide; the last squares take the one that is left). The threshold is found among the
# modules, not among the pixels: at two pixels a module a threshold on pixels moves every edge by up to a quarter
# module.
import micropython
from micropython import const

from scanner.vision.room import Room
from scanner.vision.wiping import wipe

_SQUARES = const(44)  # in a row of version 40


@micropython.viper
def _fill(p: ptr8, table: ptr8):
    # What a grey value says, by its distance from the threshold, -255 to 255.
    d = 0 - 255
    while d < 256:
        v = d
        if v < 0:
            v = 0 - v
        p[0] = (v & 254) | ((d >> 31) & 1)
        p = ptr8(int(p) + 1)
        d += 1


_verdicts = bytearray(511)
_fill(_verdicts, _verdicts)


@micropython.viper
def _add_up(p: ptr8, s: ptr16, values: ptr8, size: int, sums: ptr16):
    # sums: of the values in each square, of which there are size // 4 a row. p, s take the registers.
    squares = size >> 2
    last = size - (squares << 2)
    p = values
    row = 0
    while row < size:
        s = ptr16(int(sums) + (row >> 2) * squares * 2)
        if row >= squares << 2:
            s = ptr16(int(sums) + (squares - 1) * squares * 2)
        n = squares
        if row & 3 == 0 and row < squares << 2:
            while n:
                s[0] = p[0] + p[1] + p[2] + p[3]
                s = ptr16(int(s) + 2)
                p = ptr8(int(p) + 4)
                n -= 1
        else:
            while n:
                s[0] = s[0] + p[0] + p[1] + p[2] + p[3]
                s = ptr16(int(s) + 2)
                p = ptr8(int(p) + 4)
                n -= 1
        s = ptr16(int(s) - 2)
        n = last
        while n:
            s[0] = p[0] + s[0]
            p = ptr8(int(p) + 1)
            n -= 1
        row += 1


@micropython.viper
def _decide(
    p: ptr8, to: ptr8, values: ptr8, grid: ptr8, size: int, sums: ptr16, verdicts: ptr8, line: ptr8
):  # fmt: skip
    # line: thresholds of one row of squares. p, to take the registers.
    squares = size >> 2
    over = size - (squares << 2)
    p = values
    to = grid
    j = 0
    while j < squares:
        j0 = j - 1
        if j == 0:
            j0 = 0
        j1 = j + 1
        if j1 == squares:
            j1 = j
        deep = (j1 - j0 + 1) << 2
        if j1 == squares - 1:
            deep += over
        i = 0
        while i < squares:
            i0 = i - 1
            if i == 0:
                i0 = 0
            i1 = i + 1
            if i1 == squares:
                i1 = i
            wide = (i1 - i0 + 1) << 2
            if i1 == squares - 1:
                wide += over
            total = 0
            k = j0
            while k <= j1:
                n = i0
                s = ptr16(int(sums) + (k * squares + i0) * 2)
                while n <= i1:
                    total = s[0] + total
                    s = ptr16(int(s) + 2)
                    n += 1
                k += 1
            line[i] = total // (deep * wide)
            i += 1
        n = 4
        if j == squares - 1:
            n += over
        while n:
            i = 0
            while i < squares:
                says = ptr8(int(verdicts) + 255 - line[i])
                to[0] = says[p[0]]
                to = ptr8(int(to) + 1)
                to[0] = says[p[1]]
                to = ptr8(int(to) + 1)
                to[0] = says[p[2]]
                to = ptr8(int(to) + 1)
                to[0] = says[p[3]]
                to = ptr8(int(to) + 1)
                p = ptr8(int(p) + 4)
                i += 1
            k = over
            while k:
                to[0] = says[p[0]]
                to = ptr8(int(to) + 1)
                p = ptr8(int(p) + 1)
                k -= 1
            n -= 1
        j += 1


class Decider:
    def __init__(self, room=None):
        self._room = room or Room()
        self._line = bytearray(_SQUARES)

    def forget(self):
        """Leave nothing of the last symbol."""
        wipe(self._line)

    def decide(self, values, grid, size):
        """Fill `grid` from `values`: in each byte bit 0 is set for dark, and the rest is how sure that is. Both may be
        the same."""
        squares = size >> 2
        room = self._room
        at = room.at
        sums = room.take(2 * squares * squares)
        _add_up(values, sums, values, size, sums)
        _decide(values, grid, values, grid, size, sums, _verdicts, self._line)
        room.back(at)
