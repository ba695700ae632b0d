# WHO's certificates in the same HC1 envelope: recognised by name and shown; their rules are another matter.
#
# Sub-claims of -260 (smart-trust HCERT): 3 and 4 are the DDCC core data sets, 5 a link to a record online, -6 the
# vaccination certificate that carries the yellow card (ICVP). First-generation DDCC certificates have no -260: their
# members stand at the top. None becomes PASS here: genuine is all that was shown.
#
# The yellow card has had three shapes. Cards of 2024 say disease, product class and maker; those of 2025 WHO's product
# identifier, from which the rest follows; both under `v`. Since 2026 `v` is the version of the template, the dose
# stands under `vx`, and some members have other names.

from micropython import const

from scanner.codec import iso8601
from scanner.credentials import products
from scanner.credentials.dcc import short_hash
from scanner.credentials.person import birth, dated, written
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
        _ddcc(claims, root)
    elif _DVC in hcert:
        _dvc(claims, _single(hcert[_DVC]))
    elif _LINK in hcert:
        _link(claims, hcert[_LINK])
    elif _DDCC_VACCINATION in hcert:
        _ddcc(claims, _single(hcert[_DDCC_VACCINATION]))
    elif _DDCC_TEST in hcert:
        _ddcc(claims, _single(hcert[_DDCC_TEST]))
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
    facts = _translate(_single(payload["vx"] if "vx" in payload else payload.get("v")), _DVC_FACTS)
    for members, fact in ((("nid", "id"), "document"), (("ntl", "nt"), "nationality")):
        for member in members:
            value = written(payload.get(member), member)
            if fact not in facts and value:
                facts[fact] = value
    _done(claims, "vaccination", facts)


def _ddcc(claims, payload):
    claims.form = "WHO DDCC"
    claims.payload = payload
    _holder(claims, payload, "name", "birthDate")
    facts = _translate(payload, _DDCC_FACTS)
    test = payload.get("test")
    if isinstance(test, dict):
        facts.update(_translate(test, _DDCC_FACTS))
        if "result_code" in facts:
            facts["result"] = products.result(facts["result_code"])
    if "id" in facts:
        claims.revocation_ids.append(("UCI", short_hash(str(facts["id"]).encode())))
    _period(claims, facts)
    _done(claims, "test" if test is not None else "vaccination", facts)


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
    claims.kind = kind
    claims.kinds = (kind,)
    claims.facts = facts
    if not claims.family:
        claims.warn("no_holder")
    claims.warn("no_rules_for_kind")


def _translate(payload, names):
    facts = {}
    for member in names:
        value = payload.get(member)
        # DDCC writes a code with its system.
        if isinstance(value, dict):
            value = value.get("code")
            if not isinstance(value, (str, int)):
                raise Refusal("bad_content", member)
        if isinstance(value, str):
            value = value.strip()
        if isinstance(value, (str, int)):
            if value != "":
                facts[names[member]] = value
        elif value is not None and (names[member] in _DECIDING or not isinstance(value, list)):
            # A fraction, bytes, a dose in a list: no issuer means that.
            raise Refusal("bad_content", member)
    return facts
