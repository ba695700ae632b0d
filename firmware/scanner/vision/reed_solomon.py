# Reed-Solomon correction of errors and erasures (ISO/IEC 18004:2015, 7.5 and Annex B).
#
# The code is over GF(256) with x^8 + x^4 + x^3 + x^2 + 1, its generator has the roots 1, a, a^2 ... An error costs
# two parity codewords, an erasure (a place known to be doubtful) one. Steps: syndromes; the locator polynomial by
# Berlekamp and Massey, started from the erasures; its roots by trial of each place; magnitudes by Forney; and the
# syndromes again, since a locator that merely looks sound must not pass.

import micropython
from micropython import const

from scanner.vision.galois import EXP, LOG, TIMES, syndromes
from scanner.vision.wiping import wipe

MAX_PARITY = const(30)
FAILED = const(-1)

# The work space of `repair`: polynomials of up to 33 coefficients, then places and magnitudes.
_STEP = const(40)
_work = bytearray(6 * 40)


def forget():
    """Leave nothing of the last block."""
    wipe(_work)


@micropython.viper
def repair(
    code: ptr8,
    start: int,
    length: int,
    syn: ptr8,
    b: int,
    parity: int,
    limit: int,
    doubtful: ptr8,
    erasures: int,
) -> int:
    """Correct the block of `length` codewords at `start` of `code`, in place. `syn`: `parity` syndromes a block, of
    which this is block `b`.

    `doubtful`: places of `erasures` distinct codewords, counted from the block's first. Returns how many codewords
    were changed, or FAILED, leaving the block as it was, if 2 * errors + erasures would be above `limit`.
    """
    syn = ptr8(int(syn) + b * parity)
    exp = ptr8(EXP)
    log = ptr8(LOG)
    lam = ptr8(_work)
    old = ptr8(int(lam) + _STEP)
    rest = ptr8(int(lam) + 2 * _STEP)  # syndromes that are not explained yet
    omega = ptr8(int(lam) + 3 * _STEP)
    places = ptr8(int(lam) + 4 * _STEP)
    sizes = ptr8(int(lam) + 5 * _STEP)

    seen = 0
    i = 0
    while i < parity:
        seen = seen | syn[i]
        rest[i] = syn[i]
        i += 1
    if seen == 0:
        return 0
    if erasures > limit or limit > parity or parity > MAX_PARITY:
        return FAILED

    # The locator of the erasures: the product of (1 + X x) over their places.
    i = 0
    while i < _STEP:
        lam[i] = 0
        i += 1
    lam[0] = 1
    e = 0
    while e < erasures:
        x = length - 1 - doubtful[e]
        j = e + 1
        while j:
            v = lam[j - 1]
            if v:
                lam[j] = lam[j] ^ exp[log[v] + x]
            j -= 1
        e += 1
    i = 0
    while i < _STEP:
        old[i] = lam[i]
        i += 1

    # Berlekamp and Massey.
    degree = erasures
    k = erasures
    while k < parity:
        d = 0
        j = 0
        while j <= degree:
            a = lam[j]
            b = rest[k - j]
            if a and b:
                d = d ^ exp[log[a] + log[b]]
            j += 1
        # `old` gains a factor x
        j = parity
        while j:
            old[j] = old[j - 1]
            j -= 1
        old[0] = 0
        if d:
            grows = degree + degree <= k + erasures
            d = log[d]
            j = 0
            while j <= parity:
                a = lam[j]
                b = old[j]
                if b:
                    lam[j] = a ^ exp[log[b] + d]
                if grows:
                    old[j] = exp[log[a] + 255 - d] if a else 0
                j += 1
            if grows:
                degree = k + 1 + erasures - degree
                if degree + degree - erasures > limit:
                    return FAILED
        k += 1
    # 2 * errors + erasures, with errors = degree - erasures.
    if degree + degree - erasures > limit or lam[degree] == 0:
        return FAILED

    # The evaluator, syndromes times locator, of which the terms below `degree` are needed.
    i = 0
    while i < degree:
        v = 0
        j = 0
        while j <= i:
            a = lam[j]
            b = rest[i - j]
            if a and b:
                v = v ^ exp[log[a] + log[b]]
            j += 1
        omega[i] = v
        i += 1

    # Roots: the locator is zero at the inverse of each faulty place.
    found = 0
    x = 0  # logarithm of the place, counted from the block's last codeword
    while x < length and found < degree:
        inverse = 255 - x
        if x == 0:
            inverse = 0
        v = lam[degree]
        j = degree
        while j:
            j -= 1
            if v:
                v = exp[log[v] + inverse]
            v = v ^ lam[j]
        if v == 0:
            # Forney: X * omega(1/X) / locator'(1/X).
            a = 0
            j = degree
            while j:
                j -= 1
                if a:
                    a = exp[log[a] + inverse]
                a = a ^ omega[j]
            b = 0
            j = (degree - 1) | 1  # the derivative has the odd terms alone
            if j > degree:
                j -= 2
            twice = inverse + inverse
            if twice >= 255:
                twice -= 255
            while j > 0:
                if b:
                    b = exp[log[b] + twice]
                b = b ^ lam[j]
                j -= 2
            if b == 0:
                return FAILED
            v = 0
            if a:
                v = exp[log[a] + 255 - log[b]]
                v = exp[log[v] + x]
            places[found] = length - 1 - x
            sizes[found] = v
            found += 1
        x += 1
    if found != degree:
        return FAILED

    # What was found must explain every syndrome.
    e = 0
    while e < degree:
        v = sizes[e]
        if v:
            x = length - 1 - places[e]
            d = log[v]
            i = 0
            while i < parity:
                rest[i] = rest[i] ^ exp[d]
                d += x
                if d >= 255:
                    d -= 255
                i += 1
        e += 1
    seen = 0
    i = 0
    while i < parity:
        seen = seen | rest[i]
        i += 1
    if seen:
        return FAILED

    changed = 0
    e = 0
    while e < degree:
        v = sizes[e]
        if v:
            i = start + places[e]
            code[i] = code[i] ^ v
            changed += 1
        e += 1
    return changed


def correct(code, parity, kept_back=0, erasures=b""):
    """Correct one block (a bytearray of data and then `parity` codewords) in place; returns the number of codewords
    changed. `erasures`: places that are doubtful. ValueError where 2 * errors + erasures is above
    parity - kept_back, or the arguments make no block."""
    length = len(code)
    if not 0 < parity <= MAX_PARITY or not parity < length <= 255:
        raise ValueError("not a block")
    if len(set(erasures)) != len(erasures) or (erasures and max(erasures) >= length):
        raise ValueError("not places of the block")
    syn = bytearray(parity)
    syndromes(TIMES, TIMES, 0, code, syn, bytearray(1), 1, length, 0, parity, 0, parity)
    changed = repair(code, 0, length, syn, 0, parity, parity - kept_back, bytes(erasures), len(erasures))
    if changed < 0:
        raise ValueError("more errors than the code corrects")
    return changed
