# Whether a genuine certificate suffices at this post: the last step of a verdict.

from scanner.rules.context import context
from scanner.rules.outcome import NO, OPEN, YES

_NOT_RECALLED = "The batch was not recalled"


class Decision:
    """code: of the reason table; detail: what failed; met: mask of proofs shown; need: what is still to be shown."""

    def __init__(self, code, detail="", met=0, need=""):
        self.code = code
        self.detail = detail
        self.met = met
        self.need = need


def decide(claims, now, policy, trace):
    """The Decision on `claims` by the policy's rules; each rule goes to `trace` as (label, outcome, inputs)."""
    rules = policy.rules
    if rules is None:
        return Decision(policy.problem)
    parts = []
    recalled = ""
    for part in claims.parts():
        # A dose that was recalled proves nothing; another dose or entry of the same card may.
        facts, batch, doubtful = rules.standing(part.facts)
        if batch:
            recalled = "batch " + batch
            trace.append((_NOT_RECALLED, NO, recalled))
        if facts is not None:
            left = part if facts is part.facts else part.part(part.kind, facts)
            parts.append((left, context(left, now, policy), doubtful))
    met = 0
    concerned = undecided = unloaded = False
    failed = ""
    furthest = 0 - 1
    # An entry shows a proof by itself alone: facts of two entries are never put together.
    for at, proof in enumerate(rules.proofs):
        for part, facts, doubtful in parts:
            if not proof.concerns(part):
                continue
            concerned = True
            start = len(trace)
            if proof.conditions is None:
                outcome = rules.eu.check(part, now, trace)
                why = _first_failed(trace, start)
                held = 0
                if outcome is None:
                    unloaded = True
                    trace.append(("Rules of the country of arrival", OPEN, "none loaded"))
                    continue
            else:
                outcome, why, held = rules.check(proof, facts, trace)
            if outcome == YES and doubtful:
                outcome, why = OPEN, _NOT_RECALLED
                trace.append((why, OPEN, "batch %s" % facts.get("batch")))
            trace.insert(start, ("Proof: " + proof.says, outcome, ""))
            if outcome == YES:
                met |= 1 << at
            elif outcome == OPEN:
                undecided = True
            # Of several proofs that fail, the one that came furthest says what is wrong.
            if outcome != YES and held > furthest:
                failed, furthest = why, held
    if rules.suffices(met):
        return Decision("ok", "", met)
    if recalled:
        return Decision("batch_recalled", recalled)
    if not concerned:
        return Decision("no_rules_for_kind")
    need = rules.needed(met)
    if need:
        return Decision("more_needed", "", met, need)
    if unloaded:
        return Decision("no_rules_for_country", rules.eu.arrival)
    if undecided:
        return Decision("rule_undecided", failed, met)
    return Decision("not_accepted" if rules.refuse else "rules_not_met", failed, met)


def _first_failed(trace, start):
    for label, outcome, _ in trace[start:]:
        if outcome != YES:
            return label
    return ""
