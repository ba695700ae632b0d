# COSE_Encrypt0 (RFC 9052, 5.2) with AES-256-GCM: opens the sealed envelope of ITH1 with a reading key from flash.
#
# A scanner without the key says so: nothing is known about the certificate then, least of all that it is forged. The
# protected header names the reading key, and perhaps the sealing authority (RFC 9597), which is a claim and no more
# until the tag has been compared.

from micropython import const

from scanner.codec import cbor
from scanner.crypto import aead
from scanner.reasons import Refusal

_TAG_ENCRYPT0 = const(16)
_ALG = const(1)
_KID = const(4)
_IV = const(5)
_CWT_CLAIMS = const(15)
_ISS = const(1)
_A256GCM = const(3)
_KID_BYTES = const(8)
_NONCE = const(12)
_ISSUER = const(32)  # characters
_CONTEXT = b"\x83\x68Encrypt0"  # an array of three; its first, a text of 8 bytes
_BYTES = const(0x40)
_ONE_BYTE = const(24)


def unseal(data, trust, now):
    """(plaintext, ReadingKey) of the COSE_Encrypt0 in `data` (bytes).

    `trust` may have .reading with .find(kid) -> ReadingKey or None. Refusal bad_cbor, bad_envelope, bad_algorithm,
    no_key_id, no_reading_key or bad_seal.
    """
    protected, header, nonce, ciphertext = _split(data)
    kid = header[_KID]
    issuer = _issuer(header)
    reading = getattr(trust, "reading", None)
    try:
        key = reading.find(kid) if reading is not None else None
    except (ValueError, OSError):
        raise Refusal("no_reading_key", "the reading keys are damaged")
    if key is None or not key.not_before <= now <= key.not_after:
        who = issuer or "nobody named"
        raise Refusal("no_reading_key", "sealed by %s, %s: %s" % (who, _lack(key, now), kid.hex()))
    try:
        return aead.open(key.secret, nonce, ciphertext, _enc_structure(protected)), key
    except ValueError:
        raise Refusal("bad_seal", kid.hex())


def _lack(key, now):
    if key is None:
        return "no reading key here"
    return "its reading key has expired" if now > key.not_after else "its reading key is not valid yet"


def _split(data):
    value = _decode(data)
    if not isinstance(value, cbor.Tag) or value.number != _TAG_ENCRYPT0:
        raise Refusal("bad_envelope", "not tag 16")
    value = value.value
    if not isinstance(value, list) or len(value) != 3:
        raise Refusal("bad_envelope", "not an array of three")
    protected, unprotected, ciphertext = value
    if not isinstance(protected, bytes) or not isinstance(ciphertext, bytes):
        raise Refusal("bad_envelope", "header or ciphertext")
    if len(protected) > 255:
        raise Refusal("bad_envelope", "long header")
    if not isinstance(unprotected, dict) or list(unprotected) != [_IV]:
        raise Refusal("bad_envelope", "unprotected header")
    nonce = unprotected[_IV]
    if not isinstance(nonce, bytes) or len(nonce) != _NONCE:
        raise Refusal("bad_envelope", "nonce")
    header = _decode(protected)
    if not isinstance(header, dict):
        raise Refusal("bad_envelope", "protected header")
    for label in header:
        if label not in (_ALG, _KID, _CWT_CLAIMS):
            raise Refusal("bad_envelope", "unknown header")
    if header.get(_ALG) != _A256GCM:
        raise Refusal("bad_algorithm", "not A256GCM")
    kid = header.get(_KID)
    if not isinstance(kid, bytes) or len(kid) != _KID_BYTES:
        raise Refusal("no_key_id")
    return protected, header, nonce, ciphertext


def _issuer(header):
    # Shown to the guard though nobody vouches for it: short, and of plain letters.
    claims = header.get(_CWT_CLAIMS)
    issuer = claims.get(_ISS) if isinstance(claims, dict) else None
    if not isinstance(issuer, str) or len(issuer) > _ISSUER:
        return ""
    for letter in issuer:
        if not ("A" <= letter <= "Z" or "a" <= letter <= "z" or letter in " .-"):
            return ""
    return issuer


def _enc_structure(protected):
    # ["Encrypt0", protected, h''] (section 5.3); the header is at most 255 bytes long.
    head = bytes((_BYTES | len(protected),)) if len(protected) < _ONE_BYTE else bytes((0x58, len(protected)))
    return _CONTEXT + head + protected + b"\x40"


def _decode(data):
    try:
        return cbor.decode(data)
    except ValueError as error:
        raise Refusal("bad_cbor", str(error))
