"""A policy as its author writes it: a TOML file, with the tests that it must pass.

    name = "Harbour hall"
    admit = ["vaccinated", "recovered + tested"]     # any one of these; + joins what is needed together

    [lists]
    accepted = ["comirnaty", "spikevax"]

    [proof.vaccinated]
    says = "a final dose of an accepted product, 14 to 270 days ago"
    kinds = ["vaccination"]
    when = ["product in accepted", "dose >= doses", "date 14 to 270 days ago"]

`gatepost policy explain` says what a file means. policies/ has examples.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy.conditions import Vocabulary, compile_condition
from gatepost.policy.eu_fields import folded
from gatepost.policy.facts import FACTS, KINDS

EU = "eu"  # the proof that the EU's rules are met, in policies with a table [eu]
MOST_PROOFS = 24
_BESIDE_SOURCES = Path(__file__).resolve().parents[3] / "policies"
_IN_PACKAGE = Path(__file__).resolve().parents[1] / "_policies"
READY = (
    _BESIDE_SOURCES if _BESIDE_SOURCES.is_dir() else _IN_PACKAGE
)  # policies and tables that come with this program
_TOP = {
    "name",
    "about",
    "use",
    "admit",
    "otherwise",
    "settings",
    "lists",
    "codes",
    "recall",
    "proof",
    "eu",
    "test",
}
_SETTINGS: dict[str, type] = {
    "privacy": str,
    "utc_offset": str,
    "list_old_days": int,
    "list_limit_days": int,
    "revocation_limit_days": int,
    "reject_expired_keys": bool,
    "without_expiry": list,
    "wait_seconds": int,
    "explain": bool,
    "unverifiable": str,
    "unknown_codes": str,
}
PRIVACY = ("full", "minimal", "verdict")
_CHOICES = {"privacy": PRIVACY, "unverifiable": ("check", "refuse"), "unknown_codes": ("check", "refuse")}


# The forms of ASCII that are as wide as a Chinese character, and Arabic and Persian digits.
_PLAIN = {0xFF01 + at: 0x21 + at for at in range(94)} | {
    nought + digit: 48 + digit for nought in (0x0660, 0x06F0) for digit in range(10)
}


@dataclass(frozen=True)
class Condition:
    """A line as it was written, and its CertLogic."""

    text: str
    expression: Any


@dataclass(frozen=True)
class Proof:
    name: str
    says: str
    kinds: tuple[str, ...]
    forms: tuple[str, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Recall:
    """Batches of a product, by its name or code, that were recalled; "" is any product."""

    product: str
    batches: tuple[str, ...]


@dataclass(frozen=True)
class Arrival:
    """Where the EU's rules come from: files beside the policy."""

    country: str
    region: str
    rules: tuple[Path, ...]
    value_sets: tuple[Path, ...]


@dataclass(frozen=True)
class Source:
    """A policy that was read and found sound. `admit`: alternatives, each the names of proofs needed together."""

    name: str
    about: str
    admit: tuple[tuple[str, ...], ...]
    refuse: bool
    settings: Mapping[str, Any]
    vocabulary: Vocabulary
    proofs: tuple[Proof, ...]
    arrival: Arrival | None
    tests: Sequence[Mapping[str, Any]] = field(default_factory=list)
    recalls: tuple[Recall, ...] = ()


def read_source(path: Path) -> Source:
    """The policy in the file. GatepostError says what is wrong with it, and where."""
    try:
        content = _toml(path)
        _only(content, _TOP, "a policy")
        for name in _texts(content.get("use", []), "use"):
            _merge(content, _toml(_used(path.parent, name)), name)
        return _source(content, path.parent)
    except GatepostError as error:
        raise GatepostError(f"{path}: {error}") from None


