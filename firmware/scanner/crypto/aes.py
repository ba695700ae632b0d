# The AES block cipher (FIPS 197), for builds of MicroPython without cryptolib. Enciphers only: all that GCM needs.
#
# The S-box is made from its definition (5.1.1) on first use. It is a table, so this is no cipher for a machine whose
# cache a stranger shares; a microcontroller's SRAM takes the same time for every address.

import micropython
from micropython import const

_BLOCK = const(16)

_sbox = None


class Aes:
    """As cryptolib.aes in ECB mode. key: 16 or 32 bytes."""

    def __init__(self, key, mode=1):
        if mode != 1 or len(key) not in (16, 32):
            raise ValueError("mode or key")
        if _sbox is None:
            _make_sbox()
        self._rounds = len(key) // 4 + 6
        self._schedule = _expand(key, self._rounds)

    def encrypt(self, data):
        """Each 16 bytes of the data enciphered on their own."""
        if len(data) % _BLOCK:
            raise ValueError("not whole blocks")
        out = bytearray(data)
        _encrypt(out, len(out), self._schedule, self._rounds, _sbox, bytearray(_BLOCK))
        return bytes(out)


def _expand(key, rounds):
    # 5.2, by words of four bytes.
    words = len(key) // 4
    schedule = bytearray(16 * (rounds + 1))
    schedule[: len(key)] = key
    constant = 1
    for i in range(words, 4 * (rounds + 1)):
        t = schedule[4 * i - 4 : 4 * i]
        if i % words == 0:
            t = bytearray((t[1], t[2], t[3], t[0]))
        if i % words == 0 or (words == 8 and i % words == 4):
            for j in range(4):
                t[j] = _sbox[t[j]]
        if i % words == 0:
            t[0] ^= constant
            constant = _twice(constant)
        for j in range(4):
            schedule[4 * i + j] = schedule[4 * (i - words) + j] ^ t[j]
    return schedule


def _twice(a):
    return (a << 1 & 255) ^ (0x1B if a & 128 else 0)


def _make_sbox():
    # Inverses through powers of the generator 3, then the affine map.
    global _sbox
    powers = bytearray(255)
    value = 1
    for i in range(255):
        powers[i] = value
        value ^= _twice(value)
    box = bytearray(256)
    box[0] = 0x63
    for i in range(255):
        b = powers[(255 - i) % 255]
        wide = b << 8 | b
        box[powers[i]] = (b ^ wide >> 7 ^ wide >> 6 ^ wide >> 5 ^ wide >> 4) & 255 ^ 0x63
    _sbox = box


@micropython.viper
def _encrypt(data: ptr8, length: int, schedule: ptr8, rounds: int, box: ptr8, t: ptr8):
    # 5.1 on every block. t takes SubBytes and ShiftRows at once: byte j comes from j + 4 (j mod 4).
    at = 0
    while at < length:
        j = 0
        while j < 16:
            data[at + j] = data[at + j] ^ schedule[j]
            j += 1
        r = 1
        while r <= rounds:
            j = 0
            while j < 16:
                t[j] = box[data[at + ((j + 4 * (j & 3)) & 15)]]
                j += 1
            j = 0
            k = 16 * r
            while j < 16:
                a = t[j]
                b = t[j + 1]
                c = t[j + 2]
                d = t[j + 3]
                if r < rounds:
                    # MixColumns: each byte plus all four plus twice its pair.
                    s = a ^ b ^ c ^ d
                    e = a
                    x = a ^ b
                    a = a ^ s ^ (x << 1 & 255) ^ (0x1B & (0 - (x >> 7)))
                    x = b ^ c
                    b = b ^ s ^ (x << 1 & 255) ^ (0x1B & (0 - (x >> 7)))
                    x = c ^ d
                    c = c ^ s ^ (x << 1 & 255) ^ (0x1B & (0 - (x >> 7)))
                    x = d ^ e
                    d = d ^ s ^ (x << 1 & 255) ^ (0x1B & (0 - (x >> 7)))
                data[at + j] = a ^ schedule[k + j]
                data[at + j + 1] = b ^ schedule[k + j + 1]
                data[at + j + 2] = c ^ schedule[k + j + 2]
                data[at + j + 3] = d ^ schedule[k + j + 3]
                j += 4
            r += 1
        at += 16
