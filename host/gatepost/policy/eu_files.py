"""The EU's business rules and value sets as files hold them, each rule with its place in its file.

A file of rules is one rule, a list of them, a list of {rule, tests}, or a gateway's answer {name: [{cms, ...}]}. Of a
gateway's CMS the content is read and no signature is checked, which `gatepost policy check` says. Field names begin
with a capital, as published, or with a small letter, as in the apps. A file of value sets is one set (valueSetId,
valueSetValues), a list of them, or {id: [codes]}.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from asn1crypto import cms

from gatepost.errors import GatepostError
from gatepost.policy.eu_fields import is_text, shown


@dataclass(frozen=True)
class Found:
    """A rule as JSON has it; `where` names file and place. `signed`: came in a CMS that nobody has verified."""

    content: Mapping[str, Any]
    file: str
    where: str
    signed: bool = False


def read_rules(files: Iterable[Path]) -> list[Found]:
    """Every rule in the files."""
    found = []
    for path in files:
        for number, (content, signed) in enumerate(_unwrapped(_load(path), path), 1):
            where = f"{path}, rule {number}"
            names = _capitals(content, where)
            if is_text(names.get("Identifier")):
                where += f" ({shown(names['Identifier'])})"
            found.append(Found(names, shown(path.name), where, signed))
    return found


def read_value_sets(files: Iterable[Path]) -> dict[str, list[str]]:
    """Value set identifiers and their codes."""
    found: dict[str, list[str]] = {}
    for path in files:
        content = _load(path)
        _known_otherwise(content, path, "value sets")
        for each in content if isinstance(content, list) else [content]:
            for name, codes in _value_sets(each, path):
                if found.setdefault(name, codes) != codes:
                    raise GatepostError(
                        f"{path}: the value set {shown(name)} comes twice, with different codes: give one"
                    )
    return found


def _value_sets(each: Any, path: Path) -> Iterator[tuple[str, list[str]]]:
    if not isinstance(each, dict):
        raise GatepostError(f"{path}: not a value set")
    single = "valueSetId" in each
    sets = [(each["valueSetId"], each.get("valueSetValues"))] if single else list(each.items())
    for name, codes in sets:
        if not is_text(name):
            raise GatepostError(f"{path}: a valueSetId is a text")
        if not isinstance(codes, (list, dict) if single else list):
            raise GatepostError(f"{path}: the value set {shown(name)} has no list of codes")
        if not all(is_text(code) for code in codes):
            raise GatepostError(f"{path}: the value set {shown(name)} has a code that is no text")
        yield name, sorted(codes)


def _unwrapped(content: Any, path: Path) -> Iterator[tuple[dict[str, Any], bool]]:
    _known_otherwise(content, path, "rules")
    if _is_gateway_s(content):
        for each in (each for versions in content.values() for each in versions):
            yield _signed_content(each["cms"], path), True
        return
    for number, each in enumerate(content if isinstance(content, list) else [content], 1):
        rule = each.get("rule", each) if isinstance(each, dict) else None
        if not isinstance(rule, dict) or not ("Logic" in rule or "logic" in rule):
            raise GatepostError(f"{path}, rule {number}: not a business rule, for it has no Logic")
        yield rule, False


def _is_gateway_s(content: Any) -> bool:
    return (
        isinstance(content, dict)
        and bool(content)
        and all(
            isinstance(versions, list) and all(isinstance(each, dict) and "cms" in each for each in versions)
            for versions in content.values()
        )
    )


def _signed_content(text: Any, path: Path) -> dict[str, Any]:
    try:
        content = cms.ContentInfo.load(base64.b64decode(text, validate=True))["content"]
        rule = _parsed(content["encap_content_info"]["content"].native, path)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise GatepostError(f"{path}: holds a cms that is no signed rule") from None
    if not isinstance(rule, dict) or "Logic" not in rule:
        raise GatepostError(f"{path}: holds a cms whose content is no business rule")
    return rule


def _known_otherwise(content: Any, path: Path, wanted: str) -> None:
    """Refuse what services give beside rules and value sets, with a word on what it is."""
    if isinstance(content, dict) and isinstance(content.get("code"), str) and "Logic" not in content:
        words = ": ".join(
            shown(content[name]) for name in ("code", "problem", "message") if is_text(content.get(name))
        )
        raise GatepostError(f"{path}: a service's answer to a request that failed ({words}), no {wanted}")
    if (
        isinstance(content, list)
        and content
        and all(isinstance(each, dict) and "hash" in each for each in content)
    ):
        raise GatepostError(
            f"{path}: a service's list of hashes, no {wanted}; ask the service for each of them, and give those files"
        )


def _capitals(rule: Mapping[str, Any], where: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for name, value in rule.items():
        capital = name[:1].upper() + name[1:]
        if capital in names:
            raise GatepostError(f"{where}: has the field {shown(capital)} twice")
        names[capital] = value
    if "CountryCode" in names:  # the apps' name for it
        names.setdefault("Country", names["CountryCode"])
    return names


def _load(path: Path) -> Any:
    try:
        return _parsed(path.read_bytes(), path)
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise GatepostError(f"{path}: not JSON ({error})") from None


def _parsed(data: bytes, path: Path) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_object)
    except RecursionError:
        raise GatepostError(f"{path}: nested too deep to be read") from None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError("an object has one name twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
