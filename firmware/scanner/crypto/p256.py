# ECDSA with NIST P-256 (FIPS 186-5; SP 800-186, 3.2.1.3), for ES256.

from scanner.crypto.prime_curve import PrimeCurve

_CURVE = PrimeCurve(
    32,
    0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def verify(x, y, digest, signature):
    """Whether the 64 bytes r || s sign the digest under the key (x, y), 32 bytes each. Bad values give False."""
    return _CURVE.verify(x, y, digest, signature)


def on_curve(x, y):
    """Whether (x, y), 32 bytes each, is a point of the curve."""
    return _CURVE.point(x, y) is not None
