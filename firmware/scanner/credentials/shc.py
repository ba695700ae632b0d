# SMART Health Cards (framework 1.4.0): a signed FHIR bundle of immunizations and laboratory results.
#
# Numeric text, compact JWS, raw DEFLATE, JSON: one step a line. A key belongs to its issuer's address, so `iss` is read
# before the signature is verified, by a bounded reader, and used for nothing but finding the key.

import hashlib

import micropython
from micropython import const

from scanner.codec import base64url, canonical_json, strict_json
from scanner.credentials import fhir
from scanner.credentials.claims import Claims
from scanner.credentials.dcc import short_hash
from scanner.credentials.packed import inflated
from scanner.credentials.signer import candidates, es256, shown
from scanner.reasons import Refusal

_PREFIX = b"SHC:/"
_TYPE = "https://smarthealth.cards#health-card"

# A card of one code inflates to some 3 KB; a laboratory report in three codes, the longest public example, to 30 KB.
_MAX_INFLATED = const(40960)
_SIGNATURE = const(64)
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z
_RID = const(24)  # characters of a revocation identifier, at most


def recognise(text):
    """True for a SMART Health Card's text (bytes), whole or one chunk of several."""
    return text[:5].upper() == _PREFIX


def open(text, trust, now):
    """Claims of a genuine card; times and content are left to the rules. Raises Refusal."""
    signed, header, packed, signature = _split(jws(text))
    _read_header(header)
    payload = _json(inflated(packed, _MAX_INFLATED, -15))
    issuer = payload.get("iss")
    if not isinstance(issuer, str) or not issuer.startswith("https://") or issuer.endswith("/"):
        raise Refusal("bad_claims", "iss")
    claims = Claims("SHC", _signer(trust, header["kid"], issuer, signed, signature))
    if not claims.issuer_name:
        claims.issuer_name = issuer[len("https://") :].split("/")[0]
    _fill(claims, payload)
    claims.revocation_ids.append(("SIGNATURE", short_hash(signature[: _SIGNATURE // 2])))
    return claims


def jws(text):
    """The compact JWS in a numeric text: two digits a character. Refusal bad_text or part_of_several."""
    digits = text[5:]
    if b"/" in digits:
        # The deprecated header of chunk 1 of 1; of several chunks this is one.
        if digits[:4] != b"1/1/":
            raise Refusal("part_of_several")
        digits = digits[4:]
    out = bytearray(len(digits) // 2)
    if not digits or len(digits) & 1 or _characters(digits, len(out), out):
        raise Refusal("bad_text", "not pairs of digits")
    return bytes(out)


@micropython.viper
def _characters(digits: ptr8, count: int, out: ptr8) -> int:
    # A pair is the character's code less 45, and codes end at 122.
    at = 0
    while at < count:
        tens = digits[2 * at] - 48
        ones = digits[2 * at + 1] - 48
        if tens < 0 or tens > 9 or ones < 0 or ones > 9:
            return 1
        code = tens * 10 + ones
        if code > 77:
            return 1
        out[at] = code + 45
        at += 1
    return 0


def _split(compact):
    """(signed bytes, header, payload, signature): decoded but for the first. RFC 7515, 7.1."""
    parts = compact.split(b".")
    if len(parts) != 3:
        raise Refusal("bad_envelope", "%d parts of a JWS" % len(parts))
    try:
        header, payload, signature = [base64url.decode(part) for part in parts]
    except ValueError:
        raise Refusal("bad_text", "not base64url")
    return compact[: len(compact) - len(parts[2]) - 1], _json(header), payload, signature


def _read_header(header):
    if "crit" in header:
        raise Refusal("bad_envelope", "critical headers")
    if header.get("alg") != "ES256":
        raise Refusal("bad_algorithm", "alg " + shown(header.get("alg")))
    if header.get("zip") != "DEF":
        raise Refusal("bad_envelope", "zip " + shown(header.get("zip")))
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise Refusal("no_key_id")
    try:
        header["kid"] = base64url.decode(kid)
    except ValueError:
        raise Refusal("no_key_id", "not base64url")


def _json(data):
    try:
        value = strict_json.decode(data, 16, 4096)
    except ValueError as error:
        raise Refusal("bad_json", str(error))
    if not isinstance(value, dict):
        raise Refusal("bad_json", "not an object")
    return value


def _signer(trust, kid, issuer, signed, signature):
    """The KeyRecord of this issuer that verifies the signature."""
    keys = candidates(trust, kid, "SHC", issuer)
    if len(signature) != _SIGNATURE:
        raise Refusal("bad_signature", "%d bytes" % len(signature))
    digest = hashlib.sha256(signed).digest()
    verify = es256(trust)
    for key in keys:
        if key.kind == "P-256" and verify(key.x, key.y, digest, signature) is True:
            return key
    raise Refusal("bad_signature", kid[:8].hex())


def _fill(claims, payload):
    claims.form = "SMART Health Card"
    claims.payload = payload
    claims.not_before = _time(payload, "nbf")
    if claims.not_before is None:
        raise Refusal("bad_claims", "nbf")
    claims.expires = _time(payload, "exp")
    bundle = _bundle(payload)
    fhir.fill(claims, bundle)
    _revocation_ids(claims, payload["vc"], bundle)


def _time(payload, name):
    value = payload.get(name)
    if value is None:
        return None
    # Issuers write fractions of a second. Milliseconds would not expire for 50,000 years: they are refused.
    if isinstance(value, strict_json.Number):
        value = value.floor
    if type(value) is not int or not 0 <= value <= _LAST_SECOND:
        raise Refusal("bad_time", name)
    return value


def _bundle(payload):
    credential = payload.get("vc")
    if not isinstance(credential, dict):
        raise Refusal("bad_claims", "vc")
    types = credential.get("type")
    if not isinstance(types, list) or _TYPE not in types:
        raise Refusal("bad_claims", "vc.type")
    subject = credential.get("credentialSubject")
    bundle = subject.get("fhirBundle") if isinstance(subject, dict) else None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise Refusal("bad_claims", "fhirBundle")
    return bundle


def _revocation_ids(claims, credential, bundle):
    """RID: the issuer's own identifier, and the one of the older method `hash-fhir`, which a card without its own has.

    Both are looked up under the key that signed; a list may withdraw what was issued before a moment, which is
    claims.not_before.
    """
    rid = credential.get("rid")
    if rid is not None:
        if not isinstance(rid, str) or not 0 < len(rid) <= _RID:
            raise Refusal("bad_content", "rid")
        claims.revocation_ids.append(("RID", short_hash(rid.encode())))
    try:
        claims.revocation_ids.append(("RID", short_hash(fhir.legacy_rid(canonical_json.encode(bundle)))))
    except ValueError:
        pass  # fractions have no canonical form here: laboratory values, which the older method never met
