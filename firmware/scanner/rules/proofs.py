# The policy's proofs: what a certificate may show, condition by condition, and which of them together suffice.
#
# Conditions are CertLogic over the facts of context.py. The first that fails ends a proof, so that what asks for a
# dose is not asked of a test.

from scanner.rules.certlogic import evaluate, truth
from scanner.rules.outcome import NO, OPEN, YES, saw

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Proof:
    """says: for the guard; kinds, forms: of the certificates that may show it (no forms: any); conditions: list of
    (code, text, names of the facts it reads), or None for the EU's rules."""

    def __init__(self, says, kinds, forms, conditions):
        self.says = says
        self.kinds = kinds
        self.forms = forms
        self.conditions = conditions

    def concerns(self, claims):
        return claims.kind in self.kinds and (not self.forms or claims.form in self.forms)


class Rules:
    """proofs: list of Proof; admit: list of bit masks of proofs, any one of which suffices; refuse: whether what is
    not admitted is REFUSE; codes: {fact: {code: name}}; constants: of all conditions; eu: EuRules or None; recalls:
    {batch, in capitals and digits alone: names of products, "" for any}."""

    def __init__(self, proofs, admit, refuse, codes, constants, eu, recalls=None):
        self.proofs = proofs
        self.admit = admit
        self.refuse = refuse
        self.codes = codes
        self.constants = constants
        self.eu = eu
        self.recalls = recalls or {}

    def recalled(self, facts):
        """Whether the vaccine in `facts` is from a batch that was recalled; one that names no product may be."""
        products = self.recalls.get(_plain_batch(facts.get("batch")))
        if products is None:
            return False
        return "" in products or "product" not in facts or facts["product"] in products

    def suffices(self, met):
        """Whether the proofs in the bit mask `met` let somebody pass."""
        for mask in self.admit:  # noqa: SIM110 - a generator is another allocation
            if met & mask == mask:
                return True
        return False

    def needed(self, met):
        """What is still to be shown beside what is met, in words: the shortest ways; "" where `met` is of no use."""
        ways = []
        for mask in self.admit:
            if met & mask:
                lacks = [
                    proof.says for at, proof in enumerate(self.proofs) if (mask & (met ^ mask)) >> at & 1
                ]
                ways.append(lacks)
        fewest = min([len(lacks) for lacks in ways]) if ways else 0
        return " or ".join([" and ".join(lacks) for lacks in ways if len(lacks) == fewest])

    def check(self, proof, facts, trace):
        """(outcome, what failed, how many held) of a proof's conditions.

        Each goes to `trace` as (text, outcome, inputs).
        """
        for held, (code, text, reads) in enumerate(proof.conditions):
            try:
                outcome = YES if truth(evaluate(code, self.constants, facts)[0]) else NO
            except Exception:  # noqa: BLE001 - whatever goes wrong in a condition, it is undecided
                outcome = OPEN
            trace.append((text, outcome, _inputs(reads, facts)))
            if outcome != YES:
                return outcome, text, held
        return YES, "", 0


def _plain_batch(batch):
    # Clinics write one batch in many ways: "YF-0066", "yf 0066".
    return "".join([letter for letter in str(batch or "").upper() if letter in _LETTERS])


def _inputs(names, facts):
    return ", ".join([saw(name, facts.get(name)) for name in names])
