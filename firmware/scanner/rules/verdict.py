# The verdict: what the screen shows, the journal records and the link sends.

from scanner.reasons import reason


class Verdict:
    """verdict 0 PASS, 1 CHECK, 2 REFUSE; number, code, sentence, action: the row of the reason table;
    claims: the Claims of a genuine certificate, else None; detail: a few words for experts, never secret; met: mask of
    the policy's proofs that it shows; need: what is still to be shown, in words; trace: the steps that led here, as
    (label, outcome, inputs); beside: Verdicts on other certificates in the same frame that prove a part too; uses:
    pseudonyms (journal.uses) of the other certificates that a PASS rests on.
    """

    def __init__(self, code, claims=None, detail=""):
        row = reason(code)
        self.number = row[0]
        self.code = row[1]
        self.verdict = row[2]
        self.sentence = row[3]
        self.action = row[4]
        self.claims = claims
        self.detail = detail
        self.met = 0
        self.need = ""
        self.trace = []
        self.beside = []
        self.uses = []

    def instead(self, code, detail=""):
        """Another Verdict on the same certificate, reached by the same steps."""
        other = Verdict(code, self.claims, detail)
        other.met = self.met
        other.trace = self.trace
        return other
