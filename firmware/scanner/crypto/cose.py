# COSE_Sign1 signatures: the bytes that are signed, and their verification by algorithm (RFC 9052, 4.4; RFC 9053, 2).
#
# The Sig_structure is built here rather than by a CBOR encoder: it has four items, and the two that matter go in
# as the very bytes that were received.

import hashlib

from micropython import const

from scanner.crypto import p256, p384, rsa, sha384

ES256 = const(-7)
ES384 = const(-35)
PS256 = const(-37)

_KINDS = {ES256: "P-256", ES384: "P-384", PS256: "RSA"}

_ARRAY_OF_4 = const(0x84)
_BYTES = const(0x40)
_EMPTY_MAP = b"\xa0"
_CONTEXT = b"\x6aSignature1"  # a text of 10 bytes


def sig_structure(protected, payload, external=b""):
    """The bytes that a COSE_Sign1 signature covers: ["Signature1", protected, external, payload].

    protected and payload: the contents of their byte strings as received.
    """
    out = bytearray((_ARRAY_OF_4,))
    out.extend(_CONTEXT)
    for part in (protected, external, payload):
        _head(out, len(part))
        out.extend(part)
    return out


def verify(alg, key, protected, payload, signature, es256=p256.verify):
    """Whether the signature is the key's over the Sig_structure of these bytes.

    alg: -7 ES256, -35 ES384, -37 PS256. key: its `kind` ("P-256", "P-384", "RSA") with `x`, `y` or `n`, `e`. es256:
    what verifies by P-256; see trust/key_tables.py.
    ValueError for another alg, and for one that is not of the key's kind: a key signs with one algorithm.
    """
    if alg not in _KINDS or _KINDS[alg] != key.kind:
        raise ValueError("alg")
    good = _verify(alg, key, sig_structure(protected, payload), signature, es256)
    if not good and protected == _EMPTY_MAP:
        # RFC 9052, 4.4 signs the empty string where a sender wrote an empty map; some sign what they wrote.
        good = _verify(alg, key, sig_structure(b"", payload), signature, es256)
    return good


def _verify(alg, key, signed, signature, es256):
    if alg == ES384:
        return p384.verify(key.x, key.y, sha384.digest(signed), signature)
    digest = hashlib.sha256(signed).digest()
    if alg == ES256:
        return es256(key.x, key.y, digest, signature)
    return rsa.verify_pss(key.n, key.e, digest, signature)


def _head(out, length):
    # A byte string's head in its shortest form (RFC 8949, 4.2.1), as the structure's encoding demands.
    if length < 24:
        out.append(_BYTES | length)
    elif length < 0x100:
        out.append(_BYTES | 24)
        out.append(length)
    elif length < 0x10000:
        out.append(_BYTES | 25)
        out.extend(length.to_bytes(2, "big"))
    else:
        out.append(_BYTES | 26)
        out.extend(length.to_bytes(4, "big"))
