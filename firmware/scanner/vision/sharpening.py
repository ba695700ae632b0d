# Undoing some of the blur on the module grid.
#
# Blur lets every module's grey value leak into its neighbours. Here the grid has one value a module, so the leak
# is the same everywhere and a 3 x 3 filter can take it back: each module gains what its four neighbours lack.
# It is tried only after the plain grid could not be read, because it raises the noise as well.
import micropython
from micropython import const

_SCALE = const(64)


@micropython.viper
def sharpen(values: ptr8, size: int, across: int, down: int, row_above: ptr8):
    """Subtract from every value `across` / 64 of its left and right neighbours and `down` / 64 of those above and
    below, in place, keeping the mean. `row_above` is room for one row. Beyond the border lies the value itself.
    """
    c = 0
    while c < size:
        row_above[c] = values[c]
        c += 1
    own = _SCALE + 2 * across + 2 * down
    row = 0
    at = 0
    while row < size:
        below = size
        if row == size - 1:
            below = 0
        before = int(values[at])
        c = 0
        while c < size:
            v = int(values[at])
            after = v
            if c < size - 1:
                after = int(values[at + 1])
            w = own * v - across * (before + after) - down * (int(row_above[c]) + int(values[at + below]))
            row_above[c] = v
            before = v
            w = w >> 6
            if w < 0:
                w = 0
            if w > 255:
                w = 255
            values[at] = w
            at += 1
            c += 1
        row += 1
