"""Two proofs of one person: whose they are is told by birth date and names, and forgotten with the verdict."""

from __future__ import annotations

import pytest

SETUP = """
from scanner.credentials.claims import Claims
from scanner.rules.proofs import Proof, Rules
from scanner.rules.together import Together
from scanner.rules.verdict import Verdict

class Key:
    country = "UT"
    name = "Ministry"

# Three proofs; the first two together suffice, and the third with each of them.
RULES = Rules([Proof(says, [], [], []) for says in ("a", "b", "c")], [3, 5, 6], False, {}, [], None)

def verdict(met, holder, code="more_needed"):
    claims = Claims("HC1", Key())
    for name in holder:
        setattr(claims, name, holder[name])
    made = Verdict(code, claims)
    made.met = met
    made.need = RULES.needed(met)
    return made

def codes(steps):
    together = Together()
    found = []
    for met, holder, code in steps:
        shown = together.add(verdict(met, holder, code), RULES)
        found.append((shown.code, shown.need))
    return found

def frames(rows):
    # Each a picture of several certificates; which of them is the verdict, and which lie beside it, is their order.
    together = Together()
    found = []
    for row in rows:
        verdicts = [verdict(met, holder) for met, holder in row]
        verdicts[0].beside = verdicts[1:]
        shown = together.add(verdicts[0], RULES)
        found.append((shown.code, shown.claims.given))
    return found
"""

JAN = {"family": "Novak", "given": "Jan", "birth": "2001-05-12"}


def codes(mp, *steps):
    mp.run(SETUP, space="together")
    rows = [(step[0], step[1], step[2] if len(step) > 2 else "more_needed") for step in steps]
    return mp.run("result = codes(rows)", space="together", rows=rows)


def test_two_proofs_of_one_person_suffice(mp):
    assert codes(mp, (1, JAN), (2, JAN)) == [("more_needed", "b or c"), ("ok", "")]


def test_the_same_proof_twice_is_one(mp):
    assert codes(mp, (1, JAN), (1, JAN), (4, JAN)) == [
        ("more_needed", "b or c"),
        ("more_needed", "b or c"),
        ("ok", ""),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"family": "NOVAK", "given": "JAN"},
        {"family": "Novak", "given": "Jan Pavel"},
        {"family": "Dr. Novak-Svoboda", "given": "Prof Jan"},
        {"family": "Nowak", "given": "Ian", "family_ascii": "NOVAK<SVOBODA", "given_ascii": "JAN"},
        {"family": "Jan Novak", "given": ""},  # a scheme that does not tell the two apart
        {"family": "Novák, O'Brien, Jan Novak", "given": ""},
    ],
)
def test_names_in_another_spelling(mp, other):
    assert codes(mp, (1, JAN), (2, {"birth": "2001-05-12", **other}))[1][0] == "ok"


@pytest.mark.parametrize(
    "other",
    [
        JAN | {"birth": "2001-05-13"},
        JAN | {"birth": "2001-05"},
        JAN | {"birth": ""},
        JAN | {"given": "Pavel"},
        JAN | {"family": "Svoboda"},
        JAN | {"given": "Novak", "family": "Jan"},  # given and family names are not the same thing
        JAN | {"given": "Dr", "family": "Novak"},  # a title is no name
        {"birth": "2001-05-12"},
        {"family": "Jan", "given": "", "birth": "2001-05-12"},
    ],
)
def test_somebody_else(mp, other):
    assert codes(mp, (1, JAN), (2, other))[1] == ("other_holder", "")


def test_nobody_is_the_same_as_nobody(mp):
    nobody = {"birth": ""}
    assert codes(mp, (1, nobody), (2, nobody))[1][0] == "other_holder"
    titled = {"family": "Dr", "given": "Dr", "birth": "2001-05-12"}
    assert codes(mp, (1, titled), (2, titled))[1][0] == "other_holder"


def test_names_do_not_drift_from_one_certificate_to_the_next(mp):
    between = JAN | {"given": "Jan Pavel", "family": "Novak Svoboda"}
    drifted = JAN | {"given": "Pavel", "family": "Svoboda"}
    assert [code for code, _ in codes(mp, (1, JAN), (1, between), (2, drifted))] == [
        "more_needed",
        "more_needed",
        "other_holder",
    ]


EVA = {"family": "Eriksen", "given": "Eva", "birth": "1999-01-01"}


@pytest.mark.parametrize(
    "pictures",
    [
        [[(1, EVA), (1, JAN), (2, JAN)]],
        [[(1, JAN), (1, EVA), (2, JAN)]],
        [[(2, JAN), (1, JAN), (1, EVA)]],
        [[(1, EVA), (2, JAN)]],
        [[(1, JAN)], [(1, EVA), (2, JAN)]],
        [[(1, JAN)], [(2, JAN), (1, EVA)]],
        [[(1, JAN), (1, JAN)], [(2, EVA), (2, JAN)]],
    ],
)
def test_nobody_passes_beside_the_proofs_of_another(mp, pictures):
    mp.run(SETUP, space="together")
    shown = mp.run("result = frames(rows)", space="together", rows=pictures)
    assert shown[-1][0] == "other_holder"
    assert all(code != "ok" for code, _ in shown)


def test_proofs_of_one_person_count_wherever_they_lie(mp):
    mp.run(SETUP, space="together")
    for pictures in (
        [[(1, JAN), (1, JAN), (2, JAN)]],
        [[(1, JAN)], [(1, JAN), (2, JAN)]],
        [[(2, JAN), (1, JAN)]],
    ):
        assert mp.run("result = frames(rows)", space="together", rows=pictures)[-1] == ("ok", "Jan")


def test_after_somebody_else_all_begins_anew(mp):
    assert [code for code, _ in codes(mp, (1, JAN), (2, EVA), (2, JAN), (1, JAN))] == [
        "more_needed",
        "other_holder",
        "more_needed",
        "ok",
    ]


def test_a_certificate_in_between_that_proves_nothing(mp):
    assert [code for code, _ in codes(mp, (1, JAN), (0, JAN, "expired"), (2, JAN))] == [
        "more_needed",
        "expired",
        "ok",
    ]


def test_one_that_suffices_alone_ends_the_waiting(mp):
    assert [code for code, _ in codes(mp, (1, JAN), (7, JAN, "ok"), (2, JAN))] == [
        "more_needed",
        "ok",
        "more_needed",
    ]


def test_what_waits_names_nobody(mp):
    mp.run(SETUP, space="together")
    kept = mp.run(
        "together = Together()\ntogether.add(verdict(1, holder), RULES)\n"
        "result = [together.waiting, repr(together.__dict__ if hasattr(together, '__dict__') else"
        " [together._met, together._marks, together._salt])]\n"
        "together.forget()\nresult.append(together.waiting)",
        space="together",
        holder=JAN,
    )
    assert (kept[0], kept[2]) == (True, False)
    assert not any(word in kept[1].upper() for word in ("NOVAK", "JAN", "2001"))
