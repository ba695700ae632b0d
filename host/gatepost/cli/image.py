"""`gatepost image`: the complete flash of a board as one file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gatepost.cli import filing
from gatepost.errors import GatepostError
from gatepost.printable import say, say_json

NAME = "image"
HELP = "build and inspect complete flash images of boards"

EXAMPLES = """\
examples:
  gatepost image build --board waveshare-esp32-s3-touch-lcd-2 --micropython firmware.bin -o scanner.bin
      MicroPython (built with the camera module), a partition table, and the firmware compiled for the board
  gatepost image build --board waveshare-esp32-s3-touch-lcd-2 --micropython firmware.bin \\
      --bundle list.gatepost --authority authority.pub.pem --name gate-3 -o scanner.bin
      a scanner that knows its authority, its list and its name at the first start
  gatepost image inspect scanner.bin
  esptool --chip esp32s3 write-flash 0 scanner.bin

The checks: both program images by our own reading and by esptool, the version of MicroPython, its camera module,
that nothing overlaps, and that both filesystems can be read back.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    build = actions.add_parser("build", help="make the flash of a board")
    build.add_argument("--board", required=True, metavar="NAME", help="one of hardware/boards")
    build.add_argument(
        "--micropython", type=Path, required=True, metavar="FILE",
        help="combined image of MicroPython for its chip, with the camera module",
    )  # fmt: skip
    build.add_argument("--bundle", type=Path, metavar="FILE", help="trust bundle that is there at the start")
    build.add_argument(
        "--authority", type=Path, metavar="FILE", help="public key of the deployment's authority"
    )
    build.add_argument("--name", default="", help="what the scanner is called")
    build.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    build.add_argument("--json", action="store_true")
    inspect = actions.add_parser("inspect", help="show what a flash image contains")
    inspect.add_argument("file", type=Path)
    inspect.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    return _build(args) if args.action == "build" else _inspect(args)


def _build(args: argparse.Namespace) -> int:
    from gatepost import boards
    from gatepost.image import building

    board = boards.load(args.board)
    files = starting_files(args.bundle, args.authority, args.name)
    made = building.build(board, filing.load(args.micropython), files)
    filing.save(args.output, made.data)
    if board.status != "default" and not args.json:
        say(
            f"gatepost: board {board.name} is marked '{board.status}': see hardware/README.md",
            file=sys.stderr,
        )
    _show(made.facts(), args.json)
    return 0


def _inspect(args: argparse.Namespace) -> int:
    from gatepost.image import building

    _show(building.read(filing.load(args.file)).facts(), args.json)
    return 0


def starting_files(bundle: Path | None, authority: Path | None, name: str) -> dict[str, bytes]:
    """What a scanner's own filesystem holds before anybody spoke to it."""
    from gatepost.keys.files import load_authority
    from gatepost.trust.bundle import read_bundle
    from gatepost.trust.signing import point

    files: dict[str, bytes] = {}
    if authority is not None:
        key = load_authority(authority)
        files["authority.pub"] = point(key)
        if bundle is not None:
            found = read_bundle(filing.load(bundle), key)
            files.update({f"trust/{each}": content for each, content in found.files().items()})
    elif bundle is not None:
        raise GatepostError("a bundle needs the public key of its authority: --authority")
    if name:
        files["name"] = checked_name(name).encode()
    return files


def checked_name(name: str) -> str:
    """A scanner's name: printable, and short enough for its screen."""
    if not name.strip() or len(name.encode()) > 32 or not name.isprintable():
        raise GatepostError("a scanner's name has 1 to 32 bytes and no control characters")
    return name


def _show(facts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(facts, indent=1)
        return
    for name, value in facts.items():
        if name == "partitions":
            say("partitions:")
            for each in value:
                say(f"  {each['label']:<10} {each['offset']:#010x}  {each['size'] // 1024:>6} KB")
        elif name == "firmware":
            say(f"firmware: {value['modules']} modules, {value['bytes'] // 1024} KB")
        elif name == "flash":
            say("flash: " + (", ".join(value) or "empty: to be provisioned"))
        else:
            say(f"{name}: {value}")
