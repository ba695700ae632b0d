# The messages of VDS-NC (ICAO, data structure for proofs of vaccination and of testing) as claims.
#
# The number of the travel document is in the message: it binds the proof to the passport in hand better than a name.

from micropython import const

from scanner.credentials import products, series
from scanner.credentials.dcc import short_hash
from scanner.credentials.members import dated, mapped, written
from scanner.credentials.person import birth
from scanner.reasons import Refusal

_DOSES = const(100)  # no series is so long
_COVID = "RA01"  # ICD-11, with or without a digit behind a point


def fill(claims, kind, message):
    """Fill `claims` from the `msg` (dict) of a seal of that type. Refusal bad_content, no_entry or too_large."""
    claims.form = "ICAO VDS-NC"
    claims.payload = message
    vaccinated = kind == "icao.vacc"
    _holder(claims, message)
    # A message has the one of its own type; by whichever is there it may have been withdrawn.
    for member in ("utci", "uvci") if vaccinated else ("uvci", "utci"):
        number = written(message.get(member), member)
        if number:
            claims.facts["id"] = number
            claims.revocation_ids.append(("UCI", short_hash(number.encode())))
    entries = []
    if vaccinated:
        entries = _series(message)
    elif kind == "icao.test":
        entries.append(("test", _test(message)))
    claims.hold(entries)
    claims.warn("no_rules_for_kind")


def _holder(claims, message):
    person = mapped(message.get("pid"), "pid")
    # Two spaces stand between the primary identifier and the secondary one.
    parts = written(person.get("n"), "n").split("  ", 1)
    if not parts[0]:
        raise Refusal("bad_content", "n")
    claims.family = parts[0]
    claims.given = parts[1].strip() if len(parts) > 1 else ""
    claims.birth = birth(person.get("dob"), "dob")
    # ICAO's name for the travel document's number is another one in each type. The guard compares one number.
    passport, other = written(person.get("i"), "i"), written(person.get("dn"), "dn")
    if passport and other and passport != other:
        raise Refusal("bad_content", "two documents")
    _put(claims.facts, "document", passport or other)
    _put(claims.facts, "additional_id", person.get("ai"))


def _series(message):
    """An entry for each disease, the latest dose; where there are several, all of them are its `series`."""
    groups = {}
    for event in _objects(message, "ve"):
        for dose in _objects(event, "vd"):
            facts = _dose(event, dose)
            rows = groups.setdefault(series.disease(facts), [])
            rows.append((facts["date"], len(rows), facts))
    entries = []
    for key in sorted(groups):
        entries.append(("vaccination", series.latest([facts for _, _, facts in sorted(groups[key])])))
    if not entries:
        raise Refusal("no_entry")
    return entries


def _dose(event, dose):
    _check_dose(dose)
    facts = {}
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
    return facts


def _check_dose(dose):
    # A series is told by its doses: each has its day and its number, or the proof is none.
    if len(dated(dose.get("dvc"), "dvc")) < len("2021-06-01"):
        raise Refusal("bad_content", "dvc")
    number = dose.get("seq")
    if number is not None and (type(number) is not int or not 0 < number < _DOSES):
        raise Refusal("bad_content", "seq")


def _test(message):
    facts = {}
    place, times, result = (
        mapped(message.get("sp"), "sp"),
        mapped(message.get("dat"), "dat"),
        mapped(message.get("tr"), "tr"),
    )
    _put(facts, "centre", place.get("spn"))
    _put(facts, "country", place.get("ctr"))
    _put(facts, "sampled", times.get("sc"))
    _put(facts, "reported", times.get("ri"))
    _put(facts, "test_type", result.get("tc"))
    _put(facts, "result_code", result.get("r"))
    word = facts.get("result_code", "").lower()
    facts["result"] = word if word in ("negative", "positive") else "unclear"
    facts["target"] = products.COVID
    return facts


def _put(facts, name, value):
    value = written(value, name)
    if value:
        facts[name] = value


def _objects(holder, name):
    values = holder.get(name)
    if not isinstance(values, list):
        raise Refusal("bad_content", name)
    return [mapped(value, name) for value in values]
