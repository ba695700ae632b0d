# From a scanned text to a verdict, whatever the text: the one door through which certificates are judged.
#
# Fails closed: PASS is reached only at the last line of `_judge`, after every check has been silent.

import gc

from micropython import const

# First of all, from the bottom: an import inside an import takes C stack, and the curves are large to compile.
import scanner.crypto.cose  # noqa: F401
from scanner.credentials.registry import open_text
from scanner.reasons import CHECK, PASS, REFUSE, Refusal, reason
from scanner.rules.checks import CHECKS
from scanner.rules.policy import DEFAULT
from scanner.rules.verdict import Verdict

_TOO_OLD = const(2)

# Made beforehand: there may be no memory left to make it when it is needed.
_OUT_OF_MEMORY = Verdict("internal_fault", None, "MemoryError")


def judge(text, trust, clock, policy=DEFAULT):
    """The Verdict on `text` (bytes or str as scanned). Never raises.

    `trust` has .find(kid) -> list of KeyRecord and perhaps .environment and .created, or is None where there is no
    list; `clock` has .now() in seconds since 1970 and .trusted.
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
        if reason(refusal.code)[2] == PASS:
            return Verdict("internal_fault", None, "refused as %s" % refusal.code)
        return Verdict(refusal.code, None, refusal.detail)
    # What concerns the scanner itself comes first among the things to look at.
    if policy.list_state(getattr(trust, "created", now), now) == _TOO_OLD:
        claims.warnings.insert(0, "trust_list_stale")
    if not clock.trusted:
        claims.warnings.insert(0, "clock_doubtful")
    for check in CHECKS:
        code = check(claims, now, policy)
        if code is None:
            continue
        if reason(code)[2] == REFUSE:
            return Verdict(code, claims)
        claims.warn(code)
    for code in claims.warnings:
        return Verdict(code if reason(code)[2] == CHECK else "internal_fault", claims)
    return Verdict("ok", claims)
