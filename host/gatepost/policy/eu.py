"""The EU's business rules and value sets, compiled for the scanner.

No rule is left out: one that a scanner cannot decide is carried without code, and is open wherever it applies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2

from gatepost.errors import GatepostError
from gatepost.policy.certlogic import Pool, compile_expression, paths
from gatepost.policy.eu_fields import Fields, shown
from gatepost.policy.eu_files import Found, read_rules, read_value_sets
from gatepost.policy.source import Arrival

ENGINE = "CERTLOGIC"
NEWEST = [1, 3, 3]  # of CertLogic, what the scanner knows
_KINDS = {"General": "", "Vaccination": "vaccination", "Test": "test", "Recovery": "recovery"}
_TYPES = {"Acceptance": True, "Invalidation": False}


@dataclass(frozen=True)
class Rule:
    """A rule that was read. `why_open`: why no scanner can decide it; "" where one can."""

    identifier: str
    acceptance: bool
    country: str
    region: str
    kind: str
    version: tuple[int, ...]  # ranks it among others of its identifier
    schema: tuple[int, ...]
    begins: int
    ends: int
    says: str
    logic: Any
    why_open: str
    file: str
    signed: bool


def read_arrival(arrival: Arrival) -> tuple[list[Rule], dict[str, list[str]]]:
    """The rules and the value sets of a policy's files."""
    return checked(read_rules(arrival.rules)), read_value_sets(arrival.value_sets)


def checked(found: Iterable[Found]) -> list[Rule]:
    """The rules, identical ones once. GatepostError names the place and the field that is wrong."""
    rules: dict[str, Rule] = {}
    for number, each in enumerate(found):
        rule = _rule(each)
        rules.setdefault(repr((_row(rule), rule.why_open, _comparable(rule.logic, number))), rule)
    return list(rules.values())


def compile_rules(rules: Iterable[Rule], value_sets: Mapping[str, list[str]]) -> bytes:
    """The part `eu-rules`."""
    pool = Pool()
    rows = [
        [
            *_row(rule),
            b"" if rule.why_open else compile_expression(rule.logic, pool),
            [] if rule.why_open else _reads(rule.logic),
        ]
        for rule in rules
    ]
    part = {"format": 1, "constants": pool.values, "rules": rows, "value_sets": dict(value_sets)}
    return cbor2.dumps(part, canonical=True)


def _rule(found: Found) -> Rule:
    fields = Fields(found.content, found.where)
    country = fields.place("Country")
    if not country:
        raise GatepostError(f"{found.where}: has no Country")
    return Rule(
        fields.text("Identifier"),
        fields.choice("Type", _TYPES),
        country,
        fields.place("Region"),
        fields.choice("CertificateType", _KINDS),
        tuple(fields.version("Version")[1]),
        tuple(fields.version("SchemaVersion")[0]),
        fields.seconds("ValidFrom"),
        fields.seconds("ValidTo"),
        fields.description(),
        found.content.get("Logic"),
        _why_open(fields, found.content.get("Logic")),
        found.file,
        found.signed,
    )


def _why_open(fields: Fields, logic: Any) -> str:
    engine = fields.text("Engine")
    if engine != ENGINE:
        return f"it is for the engine {shown(engine)}, and scanners have {ENGINE}"
    version = fields.version("EngineVersion")[0]
    if version > NEWEST:
        return f"it is for {ENGINE} {'.'.join(map(str, version))}, and scanners have {'.'.join(map(str, NEWEST))}"
    try:
        compile_expression(logic, Pool())
    except GatepostError as error:
        return shown(str(error))
    return ""


def _comparable(logic: Any, number: int) -> str:
    try:
        return json.dumps(logic, sort_keys=True)
    except RecursionError:  # deeper than anything that is decided: kept as often as it comes
        return f"rule {number}"


def _row(rule: Rule) -> list[Any]:
    return [
        rule.identifier,
        rule.acceptance,
        rule.country,
        rule.region,
        rule.kind,
        list(rule.version),
        list(rule.schema),
        rule.begins,
        rule.ends,
        rule.says,
    ]


def _reads(logic: Any) -> list[str]:
    """Paths whose values the explanation of a verdict shows."""
    return sorted(
        {
            path
            for path in paths(logic)
            if path.startswith(("payload.", "external.")) and "valueSets" not in path
        }
    )
