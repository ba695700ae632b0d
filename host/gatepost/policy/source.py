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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy import settings
from gatepost.policy.conditions import Vocabulary, compile_condition
from gatepost.policy.eu_fields import folded
from gatepost.policy.facts import FACTS, KINDS
from gatepost.policy.spelling import check_depth, check_expression, check_form, check_value, near
from gatepost.policy.tables import as_table, as_text, as_texts, only, read_toml, take_in

EU = "eu"  # the proof that the EU's rules are met, in policies with a table [eu]
MOST_PROOFS = 24
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

    @property
    def conditions(self) -> list[Condition]:
        """Those of all proofs."""
        return [each for proof in self.proofs for each in proof.conditions]


def read_source(path: Path) -> Source:
    """The policy in the file. GatepostError says what is wrong with it, and where."""
    try:
        content = read_toml(path)
        only(content, _TOP, "a policy")
        for name in as_texts(content.get("use", []), "use"):
            take_in(content, path.parent, name)
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
        for each in as_texts(content.get("admit", names), "admit")
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
        as_text(content.get("name"), "name"),
        str(content.get("about", "")).strip(),
        tuple(admit),
        otherwise == "refuse",
        settings.checked(content.get("settings", {})),
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
    only(table, {"says", "kinds", "forms", "when"}, where)
    kinds = tuple(as_texts(table.get("kinds"), f"{where} kinds"))
    for kind in kinds:
        if kind not in KINDS:
            raise GatepostError(f"{where}: there is no kind {kind!r}" + near(kind, KINDS))
    if not kinds:
        raise GatepostError(f"{where}: say which kinds of certificate may show it")
    forms = tuple(as_texts(table.get("forms", []), f"{where} forms"))
    for form in forms:
        check_form(form, f"{where} forms")
    conditions = []
    lines = table.get("when", [])
    if not isinstance(lines, list):
        raise GatepostError(f"{where} when is a list of conditions")
    for line in lines:
        try:
            conditions.append(_condition(line, vocabulary))
        except GatepostError as error:
            raise GatepostError(f"{where}: {error}") from None
    if not conditions:
        raise GatepostError(f"{where}: a proof without conditions would be met by anything")
    says = as_text(table.get("says"), f"{where} says")
    return Proof(name, says, kinds, forms, tuple(conditions))


def _condition(line: Any, vocabulary: Vocabulary) -> Condition:
    if isinstance(line, str):
        condition = Condition(line, compile_condition(line, vocabulary))
    elif isinstance(line, dict) and set(line) == {"says", "certlogic"}:
        condition = Condition(
            as_text(line["says"], "says"), _certlogic(as_text(line["certlogic"], "certlogic"))
        )
    else:
        raise GatepostError("a condition is a line, or { says = \"...\", certlogic = '...' }")
    try:
        check_depth(condition.expression)
        check_expression(condition.expression, vocabulary.codes)
    except GatepostError as error:
        raise GatepostError(f"{condition.text[:200]!r}: {error}") from None
    return condition


def _certlogic(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise GatepostError(f"certlogic is not JSON: {error}") from None
    except RecursionError:
        raise GatepostError("certlogic is nested deeper than a scanner follows") from None


def _arrival(table: Any, folder: Path) -> Arrival:
    only(table, {"arrival", "region", "rules", "value_sets", "says"}, "[eu]")
    country = folded(as_text(table.get("arrival"), "[eu] arrival"))
    region = table.get("region", "")
    if not isinstance(region, str):
        raise GatepostError("[eu] region is a text")
    rules = [path for name in as_texts(table.get("rules"), "[eu] rules") for path in _files(folder, name)]
    sets = [
        path
        for name in as_texts(table.get("value_sets", []), "[eu] value_sets")
        for path in _files(folder, name)
    ]
    return Arrival(country, folded(region), tuple(rules), tuple(sets))


def _files(folder: Path, name: str) -> list[Path]:
    found = sorted(folder.glob(name)) if "*" in name else [folder / name]
    if not found or not all(path.is_file() for path in found):
        raise GatepostError(f"[eu]: there is no file {name!r} beside the policy")
    return found


def _codes(tables: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for fact, names in as_table(tables, "[codes]").items():
        if fact not in FACTS:
            raise GatepostError(f"[codes.{fact}]: a certificate has no fact {fact!r}" + near(fact, FACTS))
        as_table(names, f"[codes.{fact}]")
        codes = found.setdefault(fact, {})
        for name, values in names.items():
            for code in as_texts(values, f"[codes.{fact}] {name}"):
                if codes.setdefault(code, name) != name:
                    raise GatepostError(f"[codes.{fact}]: {code!r} is both {codes[code]!r} and {name!r}")
    return found


def _recalls(tables: Any, vocabulary: Vocabulary) -> tuple[Recall, ...]:
    if not isinstance(tables, list):
        raise GatepostError("recalls are tables like [[recall]]")
    found = []
    for table in tables:
        only(table, {"product", "batches"}, "[[recall]]")
        product = table.get("product", "")
        if not isinstance(product, str):
            raise GatepostError("[[recall]] product is a text")
        batches = as_texts(table.get("batches"), "[[recall]] batches")
        for batch in batches:
            if not plain_batch(batch):
                raise GatepostError(f"[[recall]] batches: {batch!r} has neither letters nor digits")
        product = vocabulary.name("product", product)
        if product:
            try:
                check_value("product", product, vocabulary.codes)
            except GatepostError as error:
                raise GatepostError(f"[[recall]] product: {error}") from None
        found.append(Recall(product, tuple(batches)))
    return tuple(found)


def plain_batch(text: str) -> str:
    """A batch as the scanner compares it: capitals and digits of ASCII alone, whatever their width."""
    return re.sub("[^A-Za-z0-9]", "", text.translate(_PLAIN)).upper()


def _lists(tables: Any) -> dict[str, list[str]]:
    return {name: as_texts(values, f"[lists] {name}") for name, values in as_table(tables, "[lists]").items()}
