"""What `gatepost demo --system` prints: each system with its status and evidence, and a line for each code shown."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rich.console import Console
from rich.padding import Padding

from gatepost.demo.report import SIGNS
from gatepost.demo.showing import Shown


class SystemsReport:
    """Collects what was shown; `surprises` counts verdicts other than the expected ones."""

    def __init__(self, *, as_json: bool, draw: bool) -> None:
        self._console = Console(stderr=as_json, highlight=False)
        self._as_json = as_json
        self._draw = draw
        self._last = ""
        self._shown = 0
        self.surprises = 0

    def add(self, shown: Shown) -> None:
        act, scan = shown.act, shown.scan
        self._shown += 1
        self.surprises += not shown.as_expected
        if self._as_json:
            about = {
                "system": shown.name,
                "shown": act.what,
                "expected": act.code,
                "as_expected": shown.as_expected,
            }
            print(json.dumps(about | scan.plain()))
            sys.stdout.flush()
            return
        if shown.name != self._last:
            self._head(shown)
        sign, style = SIGNS.get(scan.verdict or "", ("-", "bold"))
        detail = f" ({scan.detail})" if scan.verdict == "CHECK" and scan.detail else ""
        line = f"  [{style}]{sign} {scan.verdict or '-':<7}[/]{act.what:<38}{scan.code}{detail}"
        self._console.print(line, overflow="ignore", crop=False, soft_wrap=True)
        if not shown.as_expected:
            self._console.print(f"    [bold]expected {act.verdict} {act.code}[/]")
        if self._draw and scan.screen is not None:
            from gatepost.sim.terminal import render  # noqa: PLC0415 - only where somebody looks

            self._console.out(render(scan.screen, 80))

    def end(self, folder: Path) -> None:
        as_expected = self._shown - self.surprises
        self._console.print(
            f"\n{as_expected} of {self._shown} verdicts as expected. Issued here and now, by invented issuers in the "
            f"format of each system; the pictures and the scanner's screens are in {folder}/."
        )

    def _head(self, shown: Shown) -> None:
        if self._last:
            self._console.print()
        self._last = shown.name
        self._console.print(f"[bold]{shown.system.title}[/]")
        for title, text in (("status", shown.system.status), ("evidence", shown.system.evidence)):
            self._console.print(Padding(f"[dim]{title}:[/] {text}", (0, 0, 0, 2)))
