# The private side of P-256: ECDSA signatures with deterministic nonces (FIPS 186-5, 6.4.1; RFC 6979) and key
# agreement (SP 800-56A, 5.7.1.2), on the field and the point programs of verification.
#
# Every scalar takes the same road: 64 digits that are never zero, so 252 doublings and 64 additions in the same order,
# in viper code without branches on data. Inversions, whose time varies, see only values multiplied by a random one.
# What this is not: constant in time to the last cycle, because MicroPython's integers and its memory are not; nor
# safe from a probe at the supply. The scanner signs seldom and answers nobody who may measure it as often as he likes.

import os

from micropython import const

from scanner.crypto.inverse import inverse
from scanner.crypto.kdf import hmac
from scanner.crypto.p256 import N, on_curve
from scanner.crypto.p256_point import ADD, AT, DOUBLE, START, P, R, W, copy, execute, get_raw
from scanner.crypto.p256_table import odd_multiples

_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
_DIGITS = const(64)  # of four bits


def generate():
    """A new private key: 32 bytes from the system's generator (FIPS 186-5, A.2.2: by rejection)."""
    while True:
        key = os.urandom(32)
        if 0 < int.from_bytes(key, "big") < N:
            return key


def public(key):
    """The point of a private key (32 bytes) as 65 bytes 04 || x || y. ValueError for a number that is no key."""
    x, y = _multiply(_scalar(key), _G)
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(key, digest):
    """The 64 bytes r || s over a SHA-256 digest. The same key and digest give the same signature (RFC 6979, 3.2)."""
    if len(digest) != 32:
        raise ValueError("digest")
    d = _scalar(key)
    e = int.from_bytes(digest, "big")
    seed = key + (e % N).to_bytes(32, "big")
    v = b"\x01" * 32
    k = bytes(32)
    for separator in (b"\x00", b"\x01"):
        k = hmac(k, v, separator, seed)
        v = hmac(k, v)
    while True:
        v = hmac(k, v)
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            r = _multiply(nonce, _G)[0] % N
            blind = _blind(N)
            s = inverse(nonce * blind % N, N) * (e * blind % N + r * (d * blind % N)) % N
            if r and s:
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        k = hmac(k, v, b"\x00")
        v = hmac(k, v)


def agree(key, point):
    """The 32 bytes that both sides share: x of key times the other's point (65 bytes). For a key derivation only.

    ValueError for a point that is not on the curve: there, the result would tell about the key.
    """
    if len(point) != 65 or point[0] != 4 or not on_curve(point[1:33], point[33:]):
        raise ValueError("point")
    q = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return _multiply(_scalar(key), q)[0].to_bytes(32, "big")


def _scalar(key):
    value = int.from_bytes(key, "big")
    if len(key) != 32 or not 0 < value < N:
        raise ValueError("private key")
    return value


def _blind(modulus):
    return int.from_bytes(os.urandom(32), "big") % (modulus - 1) + 1


def _multiply(k, q):
    # k times the point q = (x, y), affine. An odd k is a sum of digits 2n - 15 times 16^i, where n are the digits of
    # (k + 2^256 - 1) / 2: odd ones from -15 to 15, and the highest is positive. An even k goes as N - k.
    odd = k & 1
    digits = (((k if odd else N - k) + (1 << 256) - 1) >> 1).to_bytes(32, "big")
    odd_multiples(q[0], q[1])
    x0 = AT["x0"]
    y0 = AT["y0"]
    stride = AT["x1"] - x0
    for i in range(_DIGITS):
        digit = digits[i >> 1] >> 4 if i & 1 == 0 else digits[i >> 1] & 15
        positive = digit >> 3
        entry = (digit & 7) ^ (0 if positive else 7)
        if i:
            execute(DOUBLE, 4)
        copy(W, AT["px"], x0 + entry * stride, 1)
        copy(W, AT["py"], y0 + entry * stride, 2 * positive - 1)
        execute(ADD if i else START)
    z = get_raw("Z")
    if not z:
        # k is within 30 of 0 or N, where the last addition meets its own point: no such key is ever drawn.
        raise ValueError("scalar")
    blind = _blind(P)
    zi = inverse(z * blind % P, P) * blind % P
    zi2 = zi * zi % P
    x = get_raw("X") * zi2 % P * R % P
    y = get_raw("Y") * zi2 % P * zi % P * (R * R % P) % P
    for name in ("X", "Y", "Z", "px", "py"):
        copy(W, AT[name], AT["one"], 0)
    return x, y if odd else P - y
