# The policy's proofs: what a certificate may show, condition by condition, and which of them together suffice.
#
# Conditions are CertLogic over the facts of context.py. The first that fails ends a proof, so that what asks for a
# dose is not asked of a test.

from micropython import const

from scanner.rules.certlogic import evaluate, truth
from scanner.rules.outcome import NO, OPEN, YES, saw

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_WIDE, _WIDEST = const(0xFF01), const(0xFF5E)  # the forms of ASCII that are as wide as a Chinese character
_NARROW = const(0xFEE0)  # how far they stand from it
_DIGITS = (0x0660, 0x06F0)  # Arabic and Persian noughts
_DAY = const(10)  # characters


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

    def standing(self, facts):
        """(facts without the doses that were recalled, or None where none is left; a batch that was recalled, or "";
        whether a batch cannot be told from those).

        A dose that was recalled does not count: the doses after it move up.
        """
        doses = facts.get("series") or (facts,)
        outcomes = [self._recalled(dose) for dose in doses]
        if YES not in outcomes:
            return facts, "", OPEN in outcomes
        batch = str(doses[outcomes.index(YES)].get("batch"))
        days = {_day(dose) for dose, outcome in zip(doses, outcomes) if outcome == YES}
        # Of two records of one dose, either may be wrong about the batch.
        left = [(dose, outcome) for dose, outcome in zip(doses, outcomes) if _day(dose) not in days]
        if not left:
            return None, batch, False
        latest = dict(left[-1][0])
        if type(latest.get("dose")) is int:
            latest["dose"] -= len([day for day in days if day < _day(latest)])
        return latest, batch, OPEN in [outcome for _, outcome in left]

    def _recalled(self, dose):
        """YES, NO or OPEN: whether the vaccine is from a batch that was recalled."""
        batch = str(dose.get("batch") or "").strip()
        if not batch or not self.recalls:
            return NO
        plain = plain_batch(batch)
        if plain:
            products = self.recalls.get(plain)
            return YES if products is not None and self._may_be(dose.get("product"), products) else NO
        for products in self.recalls.values():
            if self._may_be(dose.get("product"), products):
                return OPEN
        return NO

    def _may_be(self, product, products):
        """Whether a product is one of those named, "" for any; one that the policy has no name for may be any."""
        if "" in products or not isinstance(product, str):
            return True
        names = self.codes.get("product", {})
        product = names.get(product, product)
        return product in products or product not in names.values()

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


def plain_batch(batch):
    """A batch in capitals and digits of ASCII alone: clinics write one in many ways, "YF-0066", "yf 0066"."""
    plain = ""
    for each in str(batch):
        code = ord(each)
        if _WIDE <= code <= _WIDEST:
            code -= _NARROW
        for nought in _DIGITS:
            if nought <= code < nought + 10:
                code -= nought - ord("0")
        letter = chr(code).upper()
        if letter in _LETTERS:
            plain += letter
    return plain


def _day(dose):
    return str(dose.get("date", ""))[:_DAY]


def _inputs(names, facts):
    return ", ".join([saw(name, facts.get(name)) for name in names])
