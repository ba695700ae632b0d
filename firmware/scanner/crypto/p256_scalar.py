# Scalars of P-256 recoded into the signed digits that point tables want.

import micropython
from micropython import const

WIDTH = const(5)  # the window of a key without a table: 8 odd multiples, a digit at every sixth bit
LENGTH = const(257)  # digits of a window
TEETH = const(7)  # the comb: 64 points for a key or for the generator
COLUMNS = const(37)  # TEETH * COLUMNS = 259 >= 256 bits


def window(k):
    """The digits of 0 < k < 2^256, least significant first, a byte each: 0, or odd from -15 to 15 modulo 256."""
    digits = bytearray(LENGTH)
    _window(k.to_bytes(36, "little"), digits)
    return digits


def comb(k, n):
    """COLUMNS bytes for 0 < k < n, n odd: bits 0 to 5 the index into a comb table, bit 6 set for the opposite point.

    An odd number can be written with digits 1 and -1 alone: k = sum of (2 b_i - 1) 2^i where b = (k - 1) / 2 + 2^258.
    Then a column always holds a point, and of two opposite points the table needs one. An even k goes as n - k.
    """
    columns = bytearray(COLUMNS)
    odd = k & 1
    b = ((k if odd else n - k) >> 1) + (1 << (TEETH * COLUMNS - 1))
    _comb(b.to_bytes(33, "little"), columns, 0 if odd else 64)
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
            digits[i] = digit - (carry << 5)
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
def previous(digits: ptr8, i: int) -> int:
    """The highest position below i that holds a digit or belongs to the comb's columns."""
    i -= 1
    while i >= COLUMNS and not digits[i]:
        i -= 1
    return i
