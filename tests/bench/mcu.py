"""Exact instruction counts of the firmware on an emulated Cortex-M3, stage by stage, beside programs in C.

    python tests/bench/mcu.py                            all tables, about six minutes
    python tests/bench/mcu.py limits                     frames without a code, and unreadable ones: the dearest
    python tests/bench/mcu.py crypto --profile
    python tests/bench/mcu.py vision --made 20 --seed 7 --corpora FOLDER

Prints Markdown tables. The core is that of tests/mcu (built by tools/build_micropython_m3.py): MicroPython compiled
for size, the firmware compiled by mpy-cross, 2.75 MB of heap. One instruction is no fixed time: at 240 MHz and one a
cycle, 24 M would be 100 ms, and loads, branches and slow memory take longer. Garbage collections that fall into the
work count. With --corpora, frames of the `gate` set get rows too; with --profile, the functions follow in which the
instructions went (`native code` that is C's is counted for the Python function that called it).
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.interpreter import InterpreterDied
from mcu.machine import Machine, Missing
from mcu_core import Bench
from mcu_crypto import crypto
from mcu_limits import limits
from mcu_verdict import verdict
from mcu_vision import vision

_TABLES = ("verdict", "limits", "vision", "crypto")
_SHOWN = 14  # functions of a profile


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", metavar="|".join(_TABLES), help="these tables only")
    parser.add_argument(
        "--made", type=int, default=8, metavar="N", help="frames to make a class (default: 8)"
    )
    parser.add_argument(
        "--each", type=int, default=20, metavar="N", help="frames of each kind for `limits` (default: 20)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the frames made (default: 1)")
    parser.add_argument(
        "--corpora", type=Path, metavar="FOLDER", help="test data: its set `gate` is measured too"
    )
    parser.add_argument("--profile", action="store_true", help="also say in which functions instructions go")
    args = parser.parse_args()
    if unknown := set(args.what) - set(_TABLES):
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    try:
        machine = Machine(timeout=600)
    except Missing as missing:
        print(f"mcu: {missing}", file=sys.stderr)
        return 1
    try:
        return report(machine, args)
    except InterpreterDied as died:
        print(f"\nmcu: the core came to a halt: {died}", file=sys.stderr)
        return 1


def report(machine: Machine, args: argparse.Namespace) -> int:
    """Print the tables that are wanted."""
    wanted = args.what or _TABLES
    with machine:
        version = machine.run("import sys; result = 'MicroPython %d.%d.%d' % sys.implementation[1][:3]")
        print(
            f"# Instructions\n\n`python {shlex.join(sys.argv)}`\n\nCore: Cortex-M3 (QEMU mps2-an385), {version}\n"
        )
        bench = Bench(machine, args.profile)
        if "verdict" in wanted:
            verdict(bench)
            print()
            machine.restart()
        if "limits" in wanted:
            limits(bench, args.each, args.seed)
            print()
            machine.restart()
        if "vision" in wanted:
            vision(bench, args.made, args.seed, args.corpora)
            print()
            machine.restart()
        if "crypto" in wanted:
            crypto(bench)
            print()
        for title, shares in bench.profiles:
            print(f"\n### Where it goes: {title}\n\n| function | share |\n|---|---|")
            for name, share in shares[:_SHOWN]:
                print(f"| {name} | {share:.1%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
