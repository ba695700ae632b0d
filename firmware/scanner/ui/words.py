# Codes of certificates in words a guard knows. Value sets: EU eHealth Network, "Value Sets for EU Digital COVID
# Certificates"; SNOMED CT, LOINC and EMA numbers as issuers write them. A code not listed is shown as it is.

from micropython import const

from scanner.ui import dates
from scanner.ui.countries import country
from scanner.ui.text import SEPARATOR

# fmt: off
_PRODUCTS = {
    "EU/1/20/1528": "Comirnaty", "EU/1/20/1507": "Spikevax", "EU/1/21/1529": "Vaxzevria", "EU/1/20/1525": "Jcovden",
    "EU/1/21/1618": "Nuvaxovid", "EU/1/21/1624": "Valneva", "EU/1/22/1709": "Bimervax",
    "EU/1/21/1580": "VidPrevtyn Beta", "MVC-COV1901": "Medigen MVC", "Covid-19-recombinant": "Recombinant",
    "Inactivated-SARS-CoV-2-Vero-Cell": "Inactivated (Vero Cell)",
    "Covid-19-adsorvida-inativada": "Adsorvida (inativada)",
}
_VACCINES = {
    "1119305005": "antigen vaccine", "1119349007": "mRNA vaccine", "J07BX03": "COVID-19 vaccine",
    "1162643001": "spike protein vaccine", "1157024006": "inactivated vaccine", "28531000087107": "COVID-19 vaccine",
    "29061000087103": "viral vector vaccine", "30141000087107": "virus-like particle vaccine",
    "1187593009": "DNA vaccine",
}
_TESTS = {"LP6464-4": "NAAT (PCR)", "LP217198-3": "rapid antigen"}
_TARGETS = {"840539006": "COVID-19"}
_KINDS = {
    "vaccination": "Vaccination", "test": "Test", "recovery": "Recovery", "antibody": "Antibody test",
    "prophylaxis": "Prophylaxis", "status": "Status", "domestic": "Domestic pass", "link": "Link to records",
}
_RESULTS = {"negative": "NEGATIVE", "positive": "POSITIVE", "unclear": "result unclear"}
# fmt: on

_DAY = const(86400)
_MOST = 40  # characters of a fact; longer ones are cut here, before they are measured


def issuer(code, name):
    """ "Austria (AT)", or the name the trust list gives where the code is no country's."""
    known = country(code)
    if known:
        return known + " (" + code.upper() + ")"
    return fact(name) or fact(code)


def summary(claims):
    """The facts of a certificate as short lines, the most important first."""
    facts = claims.facts or {}
    lines = []
    for kind, each in claims.entries or ((claims.kind, facts),):
        lines.extend(_entry(kind, each))
    last = claims.last_day
    if claims.expires is not None and (last is None or claims.expires // _DAY < last):
        last = claims.expires // _DAY
    expires = "expires " + dates.day(last * _DAY) if last is not None else ""
    target = _named(_TARGETS, facts.get("target"))
    _append(lines, target, expires if target or not expires else "E" + expires[1:])
    return lines


def _entry(kind, facts):
    if kind == "vaccination" or kind == "prophylaxis":
        return _vaccination(kind, facts)
    if kind == "test":
        return _test(facts)
    if kind == "recovery":
        return _recovery(facts)
    if kind == "antibody" and (facts.get("igg") or facts.get("igm")):
        found = [
            name + " " + fact(facts[key]) for name, key in (("IgG", "igg"), ("IgM", "igm")) if facts.get(key)
        ]
        return [", ".join(found)]
    if kind == "status" and facts.get("colour"):
        return ["Status " + fact(facts["colour"])]
    return [_KINDS.get(kind) or fact(kind) or "Certificate"]


def _vaccination(kind, facts):
    doses = fact(facts.get("dose"))
    if doses and fact(facts.get("doses")):
        doses += "/" + fact(facts.get("doses"))
    head = _KINDS[kind] + (" " + doses if doses else "")
    product = _product(facts.get("product")) or _named(_VACCINES, facts.get("vaccine"))
    lines = [_joined(head, _day(facts, "date"), product)]
    _append(lines, _span(facts))
    return lines


def _test(facts):
    result = _named(_RESULTS, facts.get("result")) or fact(facts.get("result_code"))
    lines = [_joined("Test " + result if result else "Test", _named(_TESTS, facts.get("test_type")))]
    _append(lines, "Sampled " + dates.moment(_date(facts.get("sampled"))) if facts.get("sampled") else "")
    return lines


def _recovery(facts):
    lines = [_joined("Recovery", _span(facts))]
    first = _day(facts, "first_positive")
    _append(lines, "First positive " + first if first else "")
    return lines


def _span(facts):
    start = _day(facts, "valid_from")
    end = _day(facts, "valid_until")
    if start and end:
        return start + " – " + end
    return "From " + start if start else "Until " + end if end else ""


def _day(facts, name):
    return dates.day(_date(facts.get(name)))


def _date(value):
    # Any decoded value may stand where a date should: only texts and numbers are shown.
    return value if type(value) is int else fact(value)


def _named(table, value):
    text = fact(value)
    return table.get(text, text)


def _product(value):
    # WHO's prequalified products are a name run together, "Product" and 32 hexadecimal digits (smart-icvp).
    text = " ".join(value.split()) if isinstance(value, str) else fact(value)
    end = text.find("Product")
    if end <= 0 or len(text) != end + 39:
        return _named(_PRODUCTS, text)
    name = text[0]
    for letter in text[1:end]:
        name += " " + letter if letter.isupper() else letter
    return name


def fact(value):
    """A decoded value as a short text; "" for what is neither text nor number."""
    if type(value) is int:
        return str(value)[:_MOST]
    return " ".join(value.split())[:_MOST] if isinstance(value, str) else ""


def _joined(*parts):
    return SEPARATOR.join([part for part in parts if part])


def _append(lines, *parts):
    text = _joined(*parts)
    if text:
        lines.append(text)
