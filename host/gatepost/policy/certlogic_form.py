"""Whether a JSON value is a CertLogic expression, and what is wrong with it where it is not.

The issues have the specification's own words, those of its validation test suite (CertLogic 1.3.3), so that a rule's
author finds the same sentence everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TIME_UNITS = ("year", "month", "day", "hour")

# Operators and how many operands each takes.
ARITY: dict[str, tuple[int, int]] = {
    "if": (3, 3),
    "and": (2, 255),
    "!": (1, 1),
    "===": (2, 2),
    "in": (2, 2),
    "+": (2, 2),
    **dict.fromkeys(("<", "<=", ">", ">=", "before", "not-after", "after", "not-before"), (2, 3)),
    "plusTime": (3, 3),
    "reduce": (3, 3),
    "dccDateOfBirth": (1, 1),
    "extractFromUVCI": (2, 2),
}
_PATH = re.compile(r"[^.]+(\.[^.]+)*")


@dataclass(frozen=True)
class Issue:
    """What is wrong, and with which part of the expression."""

    message: str
    expression: Any


def issues(expression: Any) -> Iterator[Issue]:
    """Everything that keeps `expression` from being one; nothing where it is."""
    if isinstance(expression, (bool, str)):
        return
    if isinstance(expression, (int, float)):
        if not _is_integer(expression):
            yield Issue(f"{expression} is a non-integer number", expression)
    elif isinstance(expression, list):
        for item in expression:
            yield from issues(item)
    elif isinstance(expression, dict):
        yield from _operation_issues(expression)
    else:
        yield Issue("invalid CertLogic expression", expression)


def _operation_issues(expression: dict[str, Any]) -> Iterator[Issue]:
    if len(expression) != 1:
        count = len(expression)
        yield Issue(f"expression object must have exactly one key, but it has {count}", expression)
        return
    ((operator, operands),) = expression.items()
    if operator == "var":
        if not isinstance(operands, str):
            yield Issue('not of the form { "var": "<path>" }', expression)
        elif operands and not _PATH.fullmatch(operands):
            yield Issue(f"data access path doesn't have a valid format: {operands}", expression)
        return
    if not isinstance(operands, list):
        yield Issue('operation not of the form { "<operator>": [ <values...> ] }', expression)
    elif operator not in ARITY:
        yield Issue(f'unrecognised operator: "{operator}"', expression)
    else:
        least, most = ARITY[operator]
        if not least <= len(operands) <= most:
            wanted = str(least) if least == most else f"{least} or more" if most > 3 else f"{least} or {most}"
            yield Issue(f'"{operator}" takes {wanted} operands, but it has {len(operands)}', expression)
            return
        yield from _operand_issues(operator, operands, expression)


def _operand_issues(operator: str, operands: list[Any], expression: dict[str, Any]) -> Iterator[Issue]:
    if operator == "plusTime":
        if not _is_integer(operands[1]):
            yield Issue('the amount of a "plusTime" is an integer', expression)
        if operands[2] not in TIME_UNITS:
            yield Issue(f'the unit of a "plusTime" is one of {", ".join(TIME_UNITS)}', expression)
        operands = operands[:1]
    elif operator == "extractFromUVCI":
        if not _is_integer(operands[1]):
            yield Issue('the index of an "extractFromUVCI" is an integer', expression)
        operands = operands[:1]
    for operand in operands:
        yield from issues(operand)


def _is_integer(value: Any) -> bool:
    """Also 1.0, which is the integer 1 in JSON."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and value.is_integer()
    )
