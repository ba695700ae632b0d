# Several certificates of one traveller in one verdict, where the policy asks for more than one proof.
#
# What the first one showed waits for the second: which proofs, and whose. Of the holder only salted hashes of birth
# date and names are kept, and those go when the verdict leaves the screen.

import os

from scanner.rules.holders import Holder


class Together:
    """One at a time; `add` each verdict before it is shown, `forget` when it leaves the screen. `pseudonym`: of a
    Recorder, by which a PASS says what it rests on; without one it does not say."""

    def __init__(self, pseudonym=None):
        self._pseudonym = pseudonym
        self.forget()

    def forget(self):
        self._met = 0
        self._holders = []  # of each certificate that brought something
        self._uses = []  # and its pseudonym
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
        known = list(self._holders)
        uses = list(self._uses)
        met = self._met
        # Whose they are comes first: of nobody does a proof count before all in the picture were compared.
        for each in [verdict] + verdict.beside:
            holder = Holder(each.claims, self._salt)
            for one in known:
                if not one.same_as(holder):
                    self.forget()
                    return verdict.instead("other_holder")
            # Only what brings something new stays as a measure: else a row of them would fill the memory.
            if not known or (met | each.met) != met:
                known.append(holder)
                if self._pseudonym is not None:
                    uses.append(self._pseudonym(each.claims))
            met |= each.met
        if rules.suffices(met):
            self.forget()
            passed = verdict.instead("ok")
            passed.uses = [each for each in uses if each is not None]
            return passed
        # All are the measure of the next one: names must not drift from one to the next.
        self._holders = known
        self._uses = uses
        self._met = met
        verdict.need = rules.needed(met)
        return verdict
