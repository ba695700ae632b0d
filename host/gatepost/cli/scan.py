"""`gatepost scan`: what the scanner says to real pictures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import readingkeys, scan_output
from gatepost.cli.scan_output import Outcome
from gatepost.errors import GatepostError
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from gatepost.sim import Scan, VirtualScanner

NAME = "scan"
HELP = "judge pictures of certificates on the virtual scanner"

_EARLIEST, _LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2106, 1, 1, tzinfo=UTC)

EXAMPLES = """\
examples:
  gatepost scan photo.jpg --trust list.gatepost --authority authority.pub.pem --policy gate.gatepost
      judge one picture against a signed list of issuers and the checkpoint's signed rules
  gatepost scan photo.jpg --trust keys.json --policy venue --explain
      judge it by a ready policy (gatepost policy --help), and say why, step by step
  gatepost scan pass.png test.png --trust keys.json --policy venue --one-traveller
      two certificates of one traveller, one after the other
  gatepost scan sealed.png --trust partners/ut/signing.json --reading-key partners/ut/reading/ --policy bilateral
      a sealed travel certificate of a partner, whose keys gatepost keys accept took in
  gatepost scan folder/ --trust issuer.crt.pem --at 2021-07-01T12:00:00Z --json
      judge every picture of a folder against one issuer's certificate, at that time
  gatepost scan ticket.png --trust keys/ --screens out/
      and save what the scanner's screen showed
  gatepost scan card-1.png card-2.png --together --trust keys.json
      one certificate in several codes, shown one after the other

Pictures may have any size and format; animations count as a sequence of frames. What is larger than the camera
(640x480) is scaled down as a lens would; --full looks again at up to 1600x1200 where no code was found.

exit code: 4 if some verdict is REFUSE, else 3 if some is CHECK, else 1 if some picture could not be read,
else 5 if in some picture no code was found, else 0. With --one-traveller the last verdict counts in the place of a
CHECK before it: the first proof waits for the second.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="picture, or folder of pictures")
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="FILE",
        help="whose certificates count: a trust bundle, certificates, a folder, a JWK set, a trust list; "
        "may be given again (default: nobody's)",
    )
    parser.add_argument(
        "--authority", metavar="FILE", help="public key that signed the bundle; without it, nobody checks"
    )
    parser.add_argument(
        "--reading-key",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="reading key of sealed certificates (ITH1), or a folder of them, brought to the scanner as gatepost "
        "device reading does; may be given again",
    )
    readingkeys.add_passphrase(parser)
    parser.add_argument(
        "--policy",
        metavar="POLICY",
        help="who may pass: a policy's file, its bundle, or the name of a ready one",
    )
    parser.add_argument(
        "--withdrawn",
        action="append",
        default=[],
        metavar="FILE",
        help="withdrawn certificates: a list as gatepost trust revocations import reads it, or with --authority the "
        "bundle that it signed; may be given again",
    )
    parser.add_argument(
        "--one-traveller",
        action="store_true",
        help="the pictures are certificates of one traveller, for a policy of several proofs",
    )
    parser.add_argument(
        "--explain", action="store_true", help="print every step to each verdict, and what each rule saw"
    )
    parser.add_argument(
        "--at", type=moment, metavar="TIME", help="judge at that time, ISO 8601 (default: now)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--screens", type=Path, metavar="DIR", help="save the scanner's screen for each picture"
    )
    parser.add_argument(
        "--full", action="store_true", help="look again at up to 1600x1200 where no code was found"
    )
    parser.add_argument(
        "--together", action="store_true", help="the pictures are shown in a row and give one verdict"
    )
    parser.add_argument("--micropython", metavar="PATH", help="interpreter that runs the firmware")