def _source(content: dict[str, Any], folder: Path) -> Source:
    vocabulary = Vocabulary(_lists(content.get("lists", {})), _codes(content.get("codes", {})))
    arrival = _arrival(content["eu"], folder) if "eu" in content else None
    tables = content.get("proof", {})
    if not isinstance(tables, dict):
        raise GatepostError("proofs are tables like [proof.vaccinated]")
    proofs = [_proof(name, table, vocabulary) for name, table in tables.items()]
    if arrival:
        says = content["eu"].get("says", f"the rules of {arrival.country} are met")
        proofs.append(Proof(EU, says, ("vaccination", "test", "recovery"), ("EU DCC",), ()))
    if not 0 < len(proofs) <= MOST_PROOFS:
        raise GatepostError(f"a policy has 1 to {MOST_PROOFS} proofs; this one has {len(proofs)}")
    names = [proof.name for proof in proofs]
    admit = [
        tuple(part.strip() for part in each.split("+"))
        for each in _texts(content.get("admit", names), "admit")
    ]
    for each in (name for alternative in admit for name in alternative):
        if each not in names:
            raise GatepostError(f"admit: there is no proof {each!r}; there are: {', '.join(names)}")
    otherwise = content.get("otherwise", "check")
    if otherwise not in ("check", "refuse"):
        raise GatepostError('otherwise is "check" or "refuse"')
    tests = content.get("test", [])
    if not isinstance(tests, list):
        raise GatepostError("tests are tables like [[test]]")
    return Source(
        _text(content.get("name"), "name"),
        str(content.get("about", "")).strip(),
        tuple(admit),
        otherwise == "refuse",
        _settings(content.get("settings", {})),
        vocabulary,
        tuple(proofs),
        arrival,
        tests,
        _recalls(content.get("recall", []), vocabulary),
    )


def _proof(name: str, table: Any, vocabulary: Vocabulary) -> Proof:
    where = f"[proof.{name}]"
    if name == EU or "+" in name:
        raise GatepostError(f"{where}: a proof cannot have this name")
    _only(table, {"says", "kinds", "forms", "when"}, where)
    kinds = tuple(_texts(table.get("kinds"), f"{where} kinds"))
    for kind in kinds:
        if kind not in KINDS:
            raise GatepostError(f"{where}: there is no kind {kind!r}; there are: {', '.join(KINDS)}")
    if not kinds:
        raise GatepostError(f"{where}: say which kinds of certificate may show it")
    conditions = []
    for line in table.get("when", []):
        try:
            conditions.append(_condition(line, vocabulary))
        except GatepostError as error:
            raise GatepostError(f"{where}: {error}") from None
    if not conditions:
        raise GatepostError(f"{where}: a proof without conditions would be met by anything")
    says = _text(table.get("says"), f"{where} says")
    return Proof(
        name, says, kinds, tuple(_texts(table.get("forms", []), f"{where} forms")), tuple(conditions)
    )


def _condition(line: Any, vocabulary: Vocabulary) -> Condition:
    if isinstance(line, str):
        return Condition(line, compile_condition(line, vocabulary))
    if isinstance(line, dict) and set(line) == {"says", "certlogic"}:
        try:
            return Condition(_text(line["says"], "says"), json.loads(_text(line["certlogic"], "certlogic")))
        except RecursionError:
            raise GatepostError("certlogic is nested deeper than a scanner goes") from None
        except ValueError as error:
            raise GatepostError(f"certlogic is not JSON: {error}") from None
    raise GatepostError("a condition is a line, or { says = \"...\", certlogic = '...' }")


def _arrival(table: Any, folder: Path) -> Arrival:
    _only(table, {"arrival", "region", "rules", "value_sets", "says"}, "[eu]")
    country = folded(_text(table.get("arrival"), "[eu] arrival"))
    region = table.get("region", "")
    if not isinstance(region, str):
        raise GatepostError("[eu] region is a text")
    rules = [path for name in _texts(table.get("rules"), "[eu] rules") for path in _files(folder, name)]
    sets = [
        path
        for name in _texts(table.get("value_sets", []), "[eu] value_sets")
        for path in _files(folder, name)
    ]
    return Arrival(country, folded(region), tuple(rules), tuple(sets))


