"""Conditions of a policy: one readable line each, turned into CertLogic over the facts of a certificate.

    product in accepted               dose >= doses              result is negative
    issuer is one of PT, ES           batch not in recalled      document present
    date 14 to 270 days ago           sampled at most 72 hours ago
    birth at least 12 years ago       valid_until not in the past

A fact that the certificate does not state never satisfies a condition, not even a negative one. Joined by " or ", one
of them suffices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy.facts import BIRTH, COUNTRIES, DAY, FACTS, MOMENT, NUMBER, TEXT
from gatepost.policy.spelling import near
from gatepost.trust.countries import alpha2

Expression = Any
_UNITS = {"hour": "hour", "day": "day", "month": "month", "year": "year"}
_ENDS = ("sampled_first", "sampled_last")  # the moments between which a sample was taken
_UNIT = r"(?P<unit>hour|day|month|year)s?"


@dataclass(frozen=True)
class Vocabulary:
    """What names in conditions stand for: `lists` by name; `codes`: of a fact, code to name."""

    lists: Mapping[str, Sequence[str]]
    codes: Mapping[str, Mapping[str, str]]

    def name(self, fact: str, value: str) -> str:
        """A code becomes its name, as it does on the scanner; what is neither stays."""
        if fact in COUNTRIES:
            value = alpha2(value) or value
        return self.codes.get(fact, {}).get(value, value)

    def members(self, fact: str, name: str) -> list[str]:
        if name not in self.lists:
            raise GatepostError(f"there is no list {name!r}" + near(name, self.lists))
        return [self.name(fact, value) for value in self.lists[name]]


def compile_condition(line: str, vocabulary: Vocabulary) -> Expression:
    """The CertLogic expression of a line. GatepostError says what it does not understand."""
    alternatives = [_single(part.strip(), vocabulary) for part in line.split(" or ")]
    expression = alternatives.pop()
    while alternatives:
        expression = {"if": [alternatives.pop(), True, expression]}
    return expression


def _single(line: str, vocabulary: Vocabulary) -> Expression:
    fact, _, rest = line.partition(" ")
    if fact not in FACTS:
        raise GatepostError(f"{line!r}: a certificate has no fact {fact!r}" + near(fact, FACTS))
    for pattern, types, make in _FORMS:
        found = re.fullmatch(pattern, rest.strip())
        if found and FACTS[fact].type in types:
            try:
                return make(fact, found, vocabulary)
            except GatepostError as error:
                raise GatepostError(f"{line!r}: {error}") from None
    kind = FACTS[fact].type
    raise GatepostError(
        f"{line!r} is no condition for {fact}, which is a {kind}; such are: {_EXAMPLES[kind]}"
    )


def _var(name: str) -> Expression:
    return {"var": name}


def _unless_absent(fact: str, expression: Expression) -> Expression:
    return {"and": [_var(fact), expression]}


def _values(fact: str, text: str, vocabulary: Vocabulary) -> list[str]:
    return [vocabulary.name(fact, each.strip().strip("\"'")) for each in text.split(",") if each.strip()]


def _is(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return {"===": [_var(fact), vocabulary.name(fact, found["value"].strip().strip("\"'"))]}


def _is_not(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return _unless_absent(fact, {"!": [_is(fact, found, vocabulary)]})


def _one_of(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return {"in": [_var(fact), _values(fact, found["values"], vocabulary)]}


def _none_of(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return _unless_absent(fact, {"!": [_one_of(fact, found, vocabulary)]})


def _listed(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return {"in": [_var(fact), vocabulary.members(fact, found["name"].strip())]}


def _not_listed(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return _unless_absent(fact, {"!": [_listed(fact, found, vocabulary)]})


def _present(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return {"!": [{"!": [_var(fact)]}]}


def _absent(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    return {"!": [_var(fact)]}


def _compared(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    other = found["other"]
    if other.lstrip("-").isdigit():
        right: Expression = int(other)
    elif other in FACTS and FACTS[other].type == NUMBER:
        right = _var(other)
    else:
        raise GatepostError(f"{other!r} is neither a number nor a fact that is one")
    if found["operator"] == "=":
        return {"and": [{">=": [_var(fact), right]}, {"<=": [_var(fact), right]}]}
    return {found["operator"]: [_var(fact), right]}


def _ago(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    how = found["how"].strip() if found["how"] else ""
    since = fact
    if FACTS[fact].type == BIRTH and how != "at least":
        since = "birth_day"  # a birth date without its day is the youngest it may be: no upper bound
    if FACTS[fact].type != MOMENT:
        return _between(since, since, fact, how, found)
    return _of_any_precision(
        _between(*_ENDS, fact, how, found),
        _between(fact, fact, fact, how, found),
    )


def _between(earliest: str, latest: str, fact: str, how: str, found: re.Match[str]) -> Expression:
    """`earliest` and `latest`: the facts between which the date lies; that it is not in the future is known already."""
    unit = _UNITS[found["unit"]]
    first = int(found["first"])
    now = _now(fact, unit)

    def after(since: str, amount: int) -> Expression:
        return {"plusTime": [_var(since), amount, unit]}

    if found["last"]:
        if int(found["last"]) < first:
            raise GatepostError("ends before it begins")
        start = after(latest, first) if first else after(earliest, 0)
        return {"not-after": [start, now, after(earliest, int(found["last"]))]}
    if how == "at least":
        return {"not-after": [after(latest, first), now]}
    if how == "more than":
        return {"before": [after(latest, first), now]}
    if how == "at most":
        return {"not-after": [after(earliest, 0), now, after(earliest, first)]}
    if how == "less than":
        return {"and": [{"not-after": [after(earliest, 0), now]}, {"before": [now, after(earliest, first)]}]}
    raise GatepostError(f'say "at least", "at most", "more than" or "less than {found["first"]} {unit}s ago"')


def _side(fact: str, found: re.Match[str], vocabulary: Vocabulary) -> Expression:
    def side(since: str) -> Expression:
        return {operator: [{"plusTime": [_var(since), 0, "day"]}, _now(fact, "day")]}

    future = found["side"] == "future"
    operator = "not-after" if future else "not-before"
    if FACTS[fact].type == MOMENT:
        return _of_any_precision(side(_ENDS[1] if future else _ENDS[0]), side(fact))
    return side("birth_day" if FACTS[fact].type == BIRTH else fact)


def _of_any_precision(certain: Expression, exact: Expression) -> Expression:
    """True where it holds whenever in its day, month or year the sample was taken; else it is for the moment itself to
    say, and where the certificate does not state that, undecided."""
    return {"if": [certain, True, exact]}


def _now(fact: str, unit: str) -> Expression:
    if FACTS[fact].type == MOMENT:
        return {"plusTime": [_var("now"), 0, "hour"]}
    if unit == "hour":
        raise GatepostError(f"{fact} is a day: it has no hours")
    return {"plusTime": [_var("today"), 0, "day"]}


_DATES = (DAY, MOMENT, BIRTH)
_FORMS: tuple[tuple[str, tuple[str, ...], Callable[..., Expression]], ...] = (
    (r"present", (TEXT, NUMBER, *_DATES), _present),
    (r"absent", (TEXT, NUMBER, *_DATES), _absent),
    (r"is one of (?P<values>.+)", (TEXT,), _one_of),
    (r"is none of (?P<values>.+)", (TEXT,), _none_of),
    (r"is not (?P<value>.+)", (TEXT,), _is_not),
    (r"is (?P<value>.+)", (TEXT,), _is),
    (r"not in (?P<name>.+)", (TEXT,), _not_listed),
    (r"in (?P<name>.+)", (TEXT,), _listed),
    (r"(?P<operator>>=|<=|>|<|=) (?P<other>\S+)", (NUMBER,), _compared),
    (r"not in the (?P<side>future|past)", _DATES, _side),
    (
        rf"(?P<how>(at least|at most|more than|less than) )?(?P<first>\d+)( to (?P<last>\d+))? {_UNIT} ago",
        _DATES,
        _ago,
    ),
)
_EXAMPLES = {
    TEXT: '"is X", "is not X", "is one of X, Y", "in LIST", "not in LIST", "present", "absent"',
    NUMBER: '">= 2", "= doses", "present"',
    DAY: '"14 to 270 days ago", "at most 6 months ago", "not in the past"',
    MOMENT: '"at most 72 hours ago", "less than 3 days ago"',
    BIRTH: '"at least 12 years ago"',
}
