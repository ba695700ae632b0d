"""The EU's business rules and value sets, as gateways and their repositories publish them, compiled for the scanner.

A file of rules holds one rule, a list of them, or a list of {rule, tests}; a file of value sets one set
(valueSetId, valueSetValues), a list of them, or {id: [codes]}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2

from gatepost.errors import GatepostError
from gatepost.policy.certlogic import Pool, compile_expression, paths

ENGINE = "CERTLOGIC"
NEWEST = [1, 3, 3]  # of CertLogic, what the scanner knows
_KINDS = {"General": "", "Vaccination": "vaccination", "Test": "test", "Recovery": "recovery"}
_TYPES = {"Acceptance": True, "Invalidation": False}


def read_rules(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Every rule in the files, as JSON has it."""
    return [rule for path in files for rule in _unwrapped(_load(path), path)]


def read_value_sets(files: Iterable[Path]) -> dict[str, list[str]]:
    """Value set identifiers and their codes."""
    found: dict[str, list[str]] = {}
    for path in files:
        content = _load(path)
        for each in content if isinstance(content, list) else [content]:
            if isinstance(each, dict) and "valueSetId" in each:
                found[each["valueSetId"]] = sorted(each["valueSetValues"])
            elif isinstance(each, dict) and all(isinstance(codes, list) for codes in each.values()):
                found.update({name: sorted(codes) for name, codes in each.items()})
            else:
                raise GatepostError(f"{path}: not a value set")
    return found


def compile_rules(rules: Iterable[dict[str, Any]], value_sets: dict[str, list[str]]) -> bytes:
    """The part `eu-rules`. GatepostError names the rule that is none."""
    pool = Pool()
    rows = []
    for rule in rules:
        try:
            rows.append(_row(rule, pool))
        except (KeyError, TypeError, ValueError) as error:
            raise GatepostError(
                f"rule {rule.get('Identifier', '?')}: {type(error).__name__} {error}"
            ) from None
        except GatepostError as error:
            raise GatepostError(f"rule {rule.get('Identifier', '?')}: {error}") from None
    part = {"format": 1, "constants": pool.values, "rules": rows, "value_sets": value_sets}
    return cbor2.dumps(part, canonical=True)


def _row(rule: dict[str, Any], pool: Pool) -> list[Any]:
    logic = rule["Logic"]
    # What another engine or a newer one has to decide is carried without code: the scanner then says "open".
    known = rule["Engine"] == ENGINE and _version(rule["EngineVersion"]) <= NEWEST
    return [
        str(rule["Identifier"]),
        _TYPES[rule["Type"]],
        str(rule["Country"]),
        str(rule.get("Region") or ""),
        _KINDS[rule["CertificateType"]],
        _version(rule["Version"]),
        _version(rule["SchemaVersion"]),
        _seconds(rule["ValidFrom"]),
        _seconds(rule["ValidTo"]),
        _english(rule.get("Description", [])),
        compile_expression(logic, pool) if known else b"",
        sorted(
            {
                path
                for path in paths(logic)
                if path.startswith(("payload.", "external.")) and "valueSets" not in path
            }
        )
        if known
        else [],
    ]


def _unwrapped(content: Any, path: Path) -> Iterator[dict[str, Any]]:
    for each in content if isinstance(content, list) else [content]:
        rule = each.get("rule", each) if isinstance(each, dict) else None
        if not isinstance(rule, dict) or "Logic" not in rule:
            raise GatepostError(f"{path}: not a business rule")
        yield rule


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise GatepostError(f"{path}: not JSON ({error})") from None


def _version(text: str) -> list[int]:
    return [int(number) for number in text.split(".")]


def _seconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _english(descriptions: Any) -> str:
    texts = {each["lang"]: each["desc"] for each in descriptions}
    return " ".join((texts.get("en") or next(iter(texts.values()), "")).split())[:200]
