"""What is worth a second look in the EU's rules of a policy: one sentence each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gatepost.policy.certlogic import STEPS, paths
from gatepost.policy.eu import Rule
from gatepost.policy.eu_fields import shown
from gatepost.policy.source import Arrival

_SETS = "external.valueSets."


def open_rules(rules: Iterable[Rule]) -> list[dict[str, str]]:
    """Those that no scanner can decide: rule, file and why."""
    return [
        {"rule": shown(rule.identifier), "file": rule.file, "why": rule.why_open}
        for rule in rules
        if rule.why_open
    ]


def notes(arrival: Arrival, rules: Sequence[Rule], value_sets: Mapping[str, Any]) -> list[str]:
    """What was not verified, and what can never be as its author meant it."""
    return [
        *_unverified(rules),
        *_nobody(rules, arrival),
        *_rivals(rules),
        *(
            f"{shown(rule.identifier)} of {rule.file} {what}"
            for rule in rules
            for what in _never(rule, value_sets)
        ),
    ]


def _unverified(rules: Iterable[Rule]) -> Iterator[str]:
    for file in sorted({rule.file for rule in rules if rule.signed}):
        yield f"{file} holds rules signed by the countries that uploaded them: the signatures were not checked"


def _nobody(rules: Iterable[Rule], arrival: Arrival) -> Iterator[str]:
    regions = sorted({rule.region for rule in rules if rule.acceptance and rule.country == arrival.country})
    if arrival.region in regions:
        return
    place = arrival.country + (f", region {arrival.region}" if arrival.region else "")
    others = ", ".join(region or "no region" for region in regions)
    hint = f"; of it there are some for: {others}" if others else ""
    yield f"the files have no acceptance rule of {shown(place)}, so that nobody passes by them{shown(hint)}"


def _rivals(rules: Iterable[Rule]) -> Iterator[str]:
    same = defaultdict(list)
    for rule in rules:
        same[rule.acceptance, rule.country, rule.region, rule.identifier, rule.version].append(rule)
    for each in same.values():
        if len(each) > 1:
            files = " and ".join(sorted({rule.file for rule in each}))
            name = shown(each[0].identifier)
            yield f"{name} comes {len(each)} times in one version with different content, in {files}: all must hold"


def _never(rule: Rule, value_sets: Mapping[str, Any]) -> Iterator[str]:
    if rule.ends < rule.begins:
        yield "ends before it begins, so that it is never in force"
    if rule.why_open:
        return
    for name in sorted({path.removeprefix(_SETS) for path in paths(rule.logic) if path.startswith(_SETS)}):
        if name not in value_sets and name.split(".")[0] not in value_sets:
            yield f"asks for the value set {shown(name)}, which no file has"
    longest = _longest(rule.logic)
    if longest >> 3 >= STEPS:
        yield f"has a list of {longest} values, which no scanner searches to its end: it stays open"


def _longest(logic: Any) -> int:
    if isinstance(logic, dict):
        return max((_longest(each) for each in logic.values()), default=0)
    return max(len(logic), *map(_longest, logic), 0) if isinstance(logic, list) else 0
