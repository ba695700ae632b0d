# Doses of one card: which belong together, which one each is, and what they come to as one entry.

from micropython import const

_DATE = const(10)  # characters of a day


def disease(dose):
    """What the doses (facts) of one series have in common: what they are against, else the vaccine."""
    return dose.get("target") or dose.get("vaccine") or dose.get("product", "")


def number(doses):
    """Say of each dose which one it is, of those of one disease in the order of their dates.

    Registries that were merged have the same dose twice: what was given on one day is one dose, and so is what may
    have been, where a record says the month alone.
    """
    count, before = 0, None
    for dose in doses:
        day = dose["date"][:_DATE]
        if before is None or not (day.startswith(before) or before.startswith(day)):
            count += 1
        dose["dose"] = count
        before = day


def latest(doses):
    """The facts of the last of them, which are in order; where there are several, all of them are its `series`."""
    facts = dict(doses[-1])
    if len(doses) > 1:
        facts["series"] = doses
    return facts
