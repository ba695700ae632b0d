# ITH1: our open profile of a sealed international travel certificate, and of a short-lived status code; docs/ith1.md.
#
# Base45, COSE_Encrypt0, zlib, COSE_Sign1, CWT. The seal keeps the content from whoever has no reading key; only the
# signature inside says that it is genuine, because every scanner that may read could also seal.

from micropython import const

from scanner.codec import iso8601
from scanner.credentials.claims import Claims
from scanner.credentials.cwt import read_claims
from scanner.credentials.dcc import short_hash
from scanner.credentials.envelope import open_envelope
from scanner.credentials.members import mapped
from scanner.credentials.packed import from_base45, inflated
from scanner.credentials.person import birth
from scanner.credentials.sealed import unseal
from scanner.credentials.signer import find_signer
from scanner.reasons import Refusal

_PREFIX = b"ITH1:"
_ES256 = const(-7)
_TRAVEL = const(-65537)  # private claims (RFC 8392, 4): the certificate, and the status code
_STATUS = const(-65538)
_MAX_INFLATED = const(8192)
_MOST = const(16)  # entries of a certificate
_TEXT = const(128)  # characters of a member
_STATUS_LIFE = const(86400)  # seconds, at most

_LISTS = (("t", "test"), ("a", "antibody"), ("v", "vaccination"))
_FACTS = {
    "test": {"sc": "sampled", "tr": "result", "tt": "test_type", "tc": "centre"},
    "antibody": {"sc": "sampled", "igm": "igm", "igg": "igg", "tc": "centre"},
    "vaccination": {"mp": "product", "ma": "maker", "dn": "dose", "sd": "doses", "dt": "date"},
}
_RESULTS = ("positive", "negative", "unclear")
_NEEDED = {
    "test": ("sampled", "result"),
    "antibody": ("sampled", "igm", "igg"),
    "vaccination": ("product", "dose", "date"),
}
_COLOURS = ("green", "yellow", "red")


def recognise(text):
    """True for an ITH1 text (bytes)."""
    return text[:5].upper() == _PREFIX


def open(text, trust, now):
    """Claims of a genuine certificate or status code; times and content are left to the rules. Raises Refusal."""
    packed, reading = unseal(from_base45(text[5:]), trust, now)
    signed = inflated(packed, _MAX_INFLATED)
    envelope = open_envelope(signed)
    if envelope.alg != _ES256:
        raise Refusal("bad_algorithm", "not ES256")
    key = find_signer(envelope, trust, "ITH1")
    if key.country != reading.country:
        raise Refusal("wrong_key_usage", "sealed for another authority than signed")
    claims = Claims("ITH1", key)
    root, _ = read_claims(envelope.payload, claims)
    _fill(claims, root)
    half = envelope.signature[: len(envelope.signature) // 2]
    claims.revocation_ids.append(("SIGNATURE", short_hash(half)))
    return claims


def _fill(claims, root):
    # An end that is missing is told by the checks, which a policy may let off; when it was made it always says.
    if claims.issued is None:
        raise Refusal("bad_time", "no iat")
    travel = root.get(_TRAVEL)
    status = root.get(_STATUS)
    if isinstance(travel, dict) and status is None:
        claims.form = "ITHC"
        body = claims.payload = travel
        entries = _entries(body)
    elif isinstance(status, dict) and travel is None:
        claims.form = "ITH status"
        body = claims.payload = status
        entries = [("status", {"colour": _one_of(body.get("col"), _COLOURS, "col")})]
        _short_lived(claims)
    else:
        raise Refusal("bad_claims", "neither certificate nor status")
    if type(body.get("ver")) is not int or body["ver"] != 1:
        raise Refusal("bad_claims", "ver")
    _holder(claims, body)
    claims.facts["document"] = _text(body.get("doc"), "doc")
    if "id" in body:
        claims.facts["id"] = _text(body["id"], "id")
        claims.revocation_ids.append(("NUMBER", short_hash(claims.facts["id"].encode())))
    claims.hold(entries)


def _holder(claims, body):
    name = mapped(body.get("nam"), "nam")
    claims.family_ascii = _text(name.get("fnt"), "fnt")
    claims.given_ascii = _text(name.get("gnt", ""), "gnt", True)
    claims.family = _text(name.get("fn", ""), "fn", True) or claims.family_ascii
    claims.given = _text(name.get("gn", ""), "gn", True) or claims.given_ascii
    claims.birth = birth(_text(body.get("dob"), "dob"), "dob")


def _entries(body):
    entries = []
    for member, kind in _LISTS:
        rows = body.get(member, [])
        if not isinstance(rows, list):
            raise Refusal("bad_content", member)
        for row in rows:
            entries.append((kind, _facts(kind, row)))
    if not entries:
        raise Refusal("no_entry")
    if len(entries) > _MOST:
        raise Refusal("too_large", "%d entries" % len(entries))
    return entries


def _facts(kind, row):
    row = mapped(row, kind)
    names = _FACTS[kind]
    facts = {}
    for member in row:
        name = names.get(member)
        if name in ("dose", "doses"):
            if type(row[member]) is not int or not 0 < row[member] < 100:
                raise Refusal("bad_content", name)
            facts[name] = row[member]
        elif name in ("result", "igm", "igg"):
            facts[name] = _one_of(row[member], _RESULTS, name)
        elif name:
            facts[name] = _text(row[member], name)
    for name in _NEEDED[kind]:
        if name not in facts:
            raise Refusal("bad_content", name)
    try:
        if kind == "vaccination":
            iso8601.span(facts["date"])
        else:
            iso8601.seconds(facts["sampled"])
    except ValueError:
        raise Refusal("bad_content", "date of a " + kind)
    return facts


def _short_lived(claims):
    # A status that outlives its day would be a certificate; one without an end is nothing.
    if claims.issued is None or claims.expires is None:
        raise Refusal("bad_time", "a status needs its minutes")
    if not 0 < claims.expires - claims.issued <= _STATUS_LIFE:
        raise Refusal("bad_time", "life of a status")


def _one_of(value, known, name):
    if not isinstance(value, str) or value not in known:
        raise Refusal("bad_content", name)
    return value


def _text(value, name, empty=False):
    if not isinstance(value, str) or len(value) > _TEXT or not (value.strip() or empty):
        raise Refusal("bad_content", name)
    return value.strip()
