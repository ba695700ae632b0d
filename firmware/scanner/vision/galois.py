# Arithmetic of GF(256) as the symbol uses it (ISO/IEC 18004:2015, 7.5.2), and the one part of Reed-Solomon that
# touches every codeword: the syndromes, which are the received word evaluated at each root of the generator.

import micropython
from micropython import const

_POLYNOMIAL = const(0x11D)  # x^8 + x^4 + x^3 + x^2 + 1


@micropython.viper
def _fill_tables(exp: ptr8, log: ptr8):
    v = 1
    i = 0
    while i < 255:
        exp[i] = v
        exp[i + 255] = v
        log[v] = i
        v = v + v
        if v > 255:
            v = v ^ _POLYNOMIAL
        i += 1


EXP = bytearray(512)  # twice the cycle, so that a sum of two logarithms needs no reduction
LOG = bytearray(256)
TIMES = bytearray(256)  # work space of `syndromes`
_fill_tables(EXP, LOG)


@micropython.viper
def syndromes(
    t: ptr8,
    p: ptr8,
    s: int,
    code: ptr8,
    out: ptr8,
    dirty: ptr8,
    count: int,
    short: int,
    longer: int,
    parity: int,
    first: int,
    end: int,
) -> int:
    """Syndromes `first` to `end` - 1 of `count` blocks that lie one after the other in `code`, the last `longer` of
    them one codeword longer than `short`: block b's from out[b * parity]. Marks in `dirty` (a byte a block) which
    have one that is not zero; with `first` above 0 those alone are looked at. Returns 0 if no block is dirty.

    t: 256 bytes of work space; p, s: no meaning (they take the registers: pass t and 0)."""
    exp = ptr8(EXP)
    seen = 0
    i = 0
    if first == 0:
        while i < count:
            dirty[i] = 0
            i += 1
    i = first
    shorts = count - longer
    while i < end:
        # Multiplication by the root as a table: each bit's product, then all sums of those.
        t[0] = 0
        v = exp[i]
        width = 1
        while width < 256:
            p = t
            s = width
            while s:
                p[width] = p[0] ^ v
                p = ptr8(int(p) + 1)
                s -= 1
            width += width
            v += v
            if v > 255:
                v = v ^ _POLYNOMIAL

        p = code
        w = i
        b = 0
        while b < count:
            left = short
            if b >= shorts:
                left += 1
            if first and dirty[b] == 0:
                p = ptr8(int(p) + left)
                left = 0
            s = 0
            while left >= 8:
                s = t[s]
                s = p[0] ^ s
                s = t[s]
                s = p[1] ^ s
                s = t[s]
                s = p[2] ^ s
                s = t[s]
                s = p[3] ^ s
                s = t[s]
                s = p[4] ^ s
                s = t[s]
                s = p[5] ^ s
                s = t[s]
                s = p[6] ^ s
                s = t[s]
                s = p[7] ^ s
                p = ptr8(int(p) + 8)
                left -= 8
            while left:
                s = t[s]
                s = p[0] ^ s
                p = ptr8(int(p) + 1)
                left -= 1
            out[w] = s
            dirty[b] = dirty[b] | s
            seen = seen | s
            w += parity
            b += 1
        i += 1
    return seen
