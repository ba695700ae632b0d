# What the scanner does, put into the journal; and what the journal means for a verdict.
#
# A verdict is recorded before anybody sees it. Where that fails, PASS is out of reach: a journal that is full or
# broken must not be a way to pass unseen. Neither must a certificate that somebody else has just shown.

from scanner.journal.journal import JournalFull
from scanner.journal.uses import Uses
from scanner.reasons import PASS

# Shown, but not used: half a proof that nobody completed, or that another tried to complete.
_UNUSED = ("more_needed", "other_holder")


class Recorder:
    """journal: a Journal, or a NoJournal (access.py). faults: times that flash failed."""

    def __init__(self, journal, uses=None):
        self.journal = journal
        self.faults = 0
        self._uses = uses or Uses()

    @property
    def state(self):
        """ "" where all is well, or the reason code that every scan will carry."""
        return self.journal.problem or ("journal_full" if self.journal.full else "")

    def start(self, **facts):
        """The scanner has started. facts: firmware, version and environment of the trust list..."""
        damaged = self.journal.damaged
        self.event("start", facts)
        if damaged is not None:
            self.event("tamper", {"event": "journal", "sequence": damaged})

    def stop(self):
        """The scanner stops in an orderly way."""
        self.event("stop", None)

    def event(self, kind, facts):
        """Record what is not a scan; returns whether it is on flash."""
        try:
            self.journal.append(kind, facts)
        except JournalFull:
            return False
        except OSError:
            self.faults += 1
            return False
        return True

    def pseudonym(self, claims):
        """What stands for a certificate among those in use: see uses.py."""
        return self._uses.pseudonym(claims)

    def scan(self, verdict):
        """Record a verdict and return the one to show: the same, or a CHECK where a certificate that a PASS rests on
        was used before or nothing could be recorded. Its detail says when."""
        pseudonym = again = None
        if verdict.claims is not None:
            pseudonym = self._uses.pseudonym(verdict.claims)
            again = self._again(verdict, pseudonym)
        if again is not None and verdict.verdict == PASS:
            verdict = verdict.instead("used_before", "%d s ago" % again)
        try:
            self.journal.append("scan", _facts(verdict, pseudonym, again))
        except JournalFull:
            return _unless_passed(verdict, "journal_full")
        except OSError as error:
            self.faults += 1
            return _unless_passed(verdict, "journal_broken", str(error))
        return verdict

    def _again(self, verdict, pseudonym):
        # Seconds since the first use of what the verdict rests on, or None; what is new counts as used from now on.
        now = self.journal.now()
        uses = [each for each in [pseudonym] + verdict.uses if each is not None]
        again = None
        for each in uses:
            since = self._uses.seen(each, now, False)
            if since is not None and (again is None or since > again):
                again = since
        if again is None and verdict.code not in _UNUSED:
            for each in uses:
                self._uses.seen(each, now)
        return again

    def rest(self):
        """Called in a turn without a scan: what the next scan should not wait for."""
        try:
            if not self.journal.full:
                self.journal.rest()
        except JournalFull:
            return
        except OSError:
            self.faults += 1


def _facts(verdict, pseudonym, again):
    facts = {"verdict": verdict.verdict, "reason": verdict.number}
    claims = verdict.claims
    if claims is not None:
        facts["scheme"] = claims.scheme
        facts["issuer"] = claims.issuer or None
        facts["kid"] = bytes(claims.key.kid)[:8]
        facts["use"] = pseudonym
        facts["again"] = again
    return facts


def _unless_passed(verdict, code, detail=""):
    return verdict.instead(code, detail) if verdict.verdict == PASS else verdict
