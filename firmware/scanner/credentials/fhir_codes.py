# Codes of FHIR's CodeableConcepts, and what laboratories mean by them: what a test looked for, and what it found.
#
# LOINC: the qualitative tests that the value set of SMART Health Cards names (HL7, lab-qualitative-test-covid), and the
# panels and quantities that go with them. A test that is not here may have looked for anything.

from micropython import const

from scanner.credentials import products
from scanner.credentials.members import listed, mapped, written
from scanner.reasons import Refusal

LOINC = "http://loinc.org"
_LOINC_LENGTH = const(7)
_SNOMED = "http://snomed.info/sct"

# Texts, not tuples: they take a tenth of the memory. Before each code stands a space, and each has seven characters.
_NUCLEIC_ACID = (
    " 94306-8 94307-6 94308-4 94309-2 94310-0 94314-2 94315-9 94316-7 94500-6 94502-2 94531-1 94532-9 94533-7"
    " 94534-5 94559-2 94565-9 94639-2 94640-0 94641-8 94647-5 94660-8 94756-4 94757-2 94758-0 94759-8 94760-6"
    " 94763-0 94765-5 94766-3 94767-1 94822-4 94845-5 95406-5 95409-9 95423-0 95424-8 95425-5 95608-6 95609-4"
    " 95823-1 95824-9 96091-4 96120-1 96121-9 96122-7 96123-5 96448-6 96752-1 96763-8 96765-3 96797-6 96829-7"
    " 96957-6 96958-4 96986-5 97098-8 98131-6 98132-4 98493-0 98494-8"
)
_ANTIGEN = " 94558-4 95209-3 96119-3 97097-0"
_IGG = " 94505-5 94507-1 94563-4 94761-4 99596-9 99597-7"
_IGM = " 94506-3 94508-9 94564-2 95416-4"
# Other antibodies, several at once, and what cells answer.
_IMMUNITY = (
    " 94547-7 94562-6 94661-6 94762-2 94768-9 95125-1 95411-5 95542-7 95825-6 95970-0 95971-8 96603-6 98069-8"
    " 99772-6"
)
_METHODS = (
    (_NUCLEIC_ACID, "test", ""),
    (_ANTIGEN, "test", ""),
    (_IGG, "antibody", "igg"),
    (_IGM, "antibody", "igm"),
    (_IMMUNITY, "antibody", ""),
)
# HL7, ObservationInterpretation. What is only high, low or normal says nothing of a find.
_INTERPRETATIONS = {
    "POS": "positive",
    "DET": "positive",
    "RR": "positive",
    "A": "positive",
    "AA": "positive",
    "NEG": "negative",
    "ND": "negative",
    "NR": "negative",
    "IND": "unclear",
    "E": "unclear",
}
_WORDS = ("positive", "detected", "reactive")


def codings(concept, member):
    """(system, code) of each coding of a CodeableConcept that has a code. Refusal bad_content for another shape."""
    found = []
    if concept is None:
        return found
    for coding in listed(mapped(concept, member).get("coding"), member):
        code = written(mapped(coding, member).get("code"), member)
        if code:
            found.append((written(coding.get("system"), member), code))
    return found


def looked_for(codes):
    """(kind, name of the fact of its result, code) of a test's codings; the kind is "" where nobody here knows it."""
    known = None
    for system, code in codes:
        if system == LOINC and len(code) == _LOINC_LENGTH:
            for method in _METHODS:
                if " " + code in method[0]:
                    if known is not None and method is not known[0]:
                        raise Refusal("bad_content", "two tests in one")
                    known = known or (method, code)
    if known is not None:
        return known[0][1], known[0][2], known[1]
    for system, code in codes:
        if system == LOINC:
            return "", "", code
    return "", "", codes[0][1] if codes else ""


def result(part, kind, final):
    """(result, its code): what an Observation, or a component of one, found; ("", "") where it says nothing of a find.

    A quantity alone is a laboratory value. Two answers that differ are none, and so is anything but a code.
    """
    said = []
    quantity = False
    concept = part.get("valueCodeableConcept")
    codes = codings(concept, "value")
    for name in part:
        if name.startswith("value") and part[name] is not None:
            if name == "valueCodeableConcept":
                said.extend(_coded(codes, concept))
            elif name == "valueString" or name == "valueBoolean":
                said.append("unclear")
            else:
                quantity = True
    nothing = final and not said and "hasMember" not in part and "component" not in part
    if (quantity and said) or (kind == "test" and (quantity or nothing)):
        said.append("unclear")
    if not said and kind != "test":
        return "", ""
    for reading in listed(part.get("interpretation"), "interpretation"):
        for _, code in codings(reading, "interpretation"):
            if code in _INTERPRETATIONS:
                said.append(_INTERPRETATIONS[code])
    if not said:
        return "", ""
    same = said[0] if said.count(said[0]) == len(said) else "unclear"
    return same, codes[0][1] if codes else written(part.get("valueString"), "value")


def _coded(codes, concept):
    found = []
    for system, code in codes:
        meant = products.result(code)
        # Another system's word for it may be any; SNOMED CT's own are those that are known, or another answer.
        if meant != "unclear" or system == _SNOMED:
            found.append(meant)
    if written(concept.get("text"), "value").lower() in _WORDS:
        found.append("positive" if found else "unclear")
    return found or ["unclear"]
