# RSA signatures with SHA-256: RSASSA-PSS (RFC 8017, 8.1.2) for PS256, RSASSA-PKCS1-v1_5 (8.2.2) for RS256.
#
# MicroPython's own pow() does the arithmetic: about 10 million instructions for 2048 bits and e = 65537 on a
# 32-bit core. Montgomery limbs in viper would save less than a seventh of it, for 2 KB of code.
# Every check of the standard is made; a bad key or a bad signature gives False, never an error. Nothing here is
# secret, so nothing runs in constant time.

import hashlib

from micropython import const

_LEAST_BITS = const(2048)  # below it a modulus is within reach of factoring
_MOST_BITS = const(4096)  # above it one verification takes seconds
_MOST_E_BITS = const(32)  # every exponent in use is 65537 or 3; a long one would only cost time
_HASH = const(32)

# DER of DigestInfo { sha256, NULL, OCTET STRING of 32 bytes }, up to the hash (RFC 8017, 9.2, note 1).
_SHA256_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"


def verify_pss(n, e, digest, signature, salt=32):
    """Whether the signature is PSS over the SHA-256 digest, MGF1 with SHA-256 and exactly `salt` bytes of salt.

    n: the modulus, bytes, big-endian; e: int; digest: 32 bytes.
    """
    if len(digest) != _HASH:
        return False
    opened = _open(n, e, signature)
    if opened is None:
        return False
    encoded, bits = opened
    # EMSA-PSS-VERIFY (9.1.2) with emBits = modBits - 1; where that is a multiple of 8, EM is a byte shorter than n.
    bits -= 1
    if bits & 7 == 0:
        if encoded[0]:
            return False
        encoded = encoded[1:]
    size = len(encoded)
    if size < _HASH + salt + 2 or encoded[size - 1] != 0xBC:
        return False
    split = size - _HASH - 1
    h = encoded[split : size - 1]
    spare = 8 * size - bits
    if encoded[0] >> (8 - spare):
        return False
    # As one number, since a loop over bytes would cost a tenth of the exponentiation.
    db = int.from_bytes(encoded[:split], "big") ^ int.from_bytes(_mgf1(h, split)[:split], "big")
    db &= (1 << (8 * split - spare)) - 1
    db = db.to_bytes(split, "big")
    padding = split - salt - 1
    if db[: padding + 1] != bytes(padding) + b"\x01":
        return False
    return hashlib.sha256(bytes(8) + bytes(digest) + db[padding + 1 :]).digest() == h


def verify_pkcs1(n, e, digest, signature):
    """Whether the signature is PKCS #1 v1.5 over the SHA-256 digest. n: bytes, big-endian; e: int; digest: 32 bytes.

    The one encoding that may stand there is built and compared whole: a parser is what forgeries with e = 3 need.
    """
    if len(digest) != _HASH:
        return False
    opened = _open(n, e, signature)
    if opened is None:
        return False
    encoded = opened[0]
    filler = len(encoded) - 3 - len(_SHA256_INFO) - _HASH
    return encoded == b"\x00\x01" + b"\xff" * filler + b"\x00" + _SHA256_INFO + bytes(digest)


def _open(n, e, signature):
    # RSAVP1 (5.2.2) with the checks on the key: (signature^e mod n as bytes, bits of n), or None.
    bits = _bit_length(n)
    n = int.from_bytes(n, "big")
    if not (_LEAST_BITS <= bits <= _MOST_BITS) or not n & 1:
        return None
    if e < 3 or e >> _MOST_E_BITS or not e & 1:
        return None
    size = (bits + 7) >> 3
    if len(signature) != size:
        return None
    s = int.from_bytes(signature, "big")
    if s >= n:
        return None
    return pow(s, e, n).to_bytes(size, "big"), bits


def _bit_length(n):
    # Of a number in bytes, big-endian. (MicroPython 1.24 has no int.bit_length.)
    for i in range(len(n)):
        if n[i]:
            bits = 8 * (len(n) - i)
            top = n[i]
            while not top & 0x80:
                top <<= 1
                bits -= 1
            return bits
    return 0


def _mgf1(seed, length):
    # MGF1 with SHA-256 (RFC 8017, B.2.1).
    mask = b""
    counter = 0
    while len(mask) < length:
        mask += hashlib.sha256(seed + counter.to_bytes(4, "big")).digest()
        counter += 1
    return mask
