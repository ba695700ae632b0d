"""The whole path on MicroPython: texts of codes go in, and a verdict, a record of the journal and a screen come out.

It is what the scanner's loop does with the symbols of a frame, without pixels: most screens are laid out and not
painted, every sixteenth is painted too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from harness.certificates import READING_KEYS, STAND_INS
from harness.interpreter import FIRMWARE, Interpreter, InterpreterDied

from fuzz.counted import counted_firmware
from fuzz.schemes.layers import Case, Scheme

PATIENCE = 20.0  # seconds for a case; the slowest genuine one takes a tenth of one
_BATCH = 3  # a batch may take so many times as long as one case

DRIVER = (
    STAND_INS
    + READING_KEYS
    + """
import gc, io, sys
from scanner import load
load.rest()
from scanner.credentials.shc_parts import Parts
from scanner.journal import body
from scanner.journal.recorder import Recorder
from scanner.journal.uses import Uses
from scanner.look import choose
from scanner.reasons import WORDS
from scanner.rules.policy_parts import read_policy
from scanner.rules.together import Together
from scanner.scan_report import verdict_report
from scanner.ui import view
from scanner.ui.canvas import Canvas
from scanner.ui.explain_screen import Pages
from scanner.ui.screens import Screen
try:
    from fuzz_counts import seen, steps
except ImportError:
    seen, steps = bytearray(1), [0]

class Symbol:
    version = 18; level = "Q"; mask = 0; corners = [0] * 8; corrected = 0; erased = 0
    mirrored = False; inverted = False; structured_append = None; eci = None; fnc1 = 0; segments = ()
    def __init__(self, payload):
        self.payload = payload

class Notebook:
    problem = ""
    full = False
    def __init__(self, clock):
        self.clock = clock
        self.sequence = 0
        self.last = None
    def now(self):
        return self.clock.now()
    def append(self, kind, fields):
        self.sequence += 1
        sealed = body.seal(bytes(32), self.sequence, kind, self.now(), True, fields)
        if (len(sealed) - 20) % 64:
            raise ValueError("length of a record")
        self.last = fields

class Outline(Canvas):
    # Measures all that is drawn, and paints nothing.
    painting = False
    def fill(self, colour):
        self.said.clear()
    def box(self, x, y, width, height, colour):
        if self.painting:
            Canvas.box(self, x, y, width, height, colour)
    def rounded(self, x, y, width, height, colour, around):
        if self.painting:
            Canvas.rounded(self, x, y, width, height, colour, around)
    def icon(self, name, x, y, ink, paper):
        if self.painting:
            Canvas.icon(self, name, x, y, ink, paper)
    def text(self, font, text, x, y, ink, paper):
        if self.painting:
            return Canvas.text(self, font, text, x, y, ink, paper)
        self.said.append(text)
        return x + font.width(text)

clock = Clock(0)
trust = Trust(keys)
trust.reading = Reading(rows)
policy = read_policy(part, eu)
screen = Screen(bytearray(240 * 320 * 2), 240, 320)
screen.canvas = Outline(screen.buffer, 240, 320)
notebook = Notebook(clock)
recorder = Recorder(notebook, Uses(0, bytes(32)))
turn = 0
known = bytes(seen)

def scan(frames, now):
    global turn
    turn += 1
    clock.seconds = now
    parts = Parts()
    together = Together(recorder.pseudonym)
    verdict = None
    for frame in frames:
        found, symbol = choose([Symbol(frame)], trust, clock, policy, parts)
        if found is None:
            continue
        verdict = found
        progress = parts.progress if verdict.code == "part_of_several" else None
        if progress is None:
            verdict = recorder.scan(together.add(verdict, policy.rules))
        shown = view.from_verdict(verdict, "PROD", policy.privacy)
        shown.progress = progress
        shown.seconds_total = 10
        screen.canvas.painting = turn % 16 == 0
        screen.verdict(shown)
        said = list(screen.said)
        verdict_report(verdict, symbol, 1, {}, said, 0)
        if verdict.trace:
            pages = Pages(screen.canvas, verdict, shown.environment, True)
            while pages.turn():
                pass
        for line in said + [verdict.detail] + [text for step in verdict.trace for text in (step[0], step[2])]:
            if type(line) is not str:
                raise TypeError("a line of the screen")
            if " object at 0x" in line or "<function" in line:
                raise ValueError("an address is shown")
        if progress is None and WORDS[verdict.verdict] not in said:
            raise ValueError("the screen does not say the verdict")
    if verdict is None:
        return None
    claims = verdict.claims
    marks = "".join(["nyo"[outcome] for _, outcome, _ in verdict.trace])
    about = None
    if claims is not None:
        about = (claims.form, claims.kind, claims.issuer, len(claims.entries), list(claims.warnings))
    return verdict.verdict, verdict.code, verdict.detail, about, marks, notebook.last if progress is None else None

