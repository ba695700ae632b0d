# HMAC (RFC 2104) and HKDF (RFC 5869), both with SHA-256, and a comparison that does not tell where it stopped.

import hashlib

from micropython import const

_BLOCK = const(64)  # bytes of a SHA-256 block
_DIGEST = const(32)


def hmac(key, *parts):
    """The 32 bytes of HMAC-SHA256 over the parts, joined."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    inner = bytearray(_BLOCK)
    inner[: len(key)] = key
    outer = bytearray(inner)
    for i in range(_BLOCK):
        inner[i] ^= 0x36
        outer[i] ^= 0x5C
    inside = hashlib.sha256(inner)
    for part in parts:
        inside.update(part)
    outside = hashlib.sha256(outer)
    outside.update(inside.digest())
    return outside.digest()


def hkdf(secret, salt, info, length=_DIGEST):
    """`length` bytes drawn from the secret; up to 8160, ValueError above. No salt is 32 zeros (section 2.2)."""
    if length > 255 * _DIGEST:
        raise ValueError("length")
    key = hmac(salt or bytes(_DIGEST), secret)
    out = block = b""
    counter = 0
    while len(out) < length:
        counter += 1
        block = hmac(key, block, info, bytes((counter,)))
        out += block
    return out[:length]


def equal(a, b):
    """Whether two byte strings are the same, in a time that depends on their lengths alone."""
    if len(a) != len(b):
        return False
    difference = 0
    for i in range(len(a)):
        difference |= a[i] ^ b[i]
    return difference == 0
