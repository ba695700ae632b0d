"""What a policy means, in words, and how one of its tests went, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from gatepost.policy import eu_notes
from gatepost.policy.certlogic import paths
from gatepost.policy.eu import read_arrival
from gatepost.policy.settings import LIMIT_DAYS, OLD_DAYS
from gatepost.policy.source import EU, Proof, Source
from gatepost.policy.spelling import doubts
from gatepost.policy.trial import Trial

_PRIVACY = {
    "full": "The guard sees name, birth date and what the certificate says.",
    "minimal": "The guard sees initials, birth day and month, and the issuer.",
    "verdict": "The guard sees the verdict and nothing of the holder.",
}
_OF_A_DISEASE = {"vaccination", "test", "recovery", "antibody", "prophylaxis"}


def explain(source: Source) -> list[str]:
    """Lines for people."""
    lines = [source.name]
    if source.about:
        lines.append(source.about)
    lines.append("")
    lines.append("Who shows any one of these passes:" if len(source.admit) > 1 else "Who shows this passes:")
    by_name = {proof.name: proof for proof in source.proofs}
    lines += ["  - " + ", and ".join(by_name[name].says for name in each) for each in source.admit]
    word = "REFUSE" if source.refuse else "CHECK"
    lines.append(f"A genuine certificate that shows none of it is {word}; what cannot be decided is CHECK.")
    lines.append("")
    for proof in source.proofs:
        lines += _proof(proof, source)
    for recall in source.recalls:
        lines.append(
            f"Recalled, and refused: {recall.product or 'any product'} of {', '.join(recall.batches)}"
        )
    lines += _settings(source)
    return lines


def steps(trial: Trial) -> list[str]:
    """Every step of a test, with what each rule saw."""
    lines = [trial.name]
    for number, judged in enumerate(trial.judged, 1):
        if len(trial.judged) > 1:
            lines.append(f"certificate {number}:")
        for label, outcome, inputs in judged.trace:
            lines.append(f"  {outcome:5}{label}" + (f"  ({inputs})" if inputs else ""))
        lines.append(f"  -> {judged.verdict} {judged.code}" + (f": {judged.detail}" if judged.detail else ""))
        if judged.need:
            lines.append(f"     still needed: {judged.need}")
    return lines


@dataclass(frozen=True)
class Remarks:
    """`notes`: what is not wrong, and worth a second look; `open`: the EU's rules that no scanner can decide, as
    {rule, file, why}."""

    notes: list[str]
    open: list[dict[str, str]]


def remarks(source: Source) -> Remarks:
    """What to say of a policy beside that it is sound."""
    found = []
    if not source.tests:
        found.append("the policy has no tests: nobody has seen what it does")
    used = {name for alternative in source.admit for name in alternative}
    found += [
        f"the proof {proof.name!r} is in no alternative of admit"
        for proof in source.proofs
        if proof.name not in used
    ]
    conditions = [each.expression for each in source.conditions]
    recalled = [{"===": [{"var": "product"}, each.product]} for each in source.recalls if each.product]
    found += doubts([*conditions, *recalled], source.vocabulary.codes)
    found += [
        f"the proof {proof.name!r} asks for no target and no product: it takes certificates of any disease"
        for proof in source.proofs
        if proof.name != EU and set(proof.kinds) & _OF_A_DISEASE and not _facts(proof) & {"target", "product"}
    ]
    if not source.arrival:
        return Remarks(found, [])
    rules, value_sets = read_arrival(source.arrival)
    return Remarks(found + eu_notes.notes(source.arrival, rules, value_sets), eu_notes.open_rules(rules))


def open_sentence(rule: dict[str, str]) -> str:
    return f"{rule['rule']} of {rule['file']} stays open, which is CHECK where it applies: {rule['why']}"


def _facts(proof: Proof) -> set[str]:
    return {path.split(".")[0] for each in proof.conditions for path in paths(each.expression)}


def _proof(proof: Proof, source: Source) -> list[str]:
    forms = f", in the form of {' or '.join(proof.forms)}" if proof.forms else ""
    lines = [f"{proof.name}: {proof.says}", f"  from a certificate of {' or '.join(proof.kinds)}{forms}"]
    if proof.name == EU and source.arrival:
        region = f", region {source.arrival.region}" if source.arrival.region else ""
        files = ", ".join(path.name for path in source.arrival.rules)
        lines.append(f"  all rules of {source.arrival.country}{region} that are in force must hold ({files})")
        rules, value_sets = read_arrival(source.arrival)
        lines += [f"  - {open_sentence(rule)}" for rule in eu_notes.open_rules(rules)]
        lines += [f"  - {note}" for note in eu_notes.notes(source.arrival, rules, value_sets)]
    for condition in proof.conditions:
        lines.append(f"  - {condition.text}")
        for name, values in source.vocabulary.lists.items():
            if condition.text.endswith(f"in {name}"):
                lines.append(f"      {name}: {', '.join(values) or 'empty'}")
    return [*lines, ""]


def _settings(source: Source) -> list[str]:
    settings = source.settings
    lines = [_PRIVACY[settings.get("privacy", "full")]]
    if any(len(each) > 1 for each in source.admit):
        lines.append(f"A first proof waits {settings.get('wait_seconds', 60)} seconds for the second.")
    if settings.get("without_expiry"):
        lines.append(f"Need not say when they expire: {', '.join(settings['without_expiry'])}.")
    lines.append(
        f"A known system that the scanner cannot verify, or a link, is {_word(source, 'unverifiable', 'check')}; "
        f"a code of no known kind is {_word(source, 'unknown_codes', 'refuse')}."
    )
    if settings.get("reject_expired_keys"):
        lines.append("What an expired key signed is refused.")
    lines.append(
        f"The list of issuers asks for an update after {settings.get('list_old_days', OLD_DAYS)} days; "
        f"after {settings.get('list_limit_days', LIMIT_DAYS)} nobody passes."
    )
    if settings.get("revocation_limit_days"):
        lines.append(
            f"A list of withdrawn certificates of at most {settings['revocation_limit_days']} days is asked for; "
            "without one nobody passes."
        )
    else:
        lines.append("A list of withdrawn certificates is used where the scanner has one, of any age.")
    return lines


def _word(source: Source, setting: str, default: str) -> str:
    return str(source.settings.get(setting, default)).upper()
