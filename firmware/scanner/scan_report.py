# What a scan was like, as plain values, for boards that pass it on: the virtual one does, a real one drops it.

from scanner.rules.outcome import WORDS

_FACTS = (
    "scheme",
    "form",
    "issuer",
    "issuer_name",
    "family",
    "given",
    "family_ascii",
    "given_ascii",
    "birth",
    "kind",
)
_TIMES = ("issued", "not_before", "expires", "first_day", "last_day")


def verdict_report(verdict, symbol, symbols, us, said, heap, full=True):
    """Everything about a verdict; unless `full`, without what the certificate says.

    `us`: stages in microseconds; `said`: the screen's lines; `heap`: bytes in use.
    """
    return {
        "verdict": verdict.verdict,
        "number": verdict.number,
        "code": verdict.code,
        "sentence": verdict.sentence,
        "action": verdict.action,
        "detail": verdict.detail if full else "",
        "need": verdict.need,
        "trace": [
            (label, WORDS[outcome], inputs if full else "") for label, outcome, inputs in verdict.trace
        ],
        "claims": _claims(verdict.claims) if full else None,
        "symbol": _symbol(symbol, full),
        "symbols": symbols,
        "us": us,
        "said": list(said),
        "heap": heap,
    }


def nothing_report(symbols, same, stage_us):
    """A frame that gave no verdict: no code in it, or the same as before."""
    return {"symbols": symbols, "same": same, "us": stages(stage_us)}


def stages(stage_us):
    """The decoder's times by name."""
    names = {}
    for name, value in zip(("find", "grid", "read"), stage_us):
        names[name] = value
    return names


def _claims(claims):
    if claims is None:
        return None
    report = {name: getattr(claims, name) for name in _FACTS + _TIMES}
    report["facts"] = _plain(claims.facts)
    # Of a certificate with several, of which none alone is its kind.
    report["entries"] = [{"kind": kind, "facts": _plain(facts)} for kind, facts in claims.entries]
    report["warnings"] = list(claims.warnings)
    key = claims.key
    report["key"] = {
        "kid": bytes(key.kid).hex(),
        "kind": key.kind,
        "source": key.source,
        "participant": key.participant,
    }
    return report


def _symbol(symbol, full):
    if symbol is None:
        return None
    return {
        "version": symbol.version,
        "level": symbol.level,
        "mask": symbol.mask,
        "corners": None if symbol.corners is None else list(symbol.corners),
        "corrected": symbol.corrected,
        "erased": symbol.erased,
        "mirrored": symbol.mirrored,
        "inverted": symbol.inverted,
        "eci": symbol.eci,
        "fnc1": symbol.fnc1,
        "segments": list(symbol.segments),
        "payload": bytes(symbol.payload).hex() if full else "",
    }


def _plain(value):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return str(value)