def _files(folder: Path, name: str) -> list[Path]:
    found = sorted(folder.glob(name)) if "*" in name else [folder / name]
    if not found or not all(path.is_file() for path in found):
        raise GatepostError(f"[eu]: there is no file {name!r} beside the policy")
    return found


def _settings(table: Any) -> dict[str, Any]:
    _only(table, set(_SETTINGS), "[settings]")
    for name, value in table.items():
        if type(value) is not _SETTINGS[name]:
            raise GatepostError(f"[settings] {name} is a {_SETTINGS[name].__name__}")
        if value not in _CHOICES.get(name, (value,)):
            raise GatepostError(f"[settings] {name} is one of {', '.join(_CHOICES[name])}")
    if table.get("revocation_limit_days", 1) < 1:
        raise GatepostError("[settings] revocation_limit_days is 1 or more; without it no list is asked for")
    _texts(table.get("without_expiry", []), "[settings] without_expiry")
    return table


def _codes(tables: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for fact, names in tables.items():
        if fact not in FACTS:
            raise GatepostError(f"[codes.{fact}]: a certificate has no fact {fact!r}")
        codes = found.setdefault(fact, {})
        for name, values in names.items():
            for code in _texts(values, f"[codes.{fact}] {name}"):
                if codes.setdefault(code, name) != name:
                    raise GatepostError(f"[codes.{fact}]: {code!r} is both {codes[code]!r} and {name!r}")
    return found


def _recalls(tables: Any, vocabulary: Vocabulary) -> tuple[Recall, ...]:
    if not isinstance(tables, list):
        raise GatepostError("recalls are tables like [[recall]]")
    found = []
    for table in tables:
        _only(table, {"product", "batches"}, "[[recall]]")
        product = table.get("product", "")
        if not isinstance(product, str):
            raise GatepostError("[[recall]] product is a text")
        batches = _texts(table.get("batches"), "[[recall]] batches")
        for batch in batches:
            if not plain_batch(batch):
                raise GatepostError(f"[[recall]] batches: {batch!r} has neither letters nor digits")
        found.append(Recall(vocabulary.name("product", product), tuple(batches)))
    return tuple(found)


def plain_batch(text: str) -> str:
    """A batch as the scanner compares it: capitals and digits of ASCII alone, whatever their width."""
    return re.sub("[^A-Za-z0-9]", "", text.translate(_PLAIN)).upper()


def _lists(tables: Any) -> dict[str, list[str]]:
    return {name: _texts(values, f"[lists] {name}") for name, values in tables.items()}


def _merge(content: dict[str, Any], used: dict[str, Any], name: str) -> None:
    """Lists, codes and recalls of another file; the policy's own come first."""
    _only(used, {"lists", "codes", "recall"}, name)
    for each in (content, used):
        if not isinstance(each.get("recall", []), list):
            raise GatepostError("recalls are tables like [[recall]]")
    content["recall"] = [*content.get("recall", []), *used.get("recall", [])]
    content["lists"] = {**used.get("lists", {}), **content.get("lists", {})}
    own = content.get("codes", {})
    content["codes"] = {
        fact: {**used.get("codes", {}).get(fact, {}), **own.get(fact, {})}
        for fact in {**used.get("codes", {}), **own}
    }


def _used(folder: Path, name: str) -> Path:
    """A table beside the policy, else the one that comes with this program."""
    beside = folder / name
    return beside if beside.exists() else READY / name


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GatepostError(f"{path.name} is not TOML: {error}") from None


def _only(table: Any, known: set[str], where: str) -> None:
    if not isinstance(table, dict):
        raise GatepostError(f"{where} is a table")
    for name in table:
        if name not in known:
            raise GatepostError(f"{where} has no member {name!r}; it has: {', '.join(sorted(known))}")


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise GatepostError(f"{where} is a text")
    return " ".join(value.split())


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise GatepostError(f"{where} is a list of texts")
    return value
