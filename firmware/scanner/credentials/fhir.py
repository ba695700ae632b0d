# From a FHIR R4 bundle to claims: the patient, and the immunizations and laboratory results that are complete.
#
# A bundle names no scheme of doses and no country; facts are what stands in it. Of several entries of a kind the latest
# gives the facts and all of them stand in `entries`; which series is enough is for the rules.

import hashlib
from binascii import b2a_base64

from scanner.credentials import products
from scanner.credentials.dcc import text
from scanner.credentials.person import birth, dated, written
from scanner.reasons import Refusal

_CVX = "http://hl7.org/fhir/sid/cvx"
_LOINC = "http://loinc.org"
_FINAL = ("final", "amended", "corrected")


def fill(claims, bundle):
    """Fill `claims` from a Bundle (dict). Refusal bad_content or no_entry."""
    patient = None
    entries = []
    for resource in _resources(bundle):
        kind = resource.get("resourceType")
        if kind == "Patient":
            if patient is not None:
                raise Refusal("bad_content", "two patients")
            patient = resource
        elif kind == "Immunization":
            # What was not done, was entered in error or has no date counts for nothing.
            when = "occurrenceDateTime"
            if resource.get("status") == "completed" and dated(resource.get(when), when):
                entries.append(("vaccination", _immunization(resource)))
        elif kind == "Observation" and resource.get("status") in _FINAL and "valueQuantity" not in resource:
            # A quantity is a laboratory value: neither negative nor positive.
            entries.append(("test", _observation(resource)))
    if patient is None:
        claims.warn("no_holder")
    else:
        _holder(claims, patient)
    claims.kinds = tuple([kind for kind, _ in entries])
    if not entries:
        # Genuine, and about something else: a diagnostic report, a medication.
        claims.warn("no_rules_for_kind")
        return
    if len(set(claims.kinds)) == 1:
        claims.kind = claims.kinds[0]
        claims.kinds = claims.kinds[:1]
    found = [facts for _, facts in entries]
    latest = found[0]
    for facts in found[1:]:
        if _when(facts) >= _when(latest):
            latest = facts
    claims.facts = dict(latest)
    if claims.kind == "vaccination":
        claims.facts["dose"] = sum([facts.get("target") == latest.get("target") for facts in found])
    if len(found) > 1:
        claims.facts["entries"] = found
    claims.warn("no_rules_for_kind")


def legacy_rid(canonical):
    """base64url of the first 8 bytes of SHA-256 over base64url of the canonical bundle (framework, RFC 002)."""
    return _base64url(hashlib.sha256(_base64url(canonical)).digest()[:8])


def _base64url(data):
    return b2a_base64(data).strip().rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")


def _resources(bundle):
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Refusal("no_entry")
    found = []
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            raise Refusal("bad_content", "entry")
        found.append(resource)
    return found


def _holder(claims, patient):
    names = patient.get("name")
    name = names[0] if isinstance(names, list) and names else None
    if not isinstance(name, dict):
        raise Refusal("bad_content", "name")
    given = name.get("given")
    claims.family = written(name.get("family"), "family")
    claims.given = " ".join([written(part, "given") for part in given]) if isinstance(given, list) else ""
    if not claims.family and not claims.given:
        # Some issuers fill in the whole name as one text.
        claims.family = written(name.get("text"), "name")
    if not claims.family and not claims.given:
        raise Refusal("bad_content", "no name")
    claims.birth = birth(patient.get("birthDate"), "birthDate")


def _immunization(resource):
    facts = {}
    code = _code(resource.get("vaccineCode"), _CVX)
    if code and code[0] == _CVX:
        product, target = products.from_cvx(code[1])
        facts["product"] = product
        facts["vaccine"] = "CVX " + code[1]
        if target:
            facts["target"] = target
    elif code:
        facts["product"] = code[1]
    facts["date"] = text(resource.get("occurrenceDateTime"))
    batch = written(resource.get("lotNumber"), "lotNumber")
    if batch:
        facts["batch"] = batch
    performers = resource.get("performer")
    if isinstance(performers, list) and performers and isinstance(performers[0], dict):
        actor = performers[0].get("actor")
        if isinstance(actor, dict) and text(actor.get("display")):
            facts["centre"] = text(actor.get("display"))
    return facts


def _observation(resource):
    facts = {}
    code = _code(resource.get("code"), _LOINC)
    if code:
        facts["test_type"] = code[1]
    sampled = dated(resource.get("effectiveDateTime"), "effectiveDateTime")
    if sampled:
        facts["sampled"] = sampled
    value = resource.get("valueCodeableConcept")
    found = _code(value, "http://snomed.info/sct")
    if found:
        facts["result_code"] = found[1]
        facts["result"] = products.result(found[1])
    else:
        said = text(value.get("text")) if isinstance(value, dict) else text(resource.get("valueString"))
        facts["result_code"] = said
        facts["result"] = "unclear"
    return facts


def _code(concept, preferred):
    """(system, code) of a CodeableConcept: the preferred system's, else the first that has a code, else None."""
    codings = concept.get("coding") if isinstance(concept, dict) else None
    found = None
    for coding in codings if isinstance(codings, list) else ():
        if not isinstance(coding, dict) or not text(coding.get("code")):
            continue
        pair = text(coding.get("system")), text(coding.get("code"))
        if pair[0] == preferred:
            return pair
        found = found or pair
    return found


def _when(facts):
    """Dates of FHIR compare as texts, whatever their precision."""
    return facts.get("date") or facts.get("sampled") or ""
