# The inverse modulo a prime: Euclid's algorithm with Lehmer's steps (Knuth, The Art of Computer Programming, 4.5.2).
#
# The quotients of two long numbers depend for a while on their highest bits alone: several of them are found in
# machine words, and the long numbers follow at once. Nothing is allocated on the way, so it costs a fifth of dividing
# MicroPython's integers. The time depends on the numbers: secret ones come here blinded (p256_sign.py).

import micropython
from micropython import const

_GUARD = const(2)  # limbs of zero below a number, so that there are always three to look at
_MOST = const(1 << 14)  # of a factor: two of them times a limb of 16 bits stay below 2^31


def inverse(a, m, size=32):
    """1/a mod m for a prime m of at most `size` bytes, an even number, and 0 < a < m."""
    width = size + 2 * _GUARD + 2
    work = bytearray(4 * width)
    # u·a = x and v·a = y modulo m; u and v without their signs, which are opposite.
    x, y, u, v = m, a, 0, 1
    negative = 1
    while y:
        for i, value in enumerate((x << 32, y << 32, u, v)):
            work[i * width : (i + 1) * width] = value.to_bytes(width, "little")
        negative ^= _euclid(work, width)
        x, y, u, v = [int.from_bytes(work[i * width : (i + 1) * width], "little") for i in range(4)]
        x >>= 32
        y >>= 32
        if y:
            # A quotient that the highest bits do not tell, or a long one: rare, but for numbers chosen so.
            q = x // y
            x, y, u, v = y, x - q * y, v, u + q * v
            negative ^= 1
    return m - u if negative else u


@micropython.viper
def _euclid(work: ptr16, width: int) -> int:
    """Euclid's steps on x >= y, while they are sure; 1 if their number is odd.

    work: x, y, u, v, `width` bytes each, limbs of 16 bits, least significant first; x and y have guard limbs below.
    """
    x = ptr16(work)
    y = ptr16(int(work) + width)
    u = ptr16(int(work) + 2 * width)
    v = ptr16(int(work) + 3 * width)
    odd = 0
    high = (width >> 1) - 1  # no limb of x and y above this one is set
    long = high  # limbs of u and v
    while long > 1 and not v[long - 1]:
        long -= 1
    while True:
        while high > _GUARD and not x[high]:
            high -= 1
        # The highest 28 bits of x, and of y the bits at the same place.
        e = 0
        while not x[high] << e & 0x8000:
            e += 1
        p = (x[high] << 16 + e | x[high - 1] << e | x[high - 2] >> 16 - e) >> 4 & 0xFFFFFFF
        q = (y[high] << 16 + e | y[high - 1] << e | y[high - 2] >> 16 - e) >> 4 & 0xFFFFFFF
        exact = 0
        if high == _GUARD:
            exact = 1
        a = 1
        b = 0
        c = 0
        d = 1
        while True:
            # A quotient holds if it is the same whatever the lower bits are: Knuth's algorithm L.
            if exact:
                if not q:
                    break
                n = p // q
            else:
                if not q + c or not q + d:
                    break
                n = (p + a) // (q + c)
                if n != (p + b) // (q + d):
                    break
            if n >= _MOST:
                break
            e = a - n * c
            f = b - n * d
            if e >= _MOST or e <= 0 - _MOST or f >= _MOST or f <= 0 - _MOST:
                break
            a = c
            b = d
            c = e
            d = f
            e = p - n * q
            p = q
            q = e
        if not b:
            break
        if d < 0:
            odd = odd ^ 1
        p = 0
        q = 0
        i = _GUARD
        while i <= high:
            e = x[i]
            f = y[i]
            p += a * e + b * f
            q += c * e + d * f
            x[i] = p
            y[i] = q
            p = p >> 16
            q = q >> 16
            i += 1
        # With the signs left out, the factors of u and v have none either.
        if a < 0:
            a = 0 - a
        if b < 0:
            b = 0 - b
        if c < 0:
            c = 0 - c
        if d < 0:
            d = 0 - d
        i = 0
        while i < long:
            e = u[i]
            f = v[i]
            p += a * e + b * f
            q += c * e + d * f
            u[i] = p
            v[i] = q
            p = p >> 16
            q = q >> 16
            i += 1
        if p or q:
            u[i] = p
            v[i] = q
            long += 1
    return odd
