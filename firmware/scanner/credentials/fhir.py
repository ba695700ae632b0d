# From a FHIR R4 bundle to claims: the patient, and the immunizations and laboratory results that are complete.
#
# A bundle names no scheme of doses and no country; facts are what stands in it. The doses against one disease are one
# entry, each test is one; which of them is enough is for the rules. What a laboratory looked for that nobody here knows
# is an entry only where nothing else is: beside others a find of it is for a person to look at, and no more.

import hashlib
from binascii import b2a_base64

from scanner.codec import iso8601
from scanner.credentials import products, series
from scanner.credentials.fhir_codes import codings, looked_for, result
from scanner.credentials.members import dated, listed, mapped, written
from scanner.credentials.person import birth
from scanner.reasons import Refusal

_CVX = "http://hl7.org/fhir/sid/cvx"
_FINAL = ("final", "amended", "corrected")


def fill(claims, bundle):
    """Fill `claims` from a Bundle (dict). Refusal bad_content, no_entry or too_large."""
    resources = _resources(bundle)
    patients = [each for each in resources if each[1].get("resourceType") == "Patient"]
    if len(patients) > 1:
        raise Refusal("bad_content", "two patients")
    doses = []
    entries = []
    others = []
    for _, resource in resources:
        kind = resource.get("resourceType")
        if kind == "Immunization":
            _about(resource, "patient", patients)
            # What was not done, was entered in error or has no date counts for nothing.
            when = "occurrenceDateTime"
            if written(resource.get("status"), "status") == "completed" and dated(resource.get(when), when):
                doses.append(_immunization(resource))
        elif kind == "Observation":
            _about(resource, "subject", patients)
            _observation(resource, entries, others)
    if patients:
        _holder(claims, patients[0][1])
    else:
        claims.warn("no_holder")
    entries = _series(doses) + entries
    # Without any it is genuine, and about something else: a diagnostic report, a medication.
    claims.warn("no_rules_for_kind")
    worst = _worst(others)
    if worst is not None and not entries:
        entries = [("test", worst)]
    elif worst is not None and worst["result"] != "negative":
        claims.warn("test_unclear")
    claims.hold(entries)


def legacy_rid(canonical):
    """base64url of the first 8 bytes of SHA-256 over base64url of the canonical bundle (framework, RFC 002)."""
    return _base64url(hashlib.sha256(_base64url(canonical)).digest()[:8])


def _base64url(data):
    return b2a_base64(data).strip().rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")


def _resources(bundle):
    """(address, resource) of each entry."""
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Refusal("no_entry")
    found = []
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            raise Refusal("bad_content", "entry")
        found.append((entry.get("fullUrl"), resource))
    return found


def _about(resource, member, patients):
    """Refusal bad_content for what refers to somebody else than the patient of the bundle, where it has one."""
    reference = resource.get(member)
    if reference is None or not patients:
        return
    if mapped(reference, member).get("reference") not in (None, patients[0][0]):
        raise Refusal("bad_content", "another " + member)


def _holder(claims, patient):
    names = patient.get("name")
    name = mapped(names[0] if isinstance(names, list) and names else None, "name")
    given = listed(name.get("given"), "given")
    claims.family = written(name.get("family"), "family")
    claims.given = " ".join([written(part, "given") for part in given])
    if not claims.family and not claims.given:
        # Some issuers fill in the whole name as one text.
        claims.family = written(name.get("text"), "name")
    if not claims.family and not claims.given:
        raise Refusal("bad_content", "no name")
    claims.birth = birth(patient.get("birthDate"), "birthDate")


def _immunization(resource):
    facts = {}
    codes = codings(resource.get("vaccineCode"), "vaccineCode")
    meant = None
    for system, code in codes:
        if system == _CVX:
            each = products.from_cvx(code)
            if meant is not None and each != meant:
                raise Refusal("bad_content", "two vaccines in one")
            meant = each
            facts["vaccine"] = "CVX " + code
    if meant is not None:
        facts["product"] = meant[0]
        if meant[1]:
            facts["target"] = meant[1]
    elif codes:
        facts["product"] = codes[0][1]
    facts["date"] = resource["occurrenceDateTime"].strip()
    batch = written(resource.get("lotNumber"), "lotNumber")
    if batch:
        facts["batch"] = batch
    performers = resource.get("performer")
    if isinstance(performers, list) and performers and isinstance(performers[0], dict):
        actor = performers[0].get("actor")
        centre = actor.get("display") if isinstance(actor, dict) else None
        if isinstance(centre, str) and centre.strip():
            facts["centre"] = centre.strip()
    return facts


def _series(doses):
    """An entry for each disease: the latest dose, and which one it is."""
    groups = {}
    for at, facts in enumerate(doses):
        groups.setdefault(series.disease(facts), []).append((iso8601.span(facts["date"])[1], at, facts))
    entries = []
    for rows in sorted(groups.values(), key=lambda rows: rows[0][1]):
        group = [facts for _, _, facts in sorted(rows)]
        series.number(group)
        entries.append(("vaccination", series.latest(group)))
    return entries


def _observation(resource, entries, others):
    """Add what an Observation and its components found to `entries`; to `others` what nobody here looks for."""
    final = written(resource.get("status"), "status") in _FINAL
    sampled = dated(resource.get("effectiveDateTime"), "effectiveDateTime")
    for part in [resource] + listed(resource.get("component"), "component"):
        kind, fact, code = looked_for(codings(mapped(part, "component").get("code"), "code"))
        found, found_code = result(part, kind, final)
        # What may still change is no proof; a find in it is not to be overlooked for all that.
        if not found or (not final and (found == "negative" or kind == "antibody")):
            continue
        facts = {"result": found if final else "unclear", "result_code": found_code}
        if code:
            facts["test_type"] = code
        if sampled:
            facts["sampled"] = sampled
        if fact:
            facts[fact] = facts["result"]
        if kind:
            facts["target"] = products.COVID
            entries.append((kind, facts))
        else:
            others.append(facts)


def _worst(tests):
    for wanted in ("positive", "unclear", "negative"):
        for facts in tests:
            if facts["result"] == wanted:
                return facts
    return None
