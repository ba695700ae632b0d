# From a scanned text to a verdict, whatever the text: the one door through which certificates are judged.
#
# Fails closed: PASS is reached only where every check has been silent and the policy's rules are met; without a policy
# there is none.

import gc

from micropython import const

# First of all, from the bottom: an import inside an import takes C stack, and the curves are large to compile.
import scanner.crypto.cose  # noqa: F401
from scanner.credentials.registry import open_text
from scanner.reasons import CHECK, PASS, REFUSE, Refusal, reason
from scanner.rules.checks import CHECKS
from scanner.rules.decide import decide
from scanner.rules.outcome import NO, YES
from scanner.rules.policy import DEFAULT
from scanner.rules.verdict import Verdict
from scanner.rules.withdrawn import WORDS, withdrawn

_TOO_OLD = const(2)

# Made beforehand: there may be no memory left to make it when it is needed.
_OUT_OF_MEMORY = Verdict("internal_fault", None, "MemoryError")


def judge(text, trust, clock, policy=DEFAULT):
    """The Verdict on `text` (bytes or str as scanned). Never raises.

    `trust` has .find(kid) -> list of KeyRecord and perhaps .environment, .created and .revocations, or is None where
    there is no list; `clock` has .now() in seconds since 1970 and .trusted.
    """
    try:
        return _judge(text, trust, clock, policy)
    except MemoryError:
        gc.collect()
        return _OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - a fault of ours must not stop the post, and must not let pass
        return Verdict("internal_fault", None, type(error).__name__)


def _judge(text, trust, clock, policy):
    now = int(clock.now())
    try:
        claims = open_text(text, trust, now)
    except Refusal as refusal:
        code = policy.settled(refusal.code)
        if reason(code)[2] == PASS:
            return Verdict("internal_fault", None, "refused as %s" % code)
        refused = Verdict(code, None, refusal.detail)
        return _traced(refused, [(refused.sentence, NO, refusal.detail)])
    revocations = getattr(trust, "revocations", None)
    return judge_claims(claims, getattr(trust, "created", now), now, clock.trusted, policy, revocations)


def judge_claims(claims, created, now, trusted, policy, revocations=None):
    """The Verdict on Claims that a trusted key vouches for. created: of the trust list; trusted: whether `now` is;
    revocations: the Revocations, or None."""
    trace = [("Signed by a trusted key", YES, claims.issuer_name or claims.issuer)]
    # What concerns the scanner itself comes first among the things to look at.
    stale = policy.list_state(created, now) == _TOO_OLD
    if policy.rules is None:
        claims.warnings.insert(0, policy.problem)
    if stale:
        claims.warnings.insert(0, "trust_list_stale")
    if not trusted:
        claims.warnings.insert(0, "clock_doubtful")
    trace.append(("The list of issuers is fresh enough", NO if stale else YES, ""))
    trace.append(("The scanner's clock can be trusted", YES if trusted else NO, ""))
    parts = claims.parts()
    for check, words in CHECKS:
        code = _worst([check(part, now, policy) for part in parts])
        trace.append((words, YES if code is None else NO, ""))
        if code is None:
            continue
        if reason(code)[2] == REFUSE:
            return _traced(Verdict(code, claims), trace)
        claims.warn(code)
    code, outcome, seen = withdrawn(claims, revocations, now, policy)
    trace.append((WORDS, outcome, seen))
    if code == "certificate_revoked":
        return _traced(Verdict(code, claims), trace)
    if code is not None:
        claims.warn(code)
    for warning in claims.warnings:
        code = policy.settled(warning)
        if reason(code)[2] == REFUSE:
            return _traced(Verdict(code, claims), trace)
    decision = decide(claims, now, policy, trace)
    # The scheme knows no rules for its kind; the policy may.
    warnings = [code for code in claims.warnings if code != "no_rules_for_kind" or decision.code == code]
    if reason(decision.code)[2] != REFUSE:
        for code in warnings:
            return _traced(Verdict(code if reason(code)[2] == CHECK else "internal_fault", claims), trace)
    verdict = _traced(Verdict(decision.code, claims, decision.detail), trace)
    verdict.met = decision.met
    verdict.need = decision.need
    return verdict


def _worst(codes):
    # Of several entries, one that must be refused outweighs those that somebody should look at.
    found = None
    for code in codes:
        if code is not None and (found is None or reason(code)[2] > reason(found)[2]):
            found = code
    return found


def _traced(verdict, trace):
    verdict.trace = trace
    return verdict
