# Scalars of P-256 recoded into the signed digits that point tables want, and these into the script of a sum.
#
# A digit is a byte: bit 7 set where there is one, bit 6 where the opposite point is meant, bits 0 to 5 the number of
# the point in its table.

import micropython
from micropython import const

WIDTH = const(5)  # the window of a key without a table: 8 odd multiples, a digit at every sixth bit
LENGTH = const(257)  # digits of a window
TEETH = const(7)  # the comb: 64 points for a key or for the generator
COLUMNS = const(37)  # TEETH * COLUMNS = 259 >= 256 bits
SCRIPT = const(736)  # bytes for the longest: 52 digits, 37 columns, doublings before each, doublings and end


def window(k):
    """LENGTH digits of 0 < k < 2^256, least significant first, where point i stands for 2i + 1."""
    digits = bytearray(LENGTH)
    _window(k.to_bytes(36, "little"), digits)
    return digits


def comb(k, n):
    """COLUMNS digits for 0 < k < n, n odd, where a point is one of a comb table; none is missing.

    An odd number can be written with digits 1 and -1 alone: k = sum of (2 b_i - 1) 2^i where b = (k - 1) / 2 + 2^258.
    Then a column always holds a point, and of two opposite points the table needs one. An even k goes as n - k.
    """
    columns = bytearray(COLUMNS)
    odd = k & 1
    b = ((k if odd else n - k) >> 1) + (1 << (TEETH * COLUMNS - 1))
    _comb(b.to_bytes(33, "little"), columns, 128 if odd else 192)
    return columns


@micropython.viper
def _window(k: ptr8, digits: ptr8):
    # wNAF: at a bit that differs from the carry take WIDTH bits; if they exceed half, borrow from above.
    carry = 0
    i = 0
    while i < LENGTH:
        bits = (k[i >> 3] | k[(i >> 3) + 1] << 8) >> (i & 7)
        if bits & 1 == carry:
            i += 1
        else:
            digit = (bits & 31) + carry
            carry = digit >> 4
            if carry:
                digits[i] = 192 | (32 - digit) >> 1
            else:
                digits[i] = 128 | digit >> 1
            i += WIDTH


@micropython.viper
def _comb(b: ptr8, columns: ptr8, flip: int):
    j = 0
    while j < COLUMNS:
        column = 0
        i = j + 6 * COLUMNS
        while i >= 0:
            column = column << 1 | (b[i >> 3] >> (i & 7) & 1)
            i -= COLUMNS
        # The highest tooth is positive in every point of the table.
        if column & 64:
            column = column & 63
        else:
            column = (column ^ 63) | 64
        columns[j] = column ^ flip
        j += 1


@micropython.viper
def plan(script: ptr16, at: ptr16, q: ptr8, length: int, place: int, stride: int, g: ptr8, has_g: int):
    """Write the script (see p256_field.py) of u1·G + u2·Q.

    q: `length` digits of u2, of points that lie `stride` bytes apart from `place`, which says of what kind they are
    too. g: the columns of u1, of packed points in `points`, if has_g. at: byte offsets of the programs for doubling,
    adding, subtracting, starting, and starting with the opposite.
    """
    n = 0
    doublings = 0
    start = 2
    i = length
    while i:
        i -= 1
        if not start:
            doublings += 1
        digit = q[i]
        where = place + stride * (digit & 63)
        both = 2
        while both:
            if digit & 128:
                if doublings:
                    script[n] = at[0]
                    script[n + 1] = doublings << 2
                    doublings = 0
                    n += 2
                script[n] = at[1 + start + (digit >> 6 & 1)]
                script[n + 1] = where
                start = 0
                n += 2
            digit = 0
            if has_g and i < COLUMNS:
                digit = g[i]
                where = ((digit & 63) << 6) + 2
            both -= 1
    if doublings:
        script[n] = at[0]
        script[n + 1] = doublings << 2
        n += 2
    script[n] = 1
