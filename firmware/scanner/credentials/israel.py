# Israel's older Green Pass: base64 of a signature, "#", JSON, signed as it stands in the code.
#
# The text names no key: the length of the signature tells the kind, under which the trust list keeps Israel's. RSA
# signatures (PKCS #1 v1.5) cover the SHA-256 of the text or, on the Green Pass proper, that of this digest again,
# which its authority's own sample code does and its other samples do not. Nothing is read before one of them is right.

import hashlib

from micropython import const

from scanner.codec import base64url, iso8601, strict_json
from scanner.codec.der import ecdsa_signature
from scanner.credentials import products, series
from scanner.credentials.claims import Claims
from scanner.credentials.dcc import forms, short_hash
from scanner.credentials.members import listed, mapped, written
from scanner.credentials.person import birth
from scanner.credentials.signer import candidates, shown
from scanner.crypto import p256, rsa
from scanner.reasons import Refusal

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_RSA_BYTES = const(256)  # of a signature under 2048 bits; ECDSA's have 72 at most
_ECDSA_TYPE = const(3)
_GREEN_PASS = const(1)
_DATE = const(10)  # characters of a day
_NO_DATE = "0001-01-01"  # the first day of another calendar's clock stands for nothing
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
    identifier = written(payload.get("id"), "id")
    if identifier:
        claims.facts["id"] = identifier
    _content(claims, payload)
    claims.kinds = (claims.kind,) if claims.kind else ()
    _times(claims, payload)
    # Lists of withdrawn batches, coarse and fine, are how the ministry revokes.
    for member, kind in (("id", "UCI"), ("cn", "BATCH"), ("fn", "BATCH")):
        for each in forms(payload.get(member), member):
            claims.revocation_ids.append((kind, short_hash(each.encode())))
    claims.warn("no_rules_for_kind")


def _content(claims, payload):
    doses = [mapped(payload[name], name) for name in _DOSES if payload.get(name) is not None]
    doses = [_dose(dose) for dose in doses if _is_given(dose.get("d"))]
    recovered = _date(payload.get("r"), "r") or _date(payload.get("rd"), "rd")
    since = _date(payload.get("a"), "a")
    if doses:
        if since:
            claims.facts["valid_from"] = since
        claims.hold([("vaccination", _vaccination(doses))])
    elif recovered:
        claims.kind = "recovery"
        claims.facts["target"] = products.COVID
        claims.facts["valid_from"] = recovered
        claims.facts["valid_until"] = _date(payload.get("e"), "e")
    elif type(payload.get("ct")) is int and payload["ct"] == _GREEN_PASS:
        claims.kind = "status"
    else:
        raise Refusal("no_entry")


def _vaccination(doses):
    """Facts of the latest dose, and those of each against the same disease as its `series`."""
    in_order = [doses[at] for _, at in sorted([(dose["date"], at) for at, dose in enumerate(doses)])]
    group = [dose for dose in in_order if dose.get("target") == in_order[-1].get("target")]
    series.number(group)
    return series.latest(group)


def _dose(dose):
    facts = {}
    facts["date"] = _date(dose["d"], "d")
    facts["product"], target = _vaccine(dose)
    if target:
        facts["target"] = target
    for member, fact in (("vb", "batch"), ("o", "centre"), ("c", "country")):
        value = written(dose.get(member), member)
        if value:
            facts[fact] = value
    return facts


def _vaccine(dose):
    """(product, target) of a dose, by its CVX code; by its brand only where it has none, since who makes vaccines
    against COVID makes others too. The target is "" where that tells no disease."""
    code, brand = written(dose.get("vc"), "vc"), written(dose.get("vv"), "vv")
    if code:
        return products.from_cvx(code)
    product = products.from_brand(brand)
    return product, products.COVID if product != brand else ""


def _times(claims, payload):
    """A pass for several persons ends with the first of theirs."""
    ends = [payload.get("e")]
    for person in listed(payload.get("p"), "p"):
        ends.append(mapped(person, "p").get("e"))
    for end in ends:
        day = _date(end, "e", "bad_time")
        if day:
            last = iso8601.span(day)[1]
            claims.last_day = last if claims.last_day is None else min(last, claims.last_day)


def _is_given(value):
    # A dose that has no date counts for nothing, one whose date is a month or a year was not written by its issuer's
    # software.
    day = _date(value, "d")
    if day and len(day) < _DATE:
        raise Refusal("bad_content", "d")
    return day != ""


def _date(value, member, code="bad_content"):
    """The day of a date or date-time as text, "" where there is none. Refusal for what is no date: left out, it would
    be a pass without an end, or one that has begun."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise Refusal(code, member)
    try:
        iso8601.span(value.strip())
    except ValueError:
        raise Refusal(code, member)
    day = value.strip()[:_DATE]
    return "" if day == _NO_DATE else day
