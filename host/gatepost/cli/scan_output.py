"""What `gatepost scan` prints, and with which exit code it ends. No command of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.printable import cell, say

if TYPE_CHECKING:
    from gatepost.sim import Scan

SYMBOLS = {"PASS": ("✔", "bold green"), "CHECK": ("?", "bold yellow"), "REFUSE": ("✘", "bold red")}
_NOTHING = ("-", "bold")
_FAULT = ("!", "bold red")
_PLAIN_WIDTH = 200  # columns where the output is no terminal


@dataclass(frozen=True)
class Outcome:
    """One picture: its scan, or why there is none."""

    path: Path
    scan: Scan | None
    error: str = ""


def exit_code(outcomes: list[Outcome], one_traveller: bool = False) -> int:
    """The gravest of them decides; of one traveller's certificates, a CHECK is over with the verdict behind it."""
    words = [outcome.scan.verdict if outcome.scan else "error" for outcome in outcomes]
    if one_traveller:
        last = max((at for at, word in enumerate(words) if word in SYMBOLS), default=0)
        words = [word for at, word in enumerate(words) if word != "CHECK" or at >= last]
    found = set(words)
    for verdict, code in (("REFUSE", 4), ("CHECK", 3), ("error", 1), (None, 5)):
        if verdict in found:
            return code
    return 0


def document(outcomes: list[Outcome]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    results = []
    for outcome in outcomes:
        scan = outcome.scan
        name = scan.verdict or scan.code if scan else "error"
        counts[name] = counts.get(name, 0) + 1
        results.append({"file": str(outcome.path), **(scan.plain() if scan else {"error": outcome.error})})
    return {"results": results, "counts": counts}


def print_table(outcomes: list[Outcome]) -> None:
    from rich.table import Table

    from gatepost.device import report

    table = Table(box=None, pad_edge=False)
    for title, right in (
        ("picture", False),
        ("verdict", False),
        ("reason", False),
        ("holder", False),
        ("ms", True),
    ):
        table.add_column(title, justify="right" if right else "left", overflow="fold")
    for outcome in outcomes:
        scan = outcome.scan
        symbol, style = SYMBOLS.get(scan.verdict or "", _NOTHING) if scan else _FAULT
        word = scan.verdict or "no code" if scan else "error"
        table.add_row(
            cell(outcome.path),
            cell(f"{symbol} {word}", style),
            cell(_reason(outcome)),
            cell(_holder(scan)),
            f"{sum(scan.ms.values()):.0f}" if scan else "",
        )
    report.console(width=_PLAIN_WIDTH).print(table)


def print_steps(outcomes: list[Outcome]) -> None:
    """Under the table, for each picture: every step, yes, no or open, and what it saw."""
    for outcome in outcomes:
        if outcome.scan is None or not outcome.scan.trace:
            continue
        say()
        say(outcome.path)
        for label, result, inputs in outcome.scan.trace:
            say(f"  {result:5}{label}" + (f"  ({inputs})" if inputs else ""))
        say(f"  -> {outcome.scan.verdict} {outcome.scan.code}")
        if outcome.scan.need:
            say(f"     still needed: {outcome.scan.need}")


def _holder(scan: Scan | None) -> str:
    if scan is None or scan.claims is None:
        return ""
    claims = scan.claims
    name = " ".join(filter(None, (claims["given"], claims["family"])))
    return ", ".join(filter(None, (name, claims["birth"], claims["issuer"])))


def _reason(outcome: Outcome) -> str:
    scan = outcome.scan
    if scan is None:
        return outcome.error
    if scan.verdict is None:
        return scan.sentence
    # What the scanner says of a code that it could not open or believe: which key, which byte.
    detail = f" ({scan.detail})" if scan.detail and scan.claims is None else ""
    return f"{scan.code}: {scan.sentence}{detail}"
