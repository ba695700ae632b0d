"""What EU rule sets cost on the scanner: bytes compiled, steps of the machine, microseconds.

    python tests/bench/certlogic.py --corpora FOLDER [--mcu]

Every published rule test is evaluated on MicroPython; the table shows, for each country, how many agree, the size of
its rules as JSON and compiled (code and shared constants), the steps and heap of the greediest, and the median time. A
rule that is no CertLogic, or deeper than a scanner goes, is named and left out, with its tests: a scanner says CHECK.
With --mcu, instructions of the emulated Cortex-M3 follow: of single rules, of whole decisions, of loading a policy.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import cbor2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gatepost.errors import GatepostError
from gatepost.policy.bundle import find_policy
from gatepost.policy.certlogic import Pool, compile_expression
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from gatepost.sim.interpreter import find_micropython
from harness.certificates import NOW, vaccination
from harness.interpreter import Interpreter

EVALUATE = """
import gc
from time import ticks_us, ticks_diff
from scanner.rules.certlogic import evaluate
found = []
for code, data, sets, expected in cases:
    data["external"]["valueSets"] = shared[sets]
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    start = ticks_us()
    try:
        value, steps = evaluate(code, constants, data)
    except Exception as error:
        value, steps = type(error).__name__, 0
    spent = ticks_diff(ticks_us(), start)
    taken = gc.mem_alloc() - before
    gc.enable()
    found.append((spent, steps, taken, value is expected))
result = found
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--mcu", action="store_true", help="count instructions on the emulated core too")
    args = parser.parse_args()
    device = Interpreter(find_micropython(None), "MicroPython")
    print("country  rules  tests  agree  JSON bytes  compiled  constants  most steps  heap bytes  median us")
    whole = Pool()
    totals = [0, 0, 0, 0, 0]
    for path in sorted((args.corpora / "certlogic" / "rules").glob("*.json")):
        pool = Pool()
        cases: list[Any] = []
        shared: list[Any] = []
        size = compiled = rules = 0
        for entry in json.loads(path.read_text()):
            logic = entry["rule"]["Logic"]
            rules += 1
            size += len(json.dumps(logic, separators=(",", ":")))
            try:
                code = compile_expression(logic, pool)
            except GatepostError as error:
                print(
                    f"open: {entry['rule']['Identifier']}: {error}; its {len(entry['tests'])} tests were not run"
                )
                continue
            compile_expression(logic, whole)
            compiled += len(code)
            for test in entry["tests"]:
                external = dict(test["external"])
                sets = external.pop("valueSets", {})
                if sets not in shared:
                    shared.append(sets)
                data = {"payload": test["payload"], "external": external}
                cases.append((code, data, shared.index(sets), test["expected"]))
        measured = device.run(EVALUATE, cases=cases, constants=pool.values, shared=shared)
        constants = len(cbor2.dumps(pool.values))
        spent, steps, taken, agreed = zip(*measured, strict=True) if measured else ((0,), (0,), (0,), ())
        row = (rules, len(cases), sum(agreed), size, compiled)
        print(
            f"{path.stem:7} {rules:6} {len(cases):6} {sum(agreed):6} {size:11} {compiled:9} {constants:10} "
            f"{max(steps):11} {max(taken):11} {statistics.median(spent):10.0f}"
        )
        totals = [total + value for total, value in zip(totals, row, strict=True)]
    constants = len(cbor2.dumps(whole.values))
    print(f"{'all':7} {totals[0]:6} {totals[1]:6} {totals[2]:6} {totals[3]:11} {totals[4]:9} {constants:10}")
    device.close()
    if args.mcu:
        on_the_core(args.corpora / "certlogic" / "rules")


def on_the_core(folder: Path) -> None:
    """Million instructions on the emulated core, the longest of each kind of work."""
    from mcu.machine import PER_TICK, Machine

    rules = [entry for path in sorted(folder.glob("*.json")) for entry in json.loads(path.read_text())]
    pool = Pool()
    codes = []
    for entry in rules:
        with suppress(GatepostError):  # open, as the table said
            codes += [(compile_expression(entry["rule"]["Logic"], pool), test) for test in entry["tests"][:1]]
    with Machine() as machine:
        spent = []
        for code, test in codes:
            data = {"payload": test["payload"], "external": test["external"]}
            names = {"code": code, "constants": pool.values, "data": data}
            spent.append(machine.run(ON_CORE % "evaluate(code, constants, data)", space="rules", **names))
        print("\nmillion instructions on the emulated Cortex-M3")
        million = PER_TICK / 1e6
        middle, most = statistics.median(spent) * million, max(spent) * million
        print(f"one rule of {len(spent)}: median {middle:.3f}, most {most:.3f}")
        for name in ("bilateral", "venue", "eu-arrival"):
            parts = compile_policy(read_source(find_policy(name)))
            names = {
                "part": parts["policy"],
                "eu": parts.get("eu-rules"),
                "payload": vaccination(),
                "now": NOW,
            }
            machine.run(DECISION, space="rules", **names)
            decided = machine.run(ON_CORE % "decide(claims, now, policy, [])", space="rules")
            loaded = machine.run(ON_CORE % "read_policy(part, eu)", space="rules")
            print(
                f"policy {name}: a vaccination decided in {decided * million:.2f}; loaded in {loaded * million:.2f}"
            )


ON_CORE = """
import core, gc
from scanner.rules.certlogic import evaluate
gc.collect()
start = core.ticks()
%s
result = (core.ticks() - start) & 0x3FFFFFFF
"""
DECISION = """
from scanner.credentials import dcc
from scanner.credentials.claims import Claims
from scanner.rules.decide import decide
from scanner.rules.policy_parts import read_policy

class Key:
    kid = b"12345678"
    country = "PT"
    name = "Ministry"

policy = read_policy(part, eu)
claims = Claims("HC1", Key())
claims.expires = now + 1
claims.issued = now - 1
dcc.fill(claims, payload)
"""


if __name__ == "__main__":
    main()
