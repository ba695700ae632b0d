"""SMART Health Cards for tests: an issuer that never changes, and the judge on MicroPython."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.issue import shc

from harness.certificates import NOW, p256, record

ISSUER = "https://health.example/cards"


def card_record(key: ec.EllipticCurvePrivateKey | None = None, **changes: Any) -> dict[str, Any]:
    """The key record of a card issuer."""
    key = key or p256()
    kid = unbase64(shc.kid_of(key.public_key()))
    return (
        record(key, scheme="SHC", kid=kid, issuer=ISSUER, country="", participant="", name="Examplia")
        | changes
    )


def vaccinated(**changes: Any) -> dict[str, Any]:
    """A bundle of one vaccination; `changes` go into its immunization."""
    immunization = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": "2021-06-01",
    }
    return bundle(patient(), immunization | changes)


def laboratory(**changes: Any) -> dict[str, Any]:
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
        "effectiveDateTime": "2021-06-30T12:00:00Z",
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "260415000"}]},
    }
    return bundle(patient(), observation | changes)


def patient() -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "name": [{"family": "Müller", "given": ["Zoë", "B."]}],
        "birthDate": "1980-02-29",
    }


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entries = [{"fullUrl": f"resource:{number}", "resource": each} for number, each in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def card(content: Any = None, key: ec.EllipticCurvePrivateKey | None = None, **options: Any) -> str:
    """The text of a card in one code, issued a day before NOW; `options` as `issue_shc` has them."""
    options = {"issuer": ISSUER, "issued": NOW - 86400} | options
    return "shc:/" + shc.digits(shc.issue_shc(content or vaccinated(), key or p256(), **options))


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
