"""`gatepost sim`: a virtual scanner to play with, or to point other tools at."""

from __future__ import annotations

import argparse
import os
import select
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gatepost.cli.scan import moment
from gatepost.errors import GatepostError
from gatepost.printable import say

if TYPE_CHECKING:
    from gatepost.sim import VirtualScanner

NAME = "sim"
HELP = "run a virtual scanner"

EXAMPLES = """\
examples:
  gatepost sim --trust list.gatepost --authority authority.pub.pem --policy gate.gatepost
      start a scanner; type the paths of pictures to hold before its camera
  gatepost sim --flash scanner.img --watch photos/
      keep its flash in a file, and show it every picture that appears in a folder

The scanner's serial port is printed at the start: any program may open it. Lines to type:
  PICTURE ...        show pictures, one after the other as the frames of one sequence
  also PICTURE ...   the same traveller's next certificate, for a policy that wants two proofs
  press              the guard's button: dismiss the verdict
  screen [FILE]      show the screen here, or save it as PNG
  clock [TIME]       stand still at an ISO 8601 time; without one, run with this computer
  kill, restart      cut the power; start again on the same flash
  quit
"""

_POLL_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--flash", type=Path, metavar="FILE", help="image that is its flash (default: a fresh one)"
    )
    parser.add_argument("--trust", action="append", default=[], metavar="FILE", help="as for gatepost scan")
    parser.add_argument("--authority", metavar="FILE", help="public key that signed the bundle")
    parser.add_argument("--policy", metavar="POLICY", help="as for gatepost scan")
    parser.add_argument("--at", type=moment, metavar="TIME", help="where its clock stands (default: it runs)")
    parser.add_argument("--watch", type=Path, metavar="DIR", help="show every picture that appears there")
    parser.add_argument(
        "--size", type=size, default=(320, 240), metavar="WxH", help="of the screen (default: 320x240)"
    )
    parser.add_argument("--quiet", action="store_true", help="print verdicts, not the screen")
    parser.add_argument("--micropython", metavar="PATH", help="interpreter that runs the firmware")


def size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like 320x240") from None
    if not (96 <= width <= 1024 and 96 <= height <= 1024):
        raise argparse.ArgumentTypeError("a screen has 96 to 1024 pixels either way")
    return width, height


def run(args: argparse.Namespace) -> int:
    from gatepost.device import discovery
    from gatepost.sim import VirtualScanner
    from gatepost.sim.provision import provision

    if args.watch and not args.watch.is_dir():
        raise GatepostError(f"{args.watch} is not a folder")
    ready = provision(args.trust, args.authority, args.at, args.policy) if args.trust else None
    for remark in ready.remarks if ready else ():
        say(f"gatepost: {remark}", file=sys.stderr)
    with VirtualScanner(
        flash=args.flash,
        bundle=ready.bundle if ready else None,
        policy=ready.policy if ready else None,
        authority=ready.authority if ready else None,
        clock=args.at,
        size=args.size,
        micropython=args.micropython,
    ) as scanner:
        say(f"port {scanner.port}", flush=True)
        with discovery.announce(scanner.port):
            Session(scanner, args.quiet).run(args.watch)
    return 0


class Session:
    """One person and one scanner."""

    def __init__(self, scanner: VirtualScanner, quiet: bool) -> None:
        self._scanner = scanner
        self._quiet = quiet
        self._said: tuple[str, ...] = ()
        self._words: dict[str, Callable[[list[str]], None]] = {
            "also": lambda paths: self._show(paths, dismiss=False),
            "press": lambda _: scanner.press(),
            "screen": self._screen,
            "clock": lambda words: scanner.set_clock(_moment(words[0]) if words else None),
            "kill": lambda _: scanner.kill(),
            "restart": lambda _: self._restart(),
            "help": lambda _: print(EXAMPLES),
        }

    def run(self, watched: Path | None) -> None:
        """Obey lines and show what appears in the folder, until the input ends (or for ever with a folder)."""
        fresh = _appearing(watched)
        typed = _Lines(sys.stdin.fileno())
        listening = True
        while listening or watched:
            for path in next(fresh):
                self.obey([str(path)])
            if not listening:
                time.sleep(_POLL_SECONDS)
                continue
            line = typed.next(_POLL_SECONDS if watched else None)
            if line is not None:
                listening = bool(line)
                if line.strip() == "quit":
                    return
                try:
                    self.obey(shlex.split(line))
                except ValueError as error:
                    say(f"gatepost: {error}", file=sys.stderr)

    def obey(self, words: list[str]) -> None:
        """One line: a word of ours with what belongs to it, or pictures."""
        if not words:
            return
        try:
            if words[0] in self._words:
                self._words[words[0]](words[1:])
            else:
                self._show(words)
        except GatepostError as error:
            say(f"gatepost: {error}", file=sys.stderr, flush=True)

    def _show(self, paths: list[str], dismiss: bool = True) -> None:
        scan = self._scanner.show(paths, dismiss=dismiss)
        self._said = scan.said
        if not self._quiet:
            self._screen([])
        total = sum(scan.ms.values())
        say(f"{scan.verdict or 'no code'}  {scan.code}: {scan.sentence}  {total:.0f} ms", flush=True)
        if scan.need:
            say(f"         now scan: {scan.need}", flush=True)

    def _screen(self, words: list[str]) -> None:
        screen = self._scanner.screen()
        if words:
            try:
                screen.save(words[0])
            except (OSError, ValueError) as error:
                raise GatepostError(f"cannot save {words[0]}: {error}") from None
            return
        from gatepost.sim import terminal

        colour = None if sys.stdout.isatty() else False
        print(terminal.render(screen, said=self._said, colour=colour), flush=True)

    def _restart(self) -> None:
        self._scanner.restart()
        say(f"port {self._scanner.port}", flush=True)


class _Lines:
    """An input by lines, without a buffer that select() cannot see: many may come at once."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._pending = b""
        self._ended = False

    def next(self, seconds: float | None) -> str | None:
        """The next line, "" at the end, None where there is none in time."""
        while b"\n" not in self._pending and not self._ended:
            if not select.select([self._handle], [], [], seconds)[0]:
                return None
            more = os.read(self._handle, 65536)
            self._ended = not more
            self._pending += more
        line, end, self._pending = self._pending.partition(b"\n")
        return (line + end).decode("utf-8", "replace")


def _appearing(folder: Path | None) -> Iterator[list[Path]]:
    """At each call the pictures that are new since the last one, and complete: their size no longer changes."""
    from gatepost.sim.images import picture_files

    shown: set[Path] = set()
    sizes: dict[Path, int] = {}
    while True:
        found = {
            path: path.stat().st_size for path in picture_files([folder] if folder else []) if path.exists()
        }
        settled = [path for path, length in found.items() if path not in shown and sizes.get(path) == length]
        sizes = found
        shown.update(settled)
        yield settled


def _moment(text: str) -> float:
    try:
        return moment(text)
    except argparse.ArgumentTypeError as error:
        raise GatepostError(str(error)) from None
