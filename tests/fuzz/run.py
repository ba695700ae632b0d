"""Fuzz the whole path of a scheme on MicroPython, from the text of a code to verdict, journal and screen.

    python tests/fuzz/run.py hc1 --minutes 10 --seed 1
    python tests/fuzz/run.py shc --cases 500 --corpora FOLDER
    python tests/fuzz/run.py --replay fuzz-findings/hc1-0123abcd.json

Cases start from published certificates (--corpora, or GATEPOST_CORPORA) and from ours, and are changed at any layer:
claims and their bytes under a good signature, headers, envelope, certificate, compression, text. Those that reach a
block of the firmware or an outcome that none before them reached are kept and changed further. A finding is an
exception that reaches the top, `internal_fault`, a hang, a certificate that the host's own check does not find
genuine, and a PASS in whose content that check finds a field malformed. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "host")]

from fuzz.driver import Driver  # noqa: E402
from fuzz.hunt import Tally, hunt, smaller, write_reproducer  # noqa: E402
from fuzz.oracle import Finding  # noqa: E402
from fuzz.replay import replay  # noqa: E402
from fuzz.schemes import SCHEMES  # noqa: E402
from fuzz.schemes.layers import Case  # noqa: E402

_DEPTH = 20_000  # trees nest deeper than any reader allows


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scheme", nargs="?", choices=SCHEMES, help="whose certificates")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    parser.add_argument("--cases", type=int, help="so many cases instead")
    parser.add_argument("--seed", type=int, default=1, help="of all draws (default: 1)")
    parser.add_argument(
        "--corpora", type=Path, default=os.environ.get("GATEPOST_CORPORA"), help="published certificates"
    )
    parser.add_argument(
        "--micropython", default=str(Path(sys.executable).with_name("micropython")), help="the interpreter"
    )
    parser.add_argument("--out", type=Path, default=Path("fuzz-findings"), help="folder of reproducers")
    parser.add_argument("--not-reached", action="store_true", help="list the blocks that no case reached")
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="show a reproducer's outcome, on the firmware as it is"
    )
    args = parser.parse_args()
    if args.replay:
        return replay(args.replay, [args.micropython])
    if not args.scheme:
        parser.error("name a scheme")
    sys.setrecursionlimit(_DEPTH)
    scheme = SCHEMES[args.scheme](args.corpora)
    with Driver(scheme, [args.micropython]) as driver:

        def say(case: Case, finding: Finding) -> None:
            path = args.out / f"{scheme.name}-{hashlib.sha256(finding.kind.encode()).hexdigest()[:8]}.json"
            write_reproducer(path, scheme, smaller(scheme, driver, case, finding.kind), finding)
            print(f"finding: {finding.kind} {finding.about[:200]}\n  reproducer: {path}", flush=True)

        tally = hunt(scheme, driver, args.seed, _until(args.cases, args.minutes), say)
        places = sorted(set(driver.places) - set(driver.seen()))
    report(scheme.name, len(scheme.seeds), args.seed, tally)
    if args.not_reached:
        print("\n".join(places))
    return 1 if tally.findings else 0


def _until(cases: int | None, minutes: float) -> Callable[[Tally], bool]:
    if cases is not None:
        return lambda tally: tally.cases < cases
    end = time.monotonic() + minutes * 60
    return lambda tally: time.monotonic() < end


def report(name: str, seeds: int, seed: int, tally: Tally) -> None:
    """The reasons that were given, the findings, and one line of summary."""
    for code, count in tally.codes.most_common():
        print(f"{count:>9,}  {code}")
    for kind, (_, _, count) in tally.findings.items():
        print(f"{count:>9,}  FINDING {kind}")
    rate = tally.cases / tally.seconds if tally.seconds else 0
    print(
        f"{name}: {tally.cases:,} cases from {seeds} seeds in {tally.seconds:.0f} s ({rate:.0f}/s), seed {seed}: "
        f"{len(tally.codes)} reasons, {len(tally.outcomes)} distinct outcomes, {len(tally.kept)} cases kept, "
        f"{tally.blocks} of {tally.of_blocks} blocks, at most {tally.steps:,} steps, {len(tally.findings)} findings"
    )


if __name__ == "__main__":
    sys.exit(main())
