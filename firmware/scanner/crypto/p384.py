# ECDSA with NIST P-384 (FIPS 186-5; SP 800-186, 3.2.1.4), for ES384.
#
# Very few issuers use it, so it runs on big integers: see prime_curve.py. Not constant time: nothing here is secret.

from scanner.crypto.prime_curve import PrimeCurve

_CURVE = PrimeCurve(
    48,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
    0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
)


def verify(x, y, digest, signature):
    """Whether the 96 bytes r || s sign the digest under the key (x, y), 48 bytes each. Bad values give False."""
    return _CURVE.verify(x, y, digest, signature)


def on_curve(x, y):
    """Whether (x, y), 48 bytes each, is a point of the curve."""
    return _CURVE.point(x, y) is not None
