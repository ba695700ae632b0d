"""Whether the words of a policy are words that a certificate can have: a typing error is told, not compiled.

A condition on a value that no certificate has never holds, and its opposite always does: `product not in banned` lets
everybody pass where the list has `comirnatty`. What is drawn from a closed set (a result, a form, a country) has to be
of it; where tables of codes name a fact's values, a value is one of their names or looks like a code of issuers.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy.certlogic import LEVELS, levels, paths
from gatepost.policy.facts import BIRTH, DAY, FACTS, FORMS, MOMENT, NUMBER, TEXT

Codes = Mapping[str, Mapping[str, str]]  # of a fact: code to name
_FEW = 30  # names that help whoever reads all of them
_NAMED = ("product", "test_type", "target")  # facts that the tables of this program name
# Facts without a name of their own in FACTS, the clock, and what `reduce` calls its operands.
_MORE = (
    "id",
    "additional_id",
    "clinician",
    "trade_item",
    "result_code",
    "birth_day",
    "sampled_first",
    "sampled_last",
    "now",
    "today",
)
_REDUCE = ("current", "accumulator", "")
_NUMERIC = ("<", "<=", ">", ">=")
_TEMPORAL = ("before", "not-after", "after", "not-before")
# EU/1/20/1528, CVX 208, 840539006, XM8NQ0, LP6464-4, RA01.0, ORG-100030215; and WHO's YellowFeverProductd2c7...
_CODE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 ./:-]*|\w+Product[0-9a-f]{32}")
_NAME = re.compile(r"[a-z][a-z-]*")


def near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: what it may have been meant to be."""
    names = list(known)
    small = {each.lower(): each for each in names}
    close = difflib.get_close_matches(name.lower(), list(small), 1)
    if close:
        return f"; perhaps {small[close[0]]!r}?"
    return f"; there are: {', '.join(names) or 'none'}" if len(names) <= _FEW else ""


def check_form(form: str, where: str) -> None:
    if form not in FORMS:
        raise GatepostError(f"{where}: no certificate has the form {form!r}" + near(form, FORMS))


def check_value(fact: str, value: str, codes: Codes) -> None:
    """GatepostError where no certificate has this value."""
    names = codes.get(fact, {})
    if value in names.values():
        return
    if value in names:  # an expression sees the name in its place
        raise GatepostError(f"{value!r} is called {names[value]!r} by the tables of codes")
    if FACTS[fact].values:
        if value not in FACTS[fact].values:
            raise GatepostError(f"there is no {fact} {value!r}" + near(value, FACTS[fact].values))
    elif fact == "issuer":
        if not re.fullmatch("[A-Z]{2}", value):
            raise GatepostError(f"issuer {value!r}: a country of two capital letters, such as PT")
    elif names and not _CODE.fullmatch(value):
        raise GatepostError(
            f"no table of codes has a {fact} {value!r} (a code of issuers gets a name in [codes.{fact}])"
            + near(value, sorted(set(names.values())))
        )


def check_expression(expression: Any, codes: Codes) -> None:
    """GatepostError where an expression asks for what no certificate has."""
    for name in {path.partition(".")[0] for path in paths(expression) if isinstance(path, str)}:
        if name not in FACTS and name not in _MORE and name not in _REDUCE:
            raise GatepostError(f"a certificate has no fact {name!r}" + near(name, FACTS))
    for fact, operator, value in _compared(expression):
        kind = FACTS[fact].type
        wanted = int if kind == NUMBER else str
        fits = {**dict.fromkeys(_NUMERIC, (NUMBER,)), **dict.fromkeys(_TEMPORAL, (DAY, MOMENT, BIRTH))}
        if type(value) is not wanted or kind not in fits.get(operator, (kind,)):
            raise GatepostError(f"{fact} is a {kind}: it is never {operator!r} {value!r}")
        if kind == TEXT and isinstance(value, str):
            check_value(fact, value, codes)


def doubts(expressions: Iterable[Any], codes: Codes) -> list[str]:
    """Notes on values that a certificate may have, though nothing here knows them."""
    asked = {
        (fact, value) for each in expressions for fact, _, value in _compared(each) if isinstance(value, str)
    }
    return [words for fact, value in sorted(asked) if (words := doubt(fact, value, codes))]


def doubt(fact: str, value: str, codes: Codes) -> str:
    names = codes.get(fact)
    if not names:
        if fact in _NAMED and _NAME.fullmatch(value):
            return f"{value!r} is no {fact} as issuers write it, and the policy uses no table that names them"
        return ""
    if value in names.values():
        return ""
    close = difflib.get_close_matches(value, list(names), 1, 0.8)
    return f"the code {value!r} is no {fact} of the tables of codes" + (
        f"; perhaps {close[0]!r}?" if close else ""
    )


def check_depth(expression: Any) -> None:
    """GatepostError for what is nested deeper than anybody means, before anything walks through it."""
    if levels(expression) > LEVELS:
        raise GatepostError("this is nested deeper than a scanner follows")


def _parts(expression: Any) -> Iterator[tuple[str, Any]]:
    """Operator and operands of every operation in it."""
    if isinstance(expression, list):
        for each in expression:
            yield from _parts(each)
    elif isinstance(expression, dict):
        for operator, operands in expression.items():
            yield operator, operands
            yield from _parts(operands)


def _compared(expression: Any) -> Iterator[tuple[str, str, Any]]:
    """(fact, operator, value) wherever a fact of the certificate stands beside a constant."""
    for operator, operands in _parts(expression):
        if operator not in ("===", "in", *_NUMERIC, *_TEMPORAL) or not isinstance(operands, list):
            continue
        facts = [
            each["var"]
            for each in operands
            if isinstance(each, dict) and set(each) == {"var"} and each["var"] in FACTS
        ]
        constants: list[Any] = []
        for each in operands:
            constants += each if isinstance(each, list) else [] if isinstance(each, dict) else [each]
        yield from ((fact, operator, value) for fact in facts for value in constants if _is_constant(value))


def _is_constant(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)
