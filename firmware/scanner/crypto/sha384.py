# SHA-384 (FIPS 180-4, 6.4 and 6.5), which MicroPython's hashlib does not have; ES384 signs it.
#
# A 64-bit word is four 16-bit limbs, least significant first: a sum of all terms of a round then fits an int of
# 32 bits, and no carry out of bit 31 has to be guessed. The working variables do not move from a to h: a round
# appends to two sequences, a and e, of which b, c, d and f, g, h are the elements before.
# The constants are made from their definition, the roots of the first primes, on first use: a quarter of the text.

import micropython
from micropython import const

_BLOCK = const(128)
_ROUNDS = const(80)

_k = None  # the round constants as limbs
_start = ()  # the initial hash value: eight integers
_w = bytearray(8 * _ROUNDS)
_a = bytearray(8 * (_ROUNDS + 4))
_e = bytearray(8 * (_ROUNDS + 4))


def digest(data):
    """The 48 bytes of SHA-384 over the data."""
    if _k is None:
        _make_constants()
    state = list(_start)
    view = memoryview(data)
    whole = len(data) & -_BLOCK
    for at in range(0, whole, _BLOCK):
        _compress(state, view[at : at + _BLOCK])
    # 5.1.2: a one bit, zeros, and the length in bits as 128 bits at the end of a block.
    tail = bytearray(_BLOCK if len(data) - whole < _BLOCK - 16 else 2 * _BLOCK)
    tail[: len(data) - whole] = view[whole:]
    tail[len(data) - whole] = 0x80
    tail[len(tail) - 8 :] = (8 * len(data)).to_bytes(8, "big")
    for at in range(0, len(tail), _BLOCK):
        _compress(state, memoryview(tail)[at : at + _BLOCK])
    return b"".join([v.to_bytes(8, "big") for v in state[:6]])


def _compress(state, block):
    for i in range(4):
        at = 8 * (3 - i)
        _a[at : at + 8] = state[i].to_bytes(8, "little")
        _e[at : at + 8] = state[4 + i].to_bytes(8, "little")
    _schedule(_w, block)
    _rounds(_a, _e, _w, _k)
    for i in range(4):
        at = 8 * (_ROUNDS + 3 - i)
        state[i] = (state[i] + int.from_bytes(_a[at : at + 8], "little")) & 0xFFFFFFFFFFFFFFFF
        state[4 + i] = (state[4 + i] + int.from_bytes(_e[at : at + 8], "little")) & 0xFFFFFFFFFFFFFFFF


@micropython.viper
def _schedule(w: ptr16, block: ptr8):
    # W of 6.4.2 step 1. Limb j of a rotation by n takes bits n + 16j and up.
    at = 0
    while at < 64:
        w[(at | 3) - (at & 3)] = block[2 * at] << 8 | block[2 * at + 1]
        at += 1
    # i counts limbs from 16 before the one that is made: a bare index is not safe in every compiler.
    i = 48
    while i < 304:
        x0 = w[i - 44]  # W[t-15], for σ0: rotate 1, rotate 8, shift 7
        x1 = w[i - 43]
        x2 = w[i - 42]
        x3 = w[i - 41]
        y0 = w[i + 8]  # W[t-2], for σ1: rotate 19, rotate 61, shift 6
        y1 = w[i + 9]
        y2 = w[i + 10]
        y3 = w[i + 11]
        top_x = x3 >> 7
        top_y = y3 >> 6
        carry = 0
        j = 4
        while j:
            j -= 1
            sx = top_x if j == 0 else (x0 >> 7 | x1 << 9)
            sy = top_y if j == 0 else (y0 >> 6 | y1 << 10)
            s0 = ((x0 >> 1 | x1 << 15) ^ (x0 >> 8 | x1 << 8) ^ sx) & 0xFFFF
            s1 = ((y1 >> 3 | y2 << 13) ^ (y3 >> 13 | y0 << 3) ^ sy) & 0xFFFF
            carry += w[i - 48] + s0 + w[i - 12] + s1
            w[i + 16] = carry & 0xFFFF
            carry = carry >> 16
            i += 1
            t = x0
            x0 = x1
            x1 = x2
            x2 = x3
            x3 = t
            t = y0
            y0 = y1
            y1 = y2
            y2 = y3
            y3 = t


@micropython.viper
def _rounds(a: ptr16, e: ptr16, w: ptr16, k: ptr16):
    # 6.4.2 step 3: before round t, a is a[t+3], b a[t+2], c a[t+1], d a[t]; and so e, f, g, h. The new a and e
    # go to [t+4]. Index i counts limbs, so that a word before is i - 4.
    i = 16
    end = 16 + 4 * _ROUNDS
    while i < end:
        e0 = e[i - 4]
        e1 = e[i - 3]
        e2 = e[i - 2]
        e3 = e[i - 1]
        a0 = a[i - 4]
        a1 = a[i - 3]
        a2 = a[i - 2]
        a3 = a[i - 1]
        sum_e = 0
        sum_a = 0
        j = 4
        while j:
            j -= 1
            # T1 = h + Σ1(e) + Ch(e, f, g) + K + W; Σ1 rotates by 14, 18 and 41.
            g = e[i - 12]
            t1 = ((e0 >> 14 | e1 << 2) ^ (e1 >> 2 | e2 << 14) ^ (e2 >> 9 | e3 << 7)) & 0xFFFF
            t1 += e[i - 16] + (g ^ (e0 & (e[i - 8] ^ g))) + k[i - 16] + w[i - 16]
            # T2 = Σ0(a) + Maj(a, b, c); Σ0 rotates by 28, 34 and 39.
            b = a[i - 8]
            c = a[i - 12]
            t2 = ((a1 >> 12 | a2 << 4) ^ (a2 >> 2 | a3 << 14) ^ (a2 >> 7 | a3 << 9)) & 0xFFFF
            sum_a += t1 + t2 + ((a0 & b) | (c & (a0 | b)))
            sum_e += t1 + a[i - 16]
            a[i] = sum_a & 0xFFFF
            e[i] = sum_e & 0xFFFF
            sum_a = sum_a >> 16
            sum_e = sum_e >> 16
            i += 1
            t = a0
            a0 = a1
            a1 = a2
            a2 = a3
            a3 = t
            t = e0
            e0 = e1
            e1 = e2
            e2 = e3
            e3 = t


def _make_constants():
    # 4.2.3 and 5.3.4: the first 64 bits of the fractional parts of the cube roots of the first 80 primes, and of
    # the square roots of the 9th to the 16th.
    global _k, _start
    primes = [2]
    candidate = 3
    while len(primes) < _ROUNDS:
        if all(candidate % q for q in primes):
            primes.append(candidate)
        candidate += 2
    _start = [_root(q, 2) & 0xFFFFFFFFFFFFFFFF for q in primes[8:16]]
    _k = b"".join([(_root(q, 3) & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little") for q in primes])


def _root(value, degree):
    # 2^64 times the root of that degree, rounded down: Newton's steps from above.
    goal = value << (64 * degree)
    x = 1 << 69
    while True:
        y = ((degree - 1) * x + goal // x ** (degree - 1)) // degree
        if y >= x:
            return x
        x = y
