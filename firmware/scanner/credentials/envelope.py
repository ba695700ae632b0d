# COSE_Sign1 (RFC 9052, section 4.2): takes the signed envelope apart, and trusts nothing in it yet.
#
# Issuers differ: tag 18, none, or the CWT tag 61 around 18 (RFC 8392, section 6); algorithm and key id in the
# protected header, the unprotected one, or both. The protected one wins, even when it is wrong: it is the signed one.

from micropython import const

from scanner.codec import cbor
from scanner.reasons import Refusal

_TAG_SIGN1 = const(18)
_TAG_CWT = const(61)
_ALG = const(1)
_CRIT = const(2)
_KID = const(4)
_UNDERSTOOD = (_ALG, _CRIT, _KID)


class Envelope:
    """protected: the bytes as received; alg, kid: from the headers or None; payload, signature: bytes."""

    def __init__(self, protected, alg, kid, payload, signature):
        self.protected = protected
        self.alg = alg
        self.kid = kid
        self.payload = payload
        self.signature = signature


def open_envelope(data):
    """The Envelope in `data` (bytes). Refusal bad_cbor or bad_envelope."""
    value = _decode(data)
    if isinstance(value, cbor.Tag) and value.number == _TAG_CWT:
        value = value.value
        if not isinstance(value, cbor.Tag):
            raise Refusal("bad_envelope", "tag 61 without tag 18")
    if isinstance(value, cbor.Tag):
        if value.number != _TAG_SIGN1:
            raise Refusal("bad_envelope", "tag %d" % value.number)
        value = value.value
    if not isinstance(value, list) or len(value) != 4:
        raise Refusal("bad_envelope", "not an array of four")
    protected, unprotected, payload, signature = value
    if not isinstance(protected, bytes) or not isinstance(unprotected, dict):
        raise Refusal("bad_envelope", "headers")
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise Refusal("bad_envelope", "payload or signature")
    # An empty map may be written as an empty string (section 3).
    header = _decode(protected) if protected else {}
    if not isinstance(header, dict):
        raise Refusal("bad_envelope", "protected header")
    _refuse_critical(header, unprotected)
    return Envelope(
        protected,
        header.get(_ALG, unprotected.get(_ALG)),
        header.get(_KID, unprotected.get(_KID)),
        payload,
        signature,
    )


def _refuse_critical(header, unprotected):
    """A label named critical and not understood means: do not accept (section 3.1)."""
    critical = header.get(_CRIT, [])
    if _CRIT in unprotected or not isinstance(critical, list):
        raise Refusal("bad_envelope", "critical headers")
    for label in critical:
        if type(label) is not int or label not in _UNDERSTOOD:
            raise Refusal("bad_envelope", "unknown critical header")


def _decode(data):
    try:
        return cbor.decode(data)
    except ValueError as error:
        raise Refusal("bad_cbor", str(error))