def moment(text: str) -> float:
    """Unix seconds of an ISO 8601 time; one without a zone is UTC."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2021-07-01T12:00:00Z") from None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    if not _EARLIEST <= when < _LATEST:
        raise argparse.ArgumentTypeError(
            f"{text!r}: a scanner's clock goes from {_EARLIEST:%Y} to {_LATEST:%Y}"
        )
    return when.timestamp()


def run(args: argparse.Namespace) -> int:
    from gatepost.device import report
    from gatepost.sim.provision import provision

    if args.withdrawn and not args.trust:
        raise GatepostError(
            "--withdrawn goes with --trust: nothing is withdrawn of issuers that nobody trusts"
        )
    ready = None
    if args.trust:
        with report.busy(args.json, "reading lists"):
            ready = provision(args.trust, args.authority, args.at, args.policy, args.withdrawn)
    if args.screens:
        _make_folder(args.screens)
    settings: dict[str, Any] = {"clock": args.at, "micropython": args.micropython}
    if args.reading_key:
        from gatepost.sim.reading import reading_files

        keys = readingkeys.load(args, args.reading_key)
        settings["files"] = reading_files(keys, args.at, args.micropython)
    if ready:
        settings |= {"bundle": ready.bundle, "policy": ready.policy, "authority": ready.authority}
        settings["revocation"] = ready.withdrawn
    with report.busy(args.json, "scanning"):
        outcomes = list(_outcomes(args, settings))
    if not outcomes:
        raise GatepostError("there is no picture to scan")
    for remark in ready.remarks if ready and any(each.scan for each in outcomes) else ():
        say(f"gatepost: {remark}", file=sys.stderr)
    if args.json:
        say_json(scan_output.document(outcomes), indent=2)
    else:
        scan_output.print_table(outcomes)
        if args.explain:
            scan_output.print_steps(outcomes)
    return scan_output.exit_code(outcomes, args.one_traveller)


def _outcomes(args: argparse.Namespace, settings: dict[str, Any]) -> Iterator[Outcome]:
    from gatepost.sim.images import picture_files

    with ExitStack() as stack:
        eyes = _Eyes(stack, settings, args.full)
        if args.together:
            yield _shown_together(eyes, args)
            return
        for number, path in enumerate(picture_files(args.images), 1):
            try:
                outcome = Outcome(path, eyes.look(path, dismiss=number == 1 or not args.one_traveller))
            except GatepostError as error:
                say(f"gatepost: {error}", file=sys.stderr)
                outcome = Outcome(path, None, str(error))
            if args.screens and outcome.scan and outcome.scan.screen:
                outcome.scan.screen.save(args.screens / f"{number:03d}-{path.stem}.png")
            yield outcome


def _shown_together(eyes: _Eyes, args: argparse.Namespace) -> Outcome:
    from gatepost.sim.images import picture_files

    paths = list(picture_files(args.images))
    if not paths:
        raise GatepostError("there is no picture to scan")
    scan = eyes.look_at_all(paths)
    if args.screens and scan.screen:
        scan.screen.save(args.screens / f"001-{paths[-1].stem}.png")
    return Outcome(paths[-1], scan)


class _Eyes:
    """A scanner with the camera of the boards, and one that sees more, started when it is first needed."""

    def __init__(self, stack: ExitStack, settings: dict[str, Any], full: bool) -> None:
        self._stack = stack
        self._settings = settings
        self._full = full
        self._scanners: dict[tuple[int, int], VirtualScanner] = {}

    def look(self, path: Path, dismiss: bool = True) -> Scan:
        from PIL import Image

        from gatepost.sim.images import LARGEST, VGA

        scan = self._scanner(VGA).show(path, dismiss=dismiss)
        if scan.verdict is None and self._full:
            with Image.open(path) as image:
                larger = image.width > VGA[0] or image.height > VGA[1]
            if larger:
                scan = self._scanner(LARGEST).show(path, dismiss=dismiss)
        return scan

    def look_at_all(self, paths: list[Path]) -> Scan:
        from gatepost.sim.images import VGA

        return self._scanner(VGA).show(paths)

    def _scanner(self, camera: tuple[int, int]) -> VirtualScanner:
        from gatepost.sim import VirtualScanner

        scanner = self._scanners.get(camera)
        if scanner is None:
            heap = {} if camera[0] <= 640 else {"heap": "32M"}
            scanner = self._stack.enter_context(VirtualScanner(camera=camera, **heap, **self._settings))
            self._scanners[camera] = scanner
        elif not scanner.alive:
            scanner.restart()
        return scanner


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GatepostError(f"cannot make the folder {path}: {error.strerror}") from None
