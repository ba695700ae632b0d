# Whether the issuer has withdrawn this one certificate: the lists are asked where they lie on flash.
#
# A list that is damaged says nothing about anybody, so a person must look, whatever the policy. None at all, or one too
# old, is for the policy: many issuers publish no list, and a post that needs one says so.

from micropython import const

from scanner.reasons import Refusal
from scanner.rules.outcome import NO, OPEN, YES

WORDS = "Not withdrawn by its issuer"
_DAY = const(86400)


def withdrawn(claims, revocations, now, policy):
    """(reason code or None, outcome, what was seen) of looking the Claims up in Revocations, or None for no list."""
    problem = "no_revocation_list" if revocations is None else revocations.problem
    if problem == "no_revocation_list":
        return (problem, NO, "") if policy.revocation_limit else (None, OPEN, "no list is loaded")
    if problem:
        return problem, NO, ""
    try:
        if revocations.holds(claims):
            return "certificate_revoked", NO, ""
    except Refusal as refusal:
        return refusal.code, NO, refusal.detail
    days = max(0, (now - revocations.created) // _DAY)
    seen = "list of today" if not days else "list %d day%s old" % (days, "s" if days > 1 else "")
    if 0 < policy.revocation_limit <= days:
        return "revocation_list_stale", NO, seen
    return None, YES, seen
