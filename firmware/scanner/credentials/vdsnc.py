# ICAO's visible digital seal for non-constrained environments (VDS-NC): a proof of vaccination or test, signed by a
# barcode signer whose certificate comes with it, below the authority of a country's passports (CSCA).
#
# The signature covers the canonical form of `data` (RFC 8785), whatever the code's own spacing. The message's
# signature is verified first: an altered message is false whoever signed it. Nothing of it is read before the
# certificate was found to be its authority's.

import hashlib

from scanner.codec import base64url, canonical_json, strict_json
from scanner.credentials import vdsnc_message
from scanner.credentials.claims import Claims
from scanner.credentials.dcc import short_hash
from scanner.credentials.signer import candidates, shown
from scanner.credentials.x509 import Certificate
from scanner.crypto import p256, p384, sha384
from scanner.reasons import Refusal

_BARCODE_SIGNER = b"\x67\x81\x08\x01\x01\x0e\x02"  # 2.23.136.1.1.14.2
_KINDS = {"ES256": "P-256", "ES384": "P-384"}
_DOCUMENTS = {"icao.vacc": b"NV", "icao.test": b"NT"}

# The country codes of Doc 9303, part 3, section 5, that are not ISO's.
_ISO = {"D": "DEU"}


def recognise(text):
    """True for a VDS-NC (bytes): an object of one of ICAO's types, with a header or a signature value."""
    return text[:1] == b"{" and b'"icao.' in text and (b'"hdr"' in text or b'"sigvl"' in text)


def open(text, trust, now):
    """Claims of a genuine seal; content is left to the rules. Raises Refusal."""
    try:
        whole = strict_json.decode(text, 8, 512)
        data = _member(whole, "data")
        signed = canonical_json.encode(data)
    except ValueError as error:
        raise Refusal("bad_json", str(error))
    seal = _member(whole, "sig")
    header, message = _member(data, "hdr"), _member(data, "msg")
    issuer, kind, version = _member(header, "is"), _member(header, "t"), _member(header, "v")
    if not isinstance(message, dict) or not isinstance(issuer, str) or not isinstance(kind, str):
        raise Refusal("bad_envelope", "header or message")
    certificate, signature = _seal(seal)
    if not _verify(certificate, signed, signature):
        raise Refusal("bad_signature")
    # `type`, because True equals 1.
    if type(version) is not int or version != 1:
        raise Refusal("unsupported_system", "VDS-NC of another version")
    authority = _authority(certificate, trust, issuer)
    _check(certificate, authority, issuer, kind, now)
    claims = Claims("VDS-NC", authority)
    vdsnc_message.fill(claims, kind, message)
    # What its authority signed, without the signature: that one has a second form, which anybody can make, and nothing
    # in the message covers it.
    claims.revocation_ids.append(("CERTIFICATE", short_hash(certificate.signed)))
    claims.revocation_ids.append(("SIGNATURE", short_hash(signature[: len(signature) // 2])))
    return claims


def _member(holder, name):
    if not isinstance(holder, dict) or name not in holder:
        raise Refusal("bad_envelope", "no " + name)
    return holder[name]


def _seal(seal):
    """(certificate, signature), of an algorithm that fits the certificate's key."""
    if not isinstance(seal, dict):
        raise Refusal("bad_envelope", "sig")
    algorithm = seal.get("alg")
    if algorithm not in ("ES256", "ES384"):
        # ES512 is allowed by ICAO, and no issuer is known to use it: P-521 is not on this scanner.
        raise Refusal("bad_algorithm", "alg " + shown(algorithm))
    try:
        data = _bytes(seal.get("cer"))
        signature = _bytes(seal.get("sigvl"))
    except ValueError as error:
        raise Refusal("bad_text", str(error))
    try:
        certificate = Certificate(data)
    except ValueError as error:
        raise Refusal("bad_signer", str(error))
    if certificate.kind != _KINDS[algorithm]:
        raise Refusal("bad_algorithm", "%s does not fit the key" % algorithm)
    return certificate, signature


def _bytes(text):
    # Australia pads one of the two and not the other; Japan none.
    if not isinstance(text, str):
        raise ValueError("cer or sigvl")
    return base64url.decode(text, padding=True)


def _verify(certificate, signed, signature):
    if certificate.kind == "P-256":
        return p256.verify(certificate.x, certificate.y, hashlib.sha256(signed).digest(), signature)
    return p384.verify(certificate.x, certificate.y, sha384.digest(signed), signature)


def _authority(certificate, trust, issuer):
    """The KeyRecord of the authority that signed the certificate."""
    try:
        keys = candidates(trust, certificate.authority_key, "VDS-NC")
    except Refusal as refusal:
        if refusal.code != "unknown_issuer":
            raise
        # What is known helps whoever is called: the seal is whole, its authority is not on the list.
        raise Refusal("unknown_issuer", "%s, %s" % (issuer[:3], refusal.detail or "no authority named"))
    for key in keys:
        try:
            if certificate.is_signed_by(key) is True:
                return key
        except ValueError:
            continue  # the algorithm does not fit this key; another with the same id may
    raise Refusal("bad_signer", "not signed by its authority")


def _check(certificate, authority, issuer, kind, now):
    """The profile of a barcode signer (ICAO, VDS-NC, certificate profile) and that it may sign this."""
    if certificate.is_authority or not certificate.may_sign:
        raise Refusal("bad_signer", "not a signer's certificate")
    if (
        certificate.usages is None
        or _BARCODE_SIGNER not in certificate.usages
        or not certificate.usages_critical
    ):
        raise Refusal("wrong_key_usage", "not a barcode signer")
    documents = certificate.documents
    # A list of nothing allows nothing.
    if documents is not None and kind in _DOCUMENTS and _DOCUMENTS[kind] not in documents:
        raise Refusal("wrong_key_usage", "another type of document")
    if authority.participant and _ISO.get(issuer, issuer) != authority.participant:
        raise Refusal("wrong_key_usage", "%s by the authority of %s" % (issuer[:3], authority.participant))
    if now < certificate.not_before:
        raise Refusal("bad_signer", "not valid yet")
    if now > certificate.not_after:
        raise Refusal("key_expired")
