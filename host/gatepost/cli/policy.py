"""`gatepost policy`: a checkpoint's own rules, from a readable file to a signed bundle."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import authoritykey, filing, terms
from gatepost.errors import GatepostError
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from gatepost.policy.explaining import Remarks
    from gatepost.policy.source import Source
    from gatepost.policy.trial import Trial

NAME = "policy"
HELP = "check, explain, test and sign a checkpoint's own rules"
DESCRIPTION = """\
A policy is a TOML file that says which proofs let a traveller pass: in conditions over facts that are the same for
every certificate system, or by the EU's business rules. It holds its own tests, which run on the firmware.
"""
EXAMPLES = """\
examples:
  gatepost policy check gate.toml
      read it, compile it, say how large it is, and which of the EU's rules no scanner can decide
  gatepost policy explain venue
      what it means, in words; ready policies go by their names
  gatepost policy explain venue --test "somebody else's test"
      every step of one of its tests, with what each rule saw
  gatepost policy test gate.toml
      run all of its tests on MicroPython; exit code 1 where one fails
  gatepost policy pack gate.toml --key authority/authority.key.pem --environment PROD -o gate.gatepost
      test it, sign it; then: gatepost device push gate.gatepost --role ana/technician.role

a policy of four lines:
  name = "Harbour"
  [proof.tested]
  says = "a negative test of the last 48 hours"
  kinds = ["test"]
  when = ["result is negative", "sampled at most 48 hours ago"]
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, words: str) -> argparse.ArgumentParser:
        made = actions.add_parser(
            name, help=words, description=words[:1].upper() + words[1:] + ".", epilog=EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        made.add_argument("policy", metavar="POLICY", help="a TOML file, or the name of a ready policy")
        made.add_argument("--json", action="store_true", help="print JSON")
        return made

    action("check", "say whether a policy is sound, and how large it is on a scanner")
    explaining = action("explain", "say in words what a policy means")
    explaining.add_argument("--test", metavar="NAME", help="the steps of this test of the policy")
    testing = action("test", "run a policy's own tests on the firmware")
    packing = action("pack", "test a policy and sign it as a bundle")
    packing.add_argument("--environment", choices=("PROD", "UAT", "DEV", "DEMO"), default="PROD")
    terms.add_arguments(packing)
    packing.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    authoritykey.add_arguments(packing)
    for each in (explaining, testing, packing):
        each.add_argument("--micropython", metavar="PATH", help="interpreter that runs the firmware")


def run(args: argparse.Namespace) -> int:
    from gatepost.policy.bundle import find_policy
    from gatepost.policy.source import read_source

    source = read_source(find_policy(args.policy))
    return {"check": _check, "explain": _explain, "test": _test, "pack": _pack}[args.action](source, args)


def _check(source: Source, args: argparse.Namespace) -> int:
    from gatepost.policy.explaining import remarks

    parts = _parts(source, args)
    said = remarks(source)
    facts = {
        "name": source.name,
        "proofs": len(source.proofs),
        "tests": len(source.tests),
        "bytes": {name: len(data) for name, data in parts.items()},
        "notes": said.notes,
        "open": said.open,
    }
    if args.json:
        say_json(facts)
        return 0
    sizes = ", ".join(f"{name} {size} bytes" for name, size in facts["bytes"].items())
    counts = ", ".join(
        f"{facts[what]} {what.removesuffix('s') if facts[what] == 1 else what}"
        for what in ("proofs", "tests")
    )
    say(f"{source.name}: sound; {counts}; {sizes}")
    _print_remarks(said)
    return 0


def _explain(source: Source, args: argparse.Namespace) -> int:
    from gatepost.policy.explaining import explain, steps

    if args.test is None:
        lines = explain(source)
    else:
        trials = [each for each in _trials(source, _parts(source, args), args) if each.name == args.test]
        if not trials:
            names = "; ".join(str(each.get("name", "")) for each in source.tests)
            raise GatepostError(f"the policy has no test {args.test!r}; it has: {names}")
        lines = steps(trials[0])
    if args.json:
        say_json(lines)
    else:
        for line in lines:
            say(line)
    return 0


def _test(source: Source, args: argparse.Namespace) -> int:
    from gatepost.policy.explaining import remarks

    trials = _trials(source, _parts(source, args), args)
    if args.json:
        say_json([_plain(each) for each in trials])
    else:
        _print_trials(trials)
        _print_remarks(remarks(source))
    return 0 if all(each.passed for each in trials) else 1


def _pack(source: Source, args: argparse.Namespace) -> int:
    from gatepost.policy.bundle import build_policy
    from gatepost.policy.explaining import remarks

    parts = _parts(source, args)
    failed = [each for each in _trials(source, parts, args) if not each.passed]
    if failed:
        _print_trials(failed)
        raise GatepostError(f"{len(failed)} tests of the policy fail; nothing was signed")
    signer = authoritykey.load(args, args.environment)
    version, created, expires = terms.read(args)
    data = build_policy(parts, signer, version, args.environment, created, expires)
    filing.save(args.output, data)
    said = remarks(source)
    if args.json:
        facts = {"bundle": str(args.output), "version": version, "size": len(data)}
        say_json(facts | {"notes": said.notes, "open": said.open})
    else:
        say(f"wrote {args.output}: {source.name}, version {version}, {len(data)} bytes")
        _print_remarks(said)
    return 0


def _trials(source: Source, parts: dict[str, bytes], args: argparse.Namespace) -> list[Trial]:
    from gatepost.policy.trial import run_tests

    return run_tests(source, parts, args.micropython)


def _parts(source: Source, args: argparse.Namespace) -> dict[str, bytes]:
    """The compiled policy, its tests well formed. GatepostError names the file."""
    from gatepost.policy.compiling import compile_policy
    from gatepost.policy.trial import plan_tests

    try:
        plan_tests(source)
        return compile_policy(source)
    except GatepostError as error:
        raise GatepostError(f"{args.policy}: {error}") from None


def _print_trials(trials: Sequence[Trial]) -> None:
    for each in trials:
        codes = ", ".join(judged.code for judged in each.judged)
        if each.passed:
            say(f"ok    {each.name}: {codes}")
            continue
        say(f"FAILS {each.name}: {codes}, not {', '.join(each.expected)}")
        for judged in each.judged:
            for step in judged.trace:
                say(f"        {_step(step)}")
    if trials:
        good = sum(each.passed for each in trials)
        say(f"{good} of {len(trials)} tests as expected")


def _step(step: tuple[str, str, str]) -> str:
    label, outcome, inputs = step
    return f"{outcome:5}{label}" + (f"  ({inputs})" if inputs else "")


def _plain(trial: Trial) -> dict[str, Any]:
    return {
        "name": trial.name,
        "passed": trial.passed,
        "expected": list(trial.expected),
        "judged": [
            {"verdict": each.verdict, "code": each.code, "detail": each.detail, "need": each.need,
             "trace": [list(step) for step in each.trace]}
            for each in trial.judged
        ],
    }  # fmt: skip


def _print_remarks(said: Remarks) -> None:
    from gatepost.policy.explaining import open_sentence

    for rule in said.open:
        say(f"open: {open_sentence(rule)}")
    for note in said.notes:
        say(f"note: {note}")
