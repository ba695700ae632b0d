# What the deployment's authority has signed: manifests of bundles and role certificates, each a COSE_Sign1 (RFC 9052,
# 4.2) with ES256 and a content type in the protected header, so that one never passes for the other.

from micropython import const

from scanner.codec import cbor
from scanner.crypto import cose, p256

_ALG = const(1)  # header labels (RFC 9052, 3.1)
_TYPE = const(3)
_SIGN1 = const(18)


class Point:
    """A P-256 public key, from 04 || x || y: what cose.verify asks of a key. ValueError where it is none."""

    kind = "P-256"

    def __init__(self, point):
        if len(point) != 65 or point[0] != 4 or not p256.on_curve(point[1:33], point[33:]):
            raise ValueError("no point of P-256")
        self.x = point[1:33]
        self.y = point[33:]


class Signed:
    """A COSE_Sign1 of `content_type`, its signature not yet verified. ValueError for any other bytes."""

    def __init__(self, message, content_type):
        value = cbor.decode(message)
        if not isinstance(value, cbor.Tag) or value.number != _SIGN1:
            raise ValueError("not a COSE_Sign1")
        items = value.value
        if not isinstance(items, list) or len(items) != 4 or items[1] != {}:
            raise ValueError("not a COSE_Sign1")
        self._protected, _, self.payload, self._signature = items
        for each in (self._protected, self.payload, self._signature):
            if not isinstance(each, bytes):
                raise ValueError("not a COSE_Sign1")
        if cbor.decode(self._protected) != {_ALG: cose.ES256, _TYPE: content_type}:
            raise ValueError("signed for another use")

    def is_by(self, key):
        """Whether `key` (a Point) signed it."""
        return cose.verify(cose.ES256, key, self._protected, self.payload, self._signature)
