"""CertLogic expressions as the scanner's stack machine runs them (firmware/scanner/rules/certlogic.py).

Each node becomes one instruction behind those of its operands; `if`, `and` and `reduce` become jumps, so that the
scanner needs no recursion. Constants are kept once, in a pool that many expressions share.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy.certlogic_form import TIME_UNITS, issues

DEPTH = 24  # values on the scanner's stack
LOOPS = 3  # nested reduces
STEPS = 2000  # of one rule; eight items of a list that is searched are one
LEVELS = 128  # of lists and objects in an expression; published rules have 16

(
    _CONSTANT,
    _VAR,
    _LIST,
    _JUMP,
    _UNLESS,
    _AND,
    _NOT,
    _SAME,
    _IN,
    _ADD,
    _COMPARE,
    _ORDER,
    _PLUS_TIME,
    _BIRTH,
    _UVCI,
    _REDUCE,
    _NEXT,
) = range(17)
_SIMPLE = {"!": _NOT, "===": _SAME, "in": _IN, "+": _ADD, "dccDateOfBirth": _BIRTH}
_ORDERED = {
    "<": (_COMPARE, 0),
    "<=": (_COMPARE, 1),
    ">": (_COMPARE, 2),
    ">=": (_COMPARE, 3),
    "before": (_ORDER, 0),
    "not-after": (_ORDER, 1),
    "after": (_ORDER, 2),
    "not-before": (_ORDER, 3),
}
_SAFE = 1 << 53


class Pool:
    """The constants of a set of expressions, each kept once: scalars, lists of them, and paths."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def add(self, value: Any) -> int:
        """The place of `value`. True and 1 are two constants."""
        key = repr(value)
        if key not in self._places:
            if len(self.values) == 1 << 16:
                raise GatepostError("these rules have more constants than a scanner holds")
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def compile_expression(expression: Any, pool: Pool) -> bytes:
    """The instructions of `expression`; its constants go to `pool`. GatepostError where it is no valid one."""
    if levels(expression) > LEVELS:
        raise GatepostError("this expression is nested deeper than a scanner goes")
    for issue in issues(expression):
        raise GatepostError(f"not a CertLogic expression: {issue.message}")
    code = _node(expression, pool)
    depth, loops = _needs(expression)
    if depth > DEPTH or loops > LOOPS:
        raise GatepostError("this expression is nested deeper than a scanner goes")
    return code


def paths(expression: Any) -> Iterator[str]:
    """Every path that the expression reads."""
    if isinstance(expression, list):
        for item in expression:
            yield from paths(item)
    elif isinstance(expression, dict):
        for operator, operands in expression.items():
            if operator == "var":
                yield operands
            else:
                yield from paths(operands)


def _node(expression: Any, pool: Pool) -> bytes:
    if isinstance(expression, list) and any(isinstance(each, (list, dict)) for each in expression):
        if len(expression) > 255:
            raise GatepostError("a list of expressions has 255 items at most")
        return _joined(expression, pool) + bytes((_LIST, len(expression)))
    if not isinstance(expression, dict):
        return _with_index(_CONSTANT, pool.add(_plain(expression)))
    ((operator, operands),) = expression.items()
    if operator == "var":
        fragments = [_fragment(each) for each in _written(operands).split(".")] if operands else []
        return _with_index(_VAR, pool.add(fragments))
    if operator == "if":
        guard, then, otherwise = (_node(each, pool) for each in operands)
        then += _with_index(_JUMP, len(otherwise))
        return guard + _with_index(_UNLESS, len(then)) + then + otherwise
    if operator == "and":
        code = _node(operands[-1], pool)
        if not _is_boolean(operands[-1]):
            code += _with_index(_AND, 0)
        for operand in reversed(operands[:-1]):
            code = _node(operand, pool) + _with_index(_AND, len(code)) + code
        return code
    if operator == "reduce":
        code = _node(operands[1], pool)
        loop = code + _with_index(_NEXT, len(code) + 3)
        return _node(operands[0], pool) + _node(operands[2], pool) + _with_index(_REDUCE, len(loop)) + loop
    if operator == "plusTime":
        unit = TIME_UNITS.index(operands[2])
        return (
            _node(operands[0], pool) + _with_index(_PLUS_TIME, pool.add(_plain(operands[1]))) + bytes((unit,))
        )
    if operator == "extractFromUVCI":
        return _node(operands[0], pool) + _with_index(_UVCI, pool.add(_plain(operands[1])))
    if operator in _ORDERED:
        step, which = _ORDERED[operator]
        return _joined(operands, pool) + bytes((step, which | (4 if len(operands) == 3 else 0)))
    return _joined(operands, pool) + bytes((_SIMPLE[operator],))


def _is_boolean(expression: Any) -> bool:
    """Whether an operand of `and` surely is truthy or falsy, so that the scanner need not look."""
    if not isinstance(expression, dict):
        return True  # a literal
    ((operator, _),) = expression.items()
    return operator in _ORDERED or operator in ("!", "===", "in", "+")


def _joined(operands: list[Any], pool: Pool) -> bytes:
    return b"".join(_node(each, pool) for each in operands)


def _with_index(step: int, number: int) -> bytes:
    if number >= 1 << 16:
        raise GatepostError("this expression is longer than a scanner takes")
    return struct.pack(">BH", step, number)


def _plain(value: Any) -> Any:
    """A literal as CBOR carries it: 1.0 of JSON is the integer 1."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        value = int(value)
    if isinstance(value, int) and not -_SAFE < value < _SAFE:
        raise GatepostError("it has a number that is larger than the integers of rules")
    if isinstance(value, str):
        _written(value)
    return value


def _written(text: str) -> str:
    """`text`, which JSON may have made of half a character; no bundle can carry that."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise GatepostError("it has a text with half a character") from None
    return text


def levels(expression: Any) -> int:
    """How deep lists and objects are nested, without recursion: what is asked may be of any depth."""
    most = 0
    waiting = [(expression, 1)]
    while waiting:
        value, level = waiting.pop()
        if isinstance(value, (list, dict)):
            most = max(most, level)
            waiting += [(each, level + 1) for each in (value.values() if isinstance(value, dict) else value)]
    return most


def _fragment(name: str) -> int | str:
    short = len(name) < 10 and name.isascii() and name.isdecimal()
    return int(name) if short and str(int(name)) == name else name


def _needs(expression: Any) -> tuple[int, int]:
    """How many values the stack holds at most, and how many reduces are under way."""
    if isinstance(expression, list) and any(isinstance(each, (list, dict)) for each in expression):
        needs = [_needs(each) for each in expression]
        return max((1, *(at + depth for at, (depth, _) in enumerate(needs)))), max(
            (0, *(n[1] for n in needs))
        )
    if not isinstance(expression, dict) or "var" in expression:
        return 1, 0
    ((operator, operands),) = expression.items()
    needs = [_needs(each) for each in operands]
    loops = max(need[1] for need in needs)
    if operator in ("if", "and"):
        return max(need[0] for need in needs), loops
    if operator == "reduce":
        # The operand and the start lie on the stack, then the lambda's own values.
        return max(needs[0][0], needs[2][0] + 1, needs[1][0]), max(needs[0][1], needs[2][1], needs[1][1] + 1)
    return max(at + need[0] for at, need in enumerate(needs)), loops
