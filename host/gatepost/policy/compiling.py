"""From a policy's source to the parts of its bundle, as firmware/scanner/rules/policy_parts.py reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2

from gatepost.errors import GatepostError
from gatepost.policy import eu
from gatepost.policy.certlogic import Pool, compile_expression, paths
from gatepost.policy.facts import COUNTRIES
from gatepost.policy.settings import offset
from gatepost.policy.source import EU, Source, plain_batch
from gatepost.trust.countries import alpha3

PART_LIMIT = 131072  # bytes the scanner reads
PART_VALUES = 32768  # and values in them
# What conditions read and explanations do not show: the clock, and what is made of a fact that they show.
_UNSHOWN = {"now", "today", "sampled_first", "sampled_last"}


def compile_policy(source: Source) -> dict[str, bytes]:
    """The parts by name: `policy`, and `eu-rules` where the policy asks for them."""
    pool = Pool()
    names = [proof.name for proof in source.proofs]
    part: dict[str, Any] = {
        "format": 1,
        "name": source.name,
        "switches": _switches(source),
        "codes": _codes(source),
        "proofs": [
            {
                "says": proof.says,
                "kinds": list(proof.kinds),
                "forms": list(proof.forms),
                "when": None
                if proof.name == EU
                else [
                    [
                        compile_expression(each.expression, pool),
                        each.text,
                        sorted({path.split(".")[0] for path in paths(each.expression)} - _UNSHOWN),
                    ]
                    for each in proof.conditions
                ],
            }
            for proof in source.proofs
        ],
        "admit": [sum(1 << names.index(name) for name in set(each)) for each in source.admit],
        "refuse": source.refuse,
        "constants": pool.values,
    }
    if source.recalls:
        part["recalls"] = _recalls(source)
    parts = {}
    if source.arrival:
        part["arrival"] = source.arrival.country
        part["region"] = source.arrival.region
        parts["eu-rules"] = eu.compile_rules(*eu.read_arrival(source.arrival))
    parts = {"policy": cbor2.dumps(part, canonical=True), **parts}
    for name, data in parts.items():
        if len(data) > PART_LIMIT:
            raise GatepostError(f"the part {name} has {len(data)} bytes; a scanner reads {PART_LIMIT}")
        if (count := _values(cbor2.loads(data))) > PART_VALUES:
            raise GatepostError(f"the part {name} has {count} values; a scanner reads {PART_VALUES}")
    return parts


def _values(part: Any) -> int:
    """How many values the scanner reads: lists and maps, their members, and the names of these."""
    if isinstance(part, dict):
        return 1 + sum(1 + _values(each) for each in part.values())
    return 1 + sum(map(_values, part)) if isinstance(part, list) else 1


def _codes(source: Source) -> dict[str, dict[str, str]]:
    """The policy's tables, and for each country that it asks for, what certificates with three letters call it."""
    codes = {fact: dict(table) for fact, table in source.vocabulary.codes.items()}
    for each in source.conditions:
        for fact in set(COUNTRIES) & set(paths(each.expression)):
            named = {alpha3(text): text for text in _texts(each.expression) if alpha3(text)}
            codes[fact] = named | codes.get(fact, {})
    return codes


def _texts(expression: Any) -> Iterator[str]:
    """Every text in the expression that may be compared with a fact."""
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, list | dict):
        for each in expression.values() if isinstance(expression, dict) else expression:
            yield from _texts(each)


def _recalls(source: Source) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for recall in source.recalls:
        for batch in recall.batches:
            found.setdefault(plain_batch(batch), set()).add(recall.product)
    return {batch: sorted(products) for batch, products in found.items()}


def _switches(source: Source) -> dict[str, Any]:
    settings = source.settings
    switches = {
        "list_old": settings.get("list_old_days"),
        "list_limit": settings.get("list_limit_days"),
        "revocation_limit": settings.get("revocation_limit_days"),
        "wait": settings.get("wait_seconds"),
        **{
            name: settings.get(name)
            for name in (
                "reject_expired_keys",
                "without_expiry",
                "privacy",
                "explain",
                "unverifiable",
                "unknown_codes",
            )
        },
    }
    if "utc_offset" in settings:
        switches["utc_offset"] = offset(settings["utc_offset"])
    return {name: value for name, value in switches.items() if value is not None}
