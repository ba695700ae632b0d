"""A policy by the EU's rules, its files written as they come from services and repositories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gatepost.policy.source import Source, read_source

RULE = {
    "Identifier": "VR-UT-0001", "Type": "Acceptance", "Country": "UT", "Version": "1.0.0", "SchemaVersion": "1.0.0",
    "Engine": "CERTLOGIC", "EngineVersion": "0.7.5", "CertificateType": "Vaccination",
    "Description": [{"lang": "en", "desc": "A rule."}], "ValidFrom": "2021-06-01T00:00:00Z",
    "ValidTo": "2030-06-01T00:00:00Z", "AffectedFields": ["v.0.mp"],
    "Logic": {"in": [{"var": "payload.v.0.mp"}, {"var": "external.valueSets.vaccines"}]},
}  # fmt: skip
SETS = {"valueSetId": "vaccines", "valueSetValues": {"EU/1/20/1528": {"display": "Comirnaty"}}}
TEXT = 'name = "X"\n[eu]\narrival = "UT"\nrules = ["rules.json"]\nvalue_sets = ["sets.json"]\n'


def changed(**fields: Any) -> dict[str, Any]:
    return RULE | fields


def policy_of(folder: Path, rules: Any, sets: Any = SETS, text: str = TEXT) -> Source:
    """The policy `text` with these rules and value sets: as JSON has them, or the bytes of the file."""
    for name, content in (("rules", rules), ("sets", sets)):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / f"{name}.json").write_bytes(data)
    (folder / "gate.toml").write_text(text)
    return read_source(folder / "gate.toml")
