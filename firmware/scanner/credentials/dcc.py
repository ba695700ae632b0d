# The EU digital COVID certificate (schema 1.3): sub-claim 1 of an HCERT, turned into claims.
#
# Lenient where deployed issuers are loose and nothing depends on it (stray spaces, null for an absent entry, dates
# with times, unknown codes, extra members), strict where another shape would be a different certificate.

import hashlib

from scanner.credentials.members import listed, mapped, written
from scanner.credentials.person import birth
from scanner.reasons import Refusal

_KINDS = (("v", "vaccination"), ("t", "test"), ("r", "recovery"))

# Members of an entry and the scheme-neutral facts they become.
_FACTS = {
    "tg": "target",
    "vp": "vaccine",
    "mp": "product",
    "ma": "maker",
    "dn": "dose",
    "sd": "doses",
    "dt": "date",
    "tt": "test_type",
    "nm": "test_name",
    "sc": "sampled",
    "tr": "result",
    "tc": "centre",
    "fr": "first_positive",
    "df": "valid_from",
    "du": "valid_until",
    "co": "country",
    "is": "issuer",
    "ci": "id",
}

# SNOMED CT codes of the value set covid-19-lab-result.
_RESULTS = {"260415000": "negative", "260373001": "positive"}


def fill(claims, payload, issuer=None):
    """Fill `claims` from the certificate `payload` (dict); `issuer`: the envelope's `iss`, if any. Refusal bad_claims
    or bad_content."""
    if not isinstance(payload, dict):
        raise Refusal("bad_claims", "the certificate is not a map")
    claims.form = "EU DCC"
    claims.payload = payload
    _holder(claims, payload)
    entries = []
    for member, kind in _KINDS:
        for entry in _entries(payload, member):
            entries.append((kind, entry))
    claims.kinds = tuple([kind for kind, _ in entries])
    if len(entries) == 1:
        claims.kind, entry = entries[0]
        claims.facts = _facts(entry)
        # A test of what, a vaccination against what: rules need not ask, since it is always this.
        if not isinstance(claims.facts.get("target"), str) or not claims.facts["target"]:
            raise Refusal("bad_content", "tg")
    elif not entries:
        _domestic(claims, payload)
    # England's pass has its number in an entry of its own.
    _revocation_ids(claims, [entry for _, entry in entries] or _entries(payload, "d"), issuer)


def _holder(claims, payload):
    name = mapped(payload.get("nam"), "nam")
    claims.family_ascii = written(name.get("fnt"), "fnt")
    claims.given_ascii = written(name.get("gnt"), "gnt")
    claims.family = written(name.get("fn"), "fn") or claims.family_ascii
    claims.given = written(name.get("gn"), "gn") or claims.given_ascii
    if not claims.family and not claims.given:
        raise Refusal("bad_content", "no name")
    claims.birth = birth(payload.get("dob"), "dob")


def _entries(payload, member):
    return [mapped(entry, member) for entry in listed(payload.get(member), member)]


def _facts(entry):
    facts = {}
    for member in entry:
        fact = _FACTS.get(member)
        value = entry[member]
        if fact and value is not None:
            if not isinstance(value, (str, int)):
                raise Refusal("bad_content", member)
            facts[fact] = value.strip() if isinstance(value, str) else value
    if "result" in facts:
        facts["result_code"] = facts["result"]
        facts["result"] = (
            _RESULTS.get(facts["result"], "unclear") if isinstance(facts["result"], str) else "unclear"
        )
    return facts


def _domestic(claims, payload):
    """England's domestic pass: the same envelope with one entry `d`, good at home only."""
    entries = _entries(payload, "d")
    if len(entries) == 1:
        claims.form = "UK domestic pass"
        claims.kind = "domestic"
        claims.kinds = ("domestic",)
        claims.facts = _facts(entries[0])
        claims.warn("domestic_only")
    elif entries:
        claims.kinds = ("domestic",) * len(entries)


def _revocation_ids(claims, entries, issuer):
    """Hashes by which an issuer may withdraw this certificate.

    An identifier counts as written, since forms differ, and without stray spaces, which whoever makes a list may not
    have kept. Whose country stands before it differs as well: the entry's, the envelope's issuer, or that of the key.
    """
    if issuer is not None and not isinstance(issuer, str):
        raise Refusal("bad_claims", "iss")
    for entry in entries:
        identifiers = forms(entry.get("ci"), "ci")
        # The schema asks for one. Without it, nothing but the signature could withdraw the certificate.
        if not identifiers:
            raise Refusal("bad_content", "no ci")
        written(entry.get("co"), "co")
        countries = []
        for country in (entry.get("co"), issuer, claims.key.country):
            if country:
                _add(countries, country, country.strip().upper())
        for identifier in identifiers:
            claims.revocation_ids.append(("UCI", short_hash(identifier.encode())))
            for country in countries:
                claims.revocation_ids.append(("COUNTRYCODEUCI", short_hash((country + identifier).encode())))


def _add(found, *texts):
    """`found` with those texts that it does not hold yet: each look-up costs reads of the flash."""
    for text in texts:
        if text and text not in found:
            found.append(text)
    return found


def forms(value, member):
    """The texts by which lists may name an identifier: without stray spaces, by which it is known when it is shown
    again, and as written. None of them where there is none; Refusal bad_content where it is no text."""
    plain = written(value, member)
    return _add([], plain, value) if plain else []


def short_hash(data):
    """The first 128 bits of SHA-256, the form of every revocation entry."""
    return hashlib.sha256(data).digest()[:16]
