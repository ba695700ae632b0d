"""What the scanner says to every public sample of every scheme, beside what its source says and what is expected of it.

    python tests/bench/schemes.py --corpora FOLDER [--system SHC] [--all]

Each row: the sample, what its source says, the reason code that is expected and the one that came, `genuine` where a
trusted key verified it, and why the two differ where they do. `!!` marks a sample that was not judged as expected, and
one whose source calls it valid (or not) and that is refused (or not) without an explanation. Every row of the five
corpora is shown or accounted for; without --all, test cases of the EU that need no explanation are counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "host")]

from harness.interpreter import Interpreter  # noqa: E402
from harness.samples import Outcome, Sample, genuine, look  # noqa: E402
from harness.scheme_table import SYSTEMS, account, settled, valid  # noqa: E402

_MANY = ("DCC", "QA")
_VERDICTS = ("PASS", "CHECK", "REFUSE", "-")


def main() -> int:
    parser = argparse.ArgumentParser(description="the table of every scheme and sample")
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the samples, with index.json")
    parser.add_argument("--system", choices=SYSTEMS, action="append", help="this one alone")
    parser.add_argument("--all", action="store_true", help="list every test case of the EU too")
    args = parser.parse_args()
    mp = Interpreter([str(Path(sys.executable).with_name("micropython"))], "64-bit")
    index = json.loads((args.corpora / "index.json").read_text(encoding="utf-8"))["corpora"]
    print(f"   {'system':<7} {'sample':<50} {'its source says':<34} {'expected':<20} got")
    summary = []
    wrong = 0
    for name in args.system or SYSTEMS:
        module, corpus = SYSTEMS[name]
        counts: Counter[str] = Counter()
        samples = []
        for sample in module.samples(args.corpora):
            outcome = look(mp, sample)
            good = settled(sample, outcome)
            samples.append(sample)
            counts["shown"] += 1
            counts["genuine"] += genuine(outcome)
            counts["differ"] += bool(sample.why)
            counts["wrong"] += not good
            if name in _MANY and good and not sample.why and valid(sample) is not False and not args.all:
                continue
            print(line(sample, outcome, good))
        lost, aside = account(index[corpus], samples, module)
        wrong += counts["wrong"] + len(lost)
        summary.append(
            f"{name}: {counts['shown']} samples, {counts['genuine']} verified; {counts['differ']} with an "
            f"explanation, {counts['wrong']} not as expected; of {len(index[corpus])} rows {len(lost)} not shown"
        )
        summary += [f"    not shown: {path}" for path in lost]
        summary += [f"    {count:>4} aside: {reason}" for reason, count in aside.items()]
    mp.close()
    print("\n".join(["", *summary]))
    return 1 if wrong else 0


def line(sample: Sample, outcome: Outcome, good: bool) -> str:
    got = f"{_VERDICTS[outcome.verdict]} {outcome.code}" + (", genuine" if genuine(outcome) else "")
    expected = sample.expected or "any but PASS"
    mark = "  " if good else "!!"
    head = f"{mark} {sample.system:<7} {sample.name[-50:]:<50} {sample.says[:34]:<34}"
    return f"{head} {expected:<20} {got:<36} {sample.why}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
