# Several certificates of one traveller in one verdict, where the policy asks for more than one proof.
#
# What the first one showed waits for the second: which proofs, and whose. Of the holder only salted hashes of birth
# date and names are kept, and those go when the verdict leaves the screen.

import os
from hashlib import sha256

# Some issuers write titles among the names; they name nobody.
_TITLES = ("DR", "PROF", "MR", "MRS", "MS", "MISS", "SIR", "ING", "MAG", "DIPL", "PHD", "JR", "SR")
_BETWEEN = "<-'’.,"


class Together:
    """One at a time; `add` each verdict before it is shown, `forget` when it leaves the screen."""

    def __init__(self):
        self.forget()

    def forget(self):
        self._met = 0
        self._marks = []  # of each certificate that brought something
        self._salt = os.urandom(8)

    @property
    def waiting(self):
        """Whether a first proof waits for another."""
        return self._met != 0

    def add(self, verdict, rules):
        """The Verdict to show: the same, or what it makes with those before it. `rules`: of the policy, or None."""
        if verdict.code == "ok":
            self.forget()  # it suffices alone, whosoever the first was
        if verdict.code != "more_needed" or rules is None:
            return verdict
        known = list(self._marks)
        met = self._met
        # Whose they are comes first: of nobody does a proof count before all in the picture were compared.
        for each in [verdict] + verdict.beside:
            marks = self._marks_of(each.claims)
            for one in known:
                if not _same_holder(one, marks):
                    self.forget()
                    return verdict.instead("other_holder")
            # Only what brings something new stays as a measure: else a row of them would fill the memory.
            if not known or (met | each.met) != met:
                known.append(marks)
            met |= each.met
        if rules.suffices(met):
            self.forget()
            return verdict.instead("ok")
        # All are the measure of the next one: names must not drift from one to the next.
        self._marks = known
        self._met = met
        verdict.need = rules.needed(met)
        return verdict

    def _marks_of(self, claims):
        # (birth date, given names, family names) as hashes.
        given = self._tokens(claims.given, claims.given_ascii)
        family = self._tokens(claims.family, claims.family_ascii)
        birth = claims.birth.strip()
        return self._hash(birth) if birth else b"", given, family

    def _tokens(self, *names):
        found = set()
        for name in names:
            words = name
            for mark in _BETWEEN:
                words = words.replace(mark, " ")
            for token in words.upper().split():
                if token not in _TITLES:
                    found.add(self._hash(token))
        return found

    def _hash(self, text):
        return sha256(self._salt + text.encode()).digest()[:8]


def _same_holder(one, other):
    """Equal birth dates, a given and a family name in common; two names where a scheme does not tell them apart."""
    if not one[0] or one[0] != other[0]:
        return False
    if one[1] and other[1]:
        return bool(one[1] & other[1]) and bool(one[2] & other[2])
    return len((one[1] | one[2]) & (other[1] | other[2])) >= 2
