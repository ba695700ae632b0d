# WHO's certificates in the same HC1 envelope: recognised by name and shown; their rules are another matter.
#
# Sub-claims of -260 (smart-trust HCERT): 3 and 4 are the DDCC core data sets, 5 a link to a record online, -6 the
# vaccination certificate that carries the yellow card (ICVP). First-generation DDCC certificates have no -260: their
# members stand at the top. None becomes PASS here: genuine is all that was shown.
#
# The yellow card has had three shapes. Cards of 2024 say disease, product class and maker; those of 2025 WHO's product
# identifier, from which the rest follows; both under `v`. Since 2026 `v` is the version of the template, the dose
# stands under `vx`, and some members have other names.
#
# What is said twice is said once: a certificate with two values of a fact is no one's meaning, and whichever was taken,
# a recall, a withdrawal or a result could hide behind it.

from micropython import const

from scanner.codec import iso8601
from scanner.credentials import products
from scanner.credentials.dcc import forms, short_hash
from scanner.credentials.members import dated, written
from scanner.credentials.person import birth
from scanner.reasons import Refusal

_DDCC_VACCINATION = const(3)
_DDCC_TEST = const(4)
_LINK = const(5)
_DVC = const(-6)

# Members of DVC's `v` or `vx` and of DDCC, and the scheme-neutral facts they become.
_DVC_FACTS = {
    "tg": "target",
    "vp": "product",
    "mp": "trade_item",
    "ma": "maker",
    "dn": "dose",
    "dt": "date",
    "dv": "date",
    "bo": "batch",
    "cn": "clinician",
    "is": "issuer",
    "vls": "valid_from",
    "vle": "valid_until",
}
_DVC_PERSON = (("nid", "document"), ("id", "document"), ("ntl", "nationality"), ("nt", "nationality"))
_DDCC_FACTS = {
    "disease": "target",
    "vaccine": "vaccine",
    "brand": "product",
    "manufacturer": "maker",
    "lot": "batch",
    "date": "date",
    "dose": "dose",
    "total_doses": "doses",
    "country": "country",
    "centre": "centre",
    "hcid": "id",
    "identifier": "document",
    "pathogen": "target",
    "type": "test_type",
    "sample_date": "sampled",
    "result": "result_code",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
}
# What rules, recalls and revocations look at: left out because it is a list, it would not be missed.
_DECIDING = (
    "target",
    "product",
    "dose",
    "doses",
    "date",
    "batch",
    "id",
    "sampled",
    "result_code",
    "valid_from",
    "valid_until",
)


def fill(claims, root, hcert):
    """Fill `claims` from the claims set `root` and its -260 map `hcert` (or None).

    Refusal bad_claims where nothing is recognised, bad_content where its shape is wrong.
    """
    if hcert is None:
        if not isinstance(root.get("name"), str):
            raise Refusal("bad_claims", "no health certificate inside")
        _ddcc(claims, root, False)
    elif _DVC in hcert:
        _dvc(claims, _single(hcert[_DVC]))
    elif _LINK in hcert:
        _link(claims, hcert[_LINK])
    elif _DDCC_VACCINATION in hcert:
        _ddcc(claims, _single(hcert[_DDCC_VACCINATION]), False)
    elif _DDCC_TEST in hcert:
        _ddcc(claims, _single(hcert[_DDCC_TEST]), True)
    else:
        if not hcert:
            raise Refusal("bad_claims", "-260 is empty")
        claims.form = "HCERT %s" % sorted([str(number) for number in hcert])[0]
        claims.payload = hcert
        claims.warn("no_rules_for_kind")


def _single(value):
    """An object, or a list of one: the cardinality changed in 2026."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        raise Refusal("bad_content", "not an object")
    return value


def _dvc(claims, payload):
    claims.form = "WHO DVC"
    claims.payload = payload
    _holder(claims, payload, "n", "dob")
    dose, facts = payload.get("v"), {}
    if "vx" in payload:
        _translate(_single(payload["vx"]), _DVC_FACTS, facts)
    if "vx" not in payload or isinstance(dose, (dict, list)):
        _translate(_single(dose), _DVC_FACTS, facts)
    for member, fact in _DVC_PERSON:
        value = written(payload.get(member), member)
        # A passport's number beside that of a national identity is another document of the same person.
        if fact != "document" or fact not in facts:
            _state(facts, fact, value, member)
    _done(claims, "vaccination", facts)


def _ddcc(claims, payload, tested):
    """`tested`: whether the sub-claim is that of a test. It is one as well where a result is stated, which a
    vaccination beside it must not hide."""
    claims.form = "WHO DDCC"
    claims.payload = payload
    _holder(claims, payload, "name", "birthDate")
    parts = [payload]
    if payload.get("test") is not None:
        parts.append(_single(payload["test"]))
    facts = {}
    for part in parts:
        _translate(part, _DDCC_FACTS, facts)
    if "result_code" in facts:
        facts["result"] = products.result(facts["result_code"])
    if "id" in facts:
        for part in parts:
            number = _code(part.get("hcid"), "hcid")
            for each in forms(number if number is None else str(number), "hcid"):
                claims.revocation_ids.append(("UCI", short_hash(each.encode())))
    _period(claims, facts)
    _done(claims, "test" if tested or len(parts) > 1 or "result_code" in facts else "vaccination", facts)


def _period(claims, facts):
    """The days from and until which DDCC calls the certificate valid, the last included. The yellow card's members of
    these names speak of the vaccination, which for yellow fever protects for life: they are for the policy."""
    start = dated(facts.get("valid_from"), "valid_from")
    end = dated(facts.get("valid_until"), "valid_until")
    if start:
        claims.first_day = iso8601.span(start)[0]
    if end:
        claims.last_day = iso8601.span(end)[1]


def _link(claims, value):
    """A string, in older certificates a list of {u}."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0].get("u")
    if not isinstance(value, str):
        raise Refusal("bad_content", "link")
    claims.form = "WHO VHL"
    claims.kind = "link"
    claims.kinds = ("link",)
    claims.facts = {"link": value}
    claims.payload = {"link": value}
    claims.warn("needs_network")


def _holder(claims, payload, name, day):
    claims.family = written(payload.get(name), name)
    claims.birth = birth(payload.get(day), day)


def _done(claims, kind, facts):
    # A disease is named, and by a number as little as by nothing: rules ask whether one is stated.
    written(facts.get("target"), "target")
    claims.kind = kind
    claims.kinds = (kind,)
    claims.facts = facts
    if not claims.family:
        claims.warn("no_holder")
    claims.warn("no_rules_for_kind")


def _translate(payload, names, facts):
    """Add to `facts` what the members `names` of `payload` say. Refusal bad_content where that is of another kind, or
    another than what is there already."""
    for member in names:
        fact, value = names[member], _code(payload.get(member), member)
        if isinstance(value, str):
            value = value.strip()
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            _state(facts, fact, value, member)
        elif value is not None and (fact in _DECIDING or not isinstance(value, list)):
            # A fraction, bytes, a dose in a list: no issuer means that.
            raise Refusal("bad_content", member)


def _state(facts, fact, value, member):
    if value != "":
        if facts.get(fact, value) != value:
            raise Refusal("bad_content", member + " differs")
        facts[fact] = value


def _code(value, member):
    """A member's value: DDCC writes a code with its system."""
    if isinstance(value, dict):
        value = value.get("code")
        if not isinstance(value, (str, int)):
            raise Refusal("bad_content", member)
    return value