def scan_all(cases):
    global known
    found = []
    for frames, now in cases:
        steps[0] = 0
        try:
            outcome = (scan(frames, now), None)
        except Exception as error:
            trace = io.StringIO()
            sys.print_exception(error, trace)
            outcome = (None, trace.getvalue())
        fresh = known != seen
        if fresh:
            known = bytes(seen)
        found.append(outcome + (steps[0], fresh))
        gc.collect()
    return found
"""
)


@dataclass(frozen=True)
class Outcome:
    """verdict: None where every code was a part that is known; about: (form, kind, issuer, entries, warnings) of a
    genuine one; marks: a letter for each step of the explanation; trace: of an exception that reached the top; steps:
    bodies of functions and loops that were run; fresh: whether a block was run for the first time."""

    verdict: int | None
    code: str
    detail: str
    about: tuple[str, str | None, str, int, list[str]] | None
    marks: str
    record: dict[str, Any] | None
    trace: str | None
    steps: int
    fresh: bool

    @property
    def kind(self) -> tuple[Any, ...]:
        """What makes two outcomes the same for whoever looks for others."""
        about = self.about and (self.about[0], self.about[1], tuple(self.about[4]))
        return self.code, about, self.marks[:40]


class Driver:
    """A MicroPython process with the firmware, counted or as it is; use it in a `with` statement."""

    def __init__(
        self,
        scheme: Scheme,
        command: Sequence[str],
        *,
        counted: bool = True,
        before: str = "",
        patience: float = PATIENCE,
    ) -> None:
        """`before`: source that is run last before cases, to plant a fault; patience: seconds for a case."""
        firmware = FIRMWARE
        self.places: list[str] = []
        if counted:
            folder, self.places = _counted()
            firmware = Path(folder.name)
        self._mp = Interpreter(command, "fuzzed", firmware=firmware)
        parts = compile_policy(read_source(Path(__file__).with_name("policy.toml")))
        self._names = {
            "keys": scheme.keys,
            "rows": list(scheme.reading),
            "part": parts["policy"],
            "eu": parts["eu-rules"],
        }
        self._before = before
        self._patience = patience
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._mp.close()

    def run(self, cases: Sequence[Case]) -> list[Outcome | None]:
        """The outcome of each case; None where the interpreter did not come back from it."""
        try:
            return self._ask(cases, _BATCH * self._patience)
        except InterpreterDied:
            self._start()
        found: list[Outcome | None] = []
        for case in cases:
            try:
                found += self._ask([case], self._patience)
            except InterpreterDied:
                found.append(None)
                self._start()
        return found

    def seen(self) -> list[str]:
        """The places of the blocks that were run."""
        flags = self._mp.run("result = bytes(seen)", space="fuzz")
        return [place for place, flag in zip(self.places, flags, strict=True) if flag]

    def _start(self) -> None:
        self._mp.run(DRIVER + self._before, space="fuzz", **self._names)

    def _ask(self, cases: Sequence[Case], patience: float) -> list[Outcome | None]:
        wanted = [(list(case.frames), case.now) for case in cases]
        rows = self._mp.run("result = scan_all(cases)", space="fuzz", cases=wanted, timeout=patience)
        return [_outcome(*row) for row in rows]


@cache
def _counted() -> tuple[tempfile.TemporaryDirectory[str], list[str]]:
    """The counted firmware, made once a process, and its places."""
    folder = tempfile.TemporaryDirectory(prefix="gatepost-fuzz-")
    return folder, counted_firmware(Path(folder.name))


def _outcome(found: Any, trace: str | None, steps: int, fresh: bool) -> Outcome:
    if found is None:
        return Outcome(None, "", "", None, "", None, trace, steps, fresh)
    return Outcome(*found, None, steps, fresh)
