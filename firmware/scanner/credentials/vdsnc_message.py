# The messages of VDS-NC (ICAO, data structure for proofs of vaccination and of testing) as claims.
#
# The number of the travel document is in the message: it binds the proof to the passport in hand better than a name.

from micropython import const

from scanner.credentials import products
from scanner.credentials.dcc import short_hash
from scanner.credentials.person import birth, dated, written
from scanner.reasons import Refusal

_DOSES = const(100)  # no series is so long
_COVID = "RA01"  # ICD-11, with or without a digit behind a point


def fill(claims, kind, message):
    """Fill `claims` from the `msg` (dict) of a seal of that type. Refusal bad_content or no_entry."""
    claims.form = "ICAO VDS-NC"
    claims.payload = message
    _holder(claims, message)
    if kind == "icao.vacc":
        claims.kind = "vaccination"
        claims.kinds = ("vaccination",)
        _vaccination(claims, message)
    elif kind == "icao.test":
        claims.kind = "test"
        claims.kinds = ("test",)
        _test(claims, message)
    number = written(message.get("uvci"), "uvci") or written(message.get("utci"), "utci")
    if number:
        claims.facts["id"] = number
        claims.revocation_ids.append(("UCI", short_hash(number.encode())))
    claims.warn("no_rules_for_kind")


def _holder(claims, message):
    person = _object(message, "pid")
    # Two spaces stand between the primary identifier and the secondary one.
    parts = written(person.get("n"), "n").split("  ", 1)
    if not parts[0]:
        raise Refusal("bad_content", "n")
    claims.family = parts[0]
    claims.given = parts[1].strip() if len(parts) > 1 else ""
    claims.birth = birth(person.get("dob"), "dob")
    passport, other = written(person.get("i"), "i"), written(person.get("dn"), "dn")
    if passport or other:
        claims.facts["document"] = passport or other
    if written(person.get("ai"), "ai"):
        claims.facts["additional_id"] = written(person.get("ai"), "ai")


def _vaccination(claims, message):
    latest = None
    for event in _objects(message, "ve"):
        for dose in _objects(event, "vd"):
            _check_dose(dose)
            if latest is None or dose["dvc"].strip() >= latest[1]["dvc"].strip():
                latest = event, dose
    if latest is None:
        raise Refusal("no_entry")
    event, dose = latest
    facts = claims.facts
    _put(facts, "vaccine", event.get("des"))
    product = written(event.get("nam"), "nam")
    if product:
        facts["product"] = products.from_brand(product)
    disease = written(event.get("dis"), "dis")
    _put(facts, "target", products.COVID if disease.split(".")[0] == _COVID else disease)
    _put(facts, "date", dose.get("dvc"))
    if dose.get("seq") is not None:
        facts["dose"] = dose["seq"]
    _put(facts, "country", dose.get("ctr"))
    _put(facts, "centre", dose.get("adm"))
    _put(facts, "batch", dose.get("lot"))


def _check_dose(dose):
    # A series is told by its doses: each has its day and its number, or the proof is none.
    if len(dated(dose.get("dvc"), "dvc")) < len("2021-06-01"):
        raise Refusal("bad_content", "dvc")
    number = dose.get("seq")
    if number is not None and (type(number) is not int or not 0 < number < _DOSES):
        raise Refusal("bad_content", "seq")


def _test(claims, message):
    facts = claims.facts
    place, times, result = _object(message, "sp"), _object(message, "dat"), _object(message, "tr")
    _put(facts, "centre", place.get("spn"))
    _put(facts, "country", place.get("ctr"))
    _put(facts, "sampled", times.get("sc"))
    _put(facts, "reported", times.get("ri"))
    _put(facts, "test_type", result.get("tc"))
    _put(facts, "result_code", result.get("r"))
    word = facts.get("result_code", "").lower()
    facts["result"] = word if word in ("negative", "positive") else "unclear"
    facts["target"] = products.COVID


def _put(facts, name, value):
    value = written(value, name)
    if value:
        facts[name] = value


def _object(holder, name):
    value = holder.get(name)
    if not isinstance(value, dict):
        raise Refusal("bad_content", name)
    return value


def _objects(holder, name):
    values = holder.get(name)
    if not isinstance(values, list):
        raise Refusal("bad_content", name)
    for value in values:
        if not isinstance(value, dict):
            raise Refusal("bad_content", name)
    return values
