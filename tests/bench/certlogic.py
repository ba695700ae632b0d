"""What EU rule sets cost on the scanner: bytes compiled, steps of the machine, microseconds.

    python tests/bench/certlogic.py --corpora FOLDER

Every published rule test is evaluated on MicroPython; the table shows, for each country, the size of its rules as
JSON and compiled (code and shared constants), the longest rule's steps, and the median time of one rule.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import cbor2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gatepost.policy.certlogic import Pool, compile_expression
from gatepost.sim.interpreter import find_micropython
from harness.interpreter import Interpreter

EVALUATE = """
from time import ticks_us, ticks_diff
from scanner.rules.certlogic import evaluate
found = []
for code, data, sets in cases:
    data["external"]["valueSets"] = shared[sets]
    start = ticks_us()
    value, steps = evaluate(code, constants, data)
    found.append((ticks_diff(ticks_us(), start), steps))
result = found
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True, metavar="FOLDER")
    args = parser.parse_args()
    device = Interpreter(find_micropython(None), "MicroPython")
    print("country  rules  tests  JSON bytes  compiled  constants  most steps  median us")
    whole = Pool()
    totals = [0, 0, 0, 0]
    for path in sorted((args.corpora / "certlogic" / "rules").glob("*.json")):
        pool = Pool()
        cases: list[Any] = []
        shared: list[Any] = []
        size = compiled = rules = 0
        for entry in json.loads(path.read_text()):
            logic = entry["rule"]["Logic"]
            rules += 1
            size += len(json.dumps(logic, separators=(",", ":")))
            code = compile_expression(logic, pool)
            compile_expression(logic, whole)
            compiled += len(code)
            for test in entry["tests"]:
                external = dict(test["external"])
                sets = external.pop("valueSets", {})
                if sets not in shared:
                    shared.append(sets)
                cases.append((code, {"payload": test["payload"], "external": external}, shared.index(sets)))
        measured = device.run(EVALUATE, cases=cases, constants=pool.values, shared=shared)
        constants = len(cbor2.dumps(pool.values))
        most = max(steps for _, steps in measured)
        middle = statistics.median(us for us, _ in measured)
        print(
            f"{path.stem:7} {rules:6} {len(cases):6} {size:11} {compiled:9} {constants:10} {most:11} {middle:10.0f}"
        )
        for at, value in enumerate((rules, len(cases), size, compiled)):
            totals[at] += value
    constants = len(cbor2.dumps(whole.values))
    print(f"{'all':7} {totals[0]:6} {totals[1]:6} {totals[2]:11} {totals[3]:9} {constants:10}")
    device.close()


if __name__ == "__main__":
    main()
