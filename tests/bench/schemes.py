"""What the scanner says to every public sample of every scheme, beside what its source says.

    python tests/bench/schemes.py --corpora FOLDER [--system SHC] [--all]

Without --all, agreeing EU test cases are counted and not listed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "host")]

from harness import samples_dcc, samples_israel, samples_shc, samples_vdsnc, samples_who  # noqa: E402
from harness.interpreter import Interpreter  # noqa: E402
from harness.samples import Outcome, Sample, agrees, look  # noqa: E402

SYSTEMS = {
    "SHC": samples_shc,
    "VDS-NC": samples_vdsnc,
    "Israel": samples_israel,
    "WHO": samples_who,
    "DCC": samples_dcc,
}
VERDICTS = ("PASS", "CHECK", "REFUSE")


def as_expected(sample: Sample, outcome: Outcome) -> bool:
    """Of a DCC: a valid one is genuine (its content may still be refused), one with a false flag is no PASS."""
    if sample.system == "DCC":
        return (outcome.claims is not None) if sample.says == "valid" else outcome.verdict != 0
    return agrees(sample, outcome)


def main() -> int:
    parser = argparse.ArgumentParser(description="the table of every scheme and sample")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the samples, with index.json")
    parser.add_argument("--system", choices=SYSTEMS, action="append", help="this one alone")
    parser.add_argument("--all", action="store_true", help="list agreeing EU test cases too")
    args = parser.parse_args()
    mp = Interpreter([str(Path(sys.executable).with_name("micropython"))], "64-bit")
    counts: Counter[tuple[str, bool]] = Counter()
    for name in args.system or SYSTEMS:
        for sample in SYSTEMS[name].samples(args.corpora):
            outcome = look(mp, sample)
            good = as_expected(sample, outcome)
            counts[name, good] += 1
            if name == "DCC" and good and not args.all:
                continue
            mark = "  " if good else "!!"
            got = f"{VERDICTS[outcome.verdict]} {outcome.code}"
            print(f"{mark} {name:<7} {sample.name[-56:]:<56} {sample.says[:34]:<34} {got:<26} {sample.why}")
    mp.close()
    for name in args.system or SYSTEMS:
        print(f"{name}: {counts[name, True]} as expected, {counts[name, False]} not")
    return 1 if any(not good for _, good in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
