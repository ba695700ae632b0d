# Israel's older Green Pass: base64 of a signature, "#", JSON, signed as it stands in the code.
#
# The text names no key: the length of the signature tells the kind, under which the trust list keeps Israel's. RSA
# signatures (PKCS #1 v1.5) cover the SHA-256 of the text or, on the Green Pass proper, that of this digest again,
# which its authority's own sample code does and its other samples do not. Nothing is read before one of them is right.

import hashlib

from micropython import const

from scanner.codec import base64url, iso8601, strict_json
from scanner.codec.der import ecdsa_signature
from scanner.credentials import products
from scanner.credentials.claims import Claims
from scanner.credentials.dcc import short_hash, text
from scanner.credentials.person import birth, written
from scanner.credentials.signer import candidates, shown
from scanner.crypto import p256, rsa
from scanner.reasons import Refusal

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_RSA_BYTES = const(256)  # of a signature under 2048 bits; ECDSA's have 72 at most
_ECDSA_TYPE = const(3)
_GREEN_PASS = const(1)
_NO_DATE = "0001-01-01"  # the first day of another calendar's clock stands for nothing
_DAY = const(86400)
_DOSES = ("d1", "d2", "d3", "d4")


def recognise(code):
    """True for base64 of a signature, "#" and an object (bytes)."""
    end = code.find(b"#{")
    return 64 <= end <= 1024 and all(character in _BASE64 for character in code[:end])


def open(code, trust, now):
    """Claims of a genuine pass; times and content are left to the rules. Raises Refusal."""
    # The content has another "#" in its identifier: the first one counts.
    at = code.find(b"#")
    content = code[at + 1 :]
    try:
        signature = base64url.decode(code[:at].replace(b"+", b"-").replace(b"/", b"_"), padding=True)
    except ValueError:
        raise Refusal("bad_text", "not base64")
    key, identity = _signer(trust, content, signature)
    try:
        payload = strict_json.decode(content, 6, 512)
    except ValueError as error:
        raise Refusal("bad_json", str(error))
    if not isinstance(payload, dict):
        raise Refusal("bad_json", "not an object")
    if (payload.get("et") == _ECDSA_TYPE) != (key.kind == "P-256"):
        raise Refusal("bad_algorithm", "et " + shown(payload.get("et")))
    claims = Claims("IL", key)
    _fill(claims, payload)
    claims.revocation_ids.append(("SIGNATURE", short_hash(identity)))
    return claims


def _signer(trust, content, signature):
    """The KeyRecord that verifies the signature, and what stands for the signature in lists: of ECDSA only r, since s
    has two good values."""
    digest = hashlib.sha256(content).digest()
    if len(signature) < _RSA_BYTES:
        keys = candidates(trust, b"IL/P-256", "IL")
        try:
            raw = ecdsa_signature(signature, 32)
        except ValueError:
            raise Refusal("bad_signature", "%d bytes" % len(signature))
        for key in keys:
            if key.kind == "P-256" and p256.verify(key.x, key.y, digest, raw) is True:
                return key, raw[: len(raw) // 2]
    else:
        for key in candidates(trust, b"IL/RSA", "IL"):
            for each in (digest, hashlib.sha256(digest).digest()):
                if key.kind == "RSA" and rsa.verify_pkcs1(key.n, key.e, each, signature) is True:
                    return key, signature
    raise Refusal("bad_signature")


def _fill(claims, payload):
    claims.form = "Israeli Green Pass"
    claims.payload = payload
    family, given = written(payload.get("f"), "f"), written(payload.get("g"), "g")
    claims.family_ascii = family.upper()
    claims.given_ascii = given.upper()
    claims.family = written(payload.get("fl"), "fl") or family
    claims.given = written(payload.get("gl"), "gl") or given
    if not claims.family and not claims.given:
        claims.warn("no_holder")
    if written(payload.get("b"), "b")[:10] != _NO_DATE:
        claims.birth = birth(payload.get("b"), "b")
    if written(payload.get("idp"), "idp"):
        claims.facts["document"] = written(payload.get("idp"), "idp")
    _content(claims, payload)
    claims.kinds = (claims.kind,) if claims.kind else ()
    _times(claims, payload)
    identifier = text(payload.get("id"))
    if identifier:
        claims.facts["id"] = identifier
        claims.revocation_ids.append(("UCI", short_hash(identifier.encode())))
    # Lists of withdrawn batches, coarse and fine, are how the ministry revokes.
    for member in ("cn", "fn"):
        if text(payload.get(member)):
            claims.revocation_ids.append(("BATCH", short_hash(text(payload.get(member)).encode())))
    claims.warn("no_rules_for_kind")


def _content(claims, payload):
    doses = [payload[name] for name in _DOSES if isinstance(payload.get(name), dict)]
    doses = [dose for dose in doses if _is_given(dose.get("d"))]
    recovered = _date(payload.get("r")) or _date(payload.get("rd"))
    if doses:
        claims.kind = "vaccination"
        _vaccination(claims.facts, doses, payload)
    elif recovered:
        claims.kind = "recovery"
        claims.facts["target"] = products.COVID
        claims.facts["valid_from"] = recovered
        claims.facts["valid_until"] = _date(payload.get("e"))
    elif type(payload.get("ct")) is int and payload["ct"] == _GREEN_PASS:
        claims.kind = "status"
    else:
        raise Refusal("no_entry")


def _vaccination(facts, doses, payload):
    latest = doses[0]
    for dose in doses[1:]:
        if _date(dose.get("d")) > _date(latest.get("d")):
            latest = dose
    facts["dose"] = len(doses)
    facts["date"] = _date(latest.get("d"))
    product, target = products.from_cvx(text(latest.get("vc")))
    facts["product"] = product if target else products.from_brand(text(latest.get("vv")))
    facts["target"] = target or products.COVID
    for member, fact in (("vb", "batch"), ("o", "centre"), ("c", "country")):
        if text(latest.get(member)):
            facts[fact] = text(latest.get(member))
    if _date(payload.get("a")):
        facts["valid_from"] = _date(payload.get("a"))


def _times(claims, payload):
    """`expires` is the end of the last day; a pass for several persons ends with the first of theirs."""
    ends = [payload.get("e")]
    persons = payload.get("p")
    for person in persons if isinstance(persons, list) else ():
        ends.append(person.get("e") if isinstance(person, dict) else None)
    for end in ends:
        # One that is no text would be a pass without an end.
        if end is not None and not isinstance(end, str):
            raise Refusal("bad_time", "e")
        day = _date(end)
        if not day:
            continue
        try:
            last = iso8601.span(day)[1] * _DAY + _DAY - 1
        except ValueError:
            raise Refusal("bad_time", day[:40])
        claims.expires = last if claims.expires is None else min(last, claims.expires)


def _is_given(value):
    # A dose that has no date counts for nothing; one whose date is no day was not written by its issuer's software.
    day = _date(value)
    if day:
        try:
            iso8601.seconds(day)
        except ValueError:
            raise Refusal("bad_content", "d")
    return day != ""


def _date(value):
    """The day of a date or date-time as text, "" where there is none."""
    day = text(value)
    # What stands behind the day without a sign between makes it none.
    if day[10:11] in ("T", " "):
        day = day[:10]
    return "" if day == _NO_DATE else day
