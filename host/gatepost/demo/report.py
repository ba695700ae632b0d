"""What the demonstration prints: one line a scan, and where to go next."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from gatepost.demo.cast import Scene
from gatepost.sim.scan import Scan

# A sign and a word beside the colour; blue-green, amber and vermilion stay apart for colour-blind eyes.
SIGNS = {"PASS": ("✔", "bold #009e73"), "CHECK": ("?", "bold #e69f00"), "REFUSE": ("✘", "bold #d55e00")}


_STAGES = (("find", 5), ("decode", 7), ("verify", 7))
_WIDE = 112  # columns from which the whole sentence fits on the line; below, its code


class Report:
    """Collects the scans of one demonstration; `surprises` counts verdicts other than the expected ones."""

    def __init__(self, console: Console, *, as_json: bool, draw: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._draw = draw
        self._scans = 0
        self._wide = False
        self.surprises = 0

    def begin(self, about: dict[str, Any], scenes: int) -> None:
        self._console.print(
            f"Virtual scanner: firmware {about.get('firmware', '?')} on {about.get('micropython', 'MicroPython')}, "
            f"{scenes} travellers; times in milliseconds.\n"
        )
        self._wide = self._console.width >= _WIDE
        why = 46 if self._wide else 18
        self._console.print(
            f"[dim]{'verdict':<9}{'what came':<32}{'why':<{why}}{'find':>5}{'decode':>7}{'verify':>7}[/]"
        )

    def add(self, scene: Scene, scan: Scan) -> None:
        expected = (scan.verdict, scan.code) == (scene.verdict, scene.code)
        self._scans += 1
        self.surprises += not expected
        if self._as_json:
            print(
                json.dumps(
                    {"scene": scene.title, "expected": scene.code, "as_expected": expected} | scan.plain()
                )
            )
            sys.stdout.flush()
            return
        sign, style = SIGNS.get(scan.verdict or "", ("-", "bold"))
        why = f"{scan.sentence:<46}" if self._wide else f"{scan.code:<18}"
        times = "".join(f"{scan.ms.get(stage, 0):>{width}.1f}" for stage, width in _STAGES)
        self._console.print(f"[{style}]{sign} {scan.verdict or '-':<7}[/]{scene.title:<32}{why}{times}")
        if not expected:
            self._console.print(
                f"  [bold]expected {scene.verdict} ({scene.code}), got {scan.code} {scan.detail}[/]"
            )
        if self._draw and scan.screen is not None:
            from gatepost.sim.terminal import render  # noqa: PLC0415 - only where somebody looks

            self._console.out(render(scan.screen, 80))

    def end(self, folder: Path, seconds: float) -> None:
        self._console.print()
        if self.surprises:
            self._console.print(
                f"[bold]{self.surprises} of {self._scans} verdicts were not the expected ones.[/]"
            )
        else:
            self._console.print(f"All {self._scans} verdicts as expected, in {seconds:.1f} s.")
        shown = f"{folder}/"
        # Not wrapped: the first of them is there to be copied.
        self._console.print(
            f"""
The pictures and the scanner's screens are in [bold]{shown}[/]. Next:
  gatepost scan {shown}01*phone.png \\
      --trust {shown}trust.gatepost \\
      --authority {shown}authority.pub \\
      --policy {shown}policy.gatepost          judge a picture yourself
  gatepost issue hc1 --help                    make a certificate
  gatepost trust import --help                 read real authorities' keys
  gatepost sim                                 keep a scanner running""",
            soft_wrap=True,
        )
