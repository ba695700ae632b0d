"""`gatepost firmware`: the scanner's program as a signed bundle, for `gatepost device push`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gatepost.cli import authoritykey, filing, terms
from gatepost.errors import GatepostError
from gatepost.printable import say

NAME = "firmware"
HELP = "sign a firmware for scanners that are at work"

EXAMPLES = """\
examples:
  gatepost firmware bundle --board waveshare-esp32-s3-touch-lcd-2 --key authority.key.pem -o firmware.gatepost
      this release's firmware, compiled for the board
  gatepost firmware bundle --folder my-firmware --key authority.key.pem --environment DEV -o firmware.gatepost
      a folder as it is, for virtual scanners
  gatepost firmware bundle --board ... --to-sign authority.pub.pem -o firmware.unsigned
      to be signed on another computer: see gatepost trust --help
  gatepost device push firmware.gatepost --role technician.role

A compiled firmware names its processor, and other scanners refuse it (wrong_architecture). A scanner runs it from its
next start on, and goes back to the one before when it does not confirm its start. All bundles of a scanner are of one
environment.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    bundling = actions.add_parser("bundle", help="sign a firmware")
    bundling.add_argument("--board", metavar="NAME", help="compile for this one of hardware/boards")
    bundling.add_argument(
        "--folder", type=Path, help="take this folder as it is (default: this release's source)"
    )
    bundling.add_argument("--environment", choices=("PROD", "UAT", "DEV", "DEMO"), default="PROD")
    terms.add_version(bundling)
    bundling.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    authoritykey.add_arguments(bundling)


def run(args: argparse.Namespace) -> int:
    from gatepost.device.firmware import architecture, firmware_files, sign_firmware
    from gatepost.sim.firmware import find_firmware

    if args.board and args.folder:
        raise GatepostError("--board compiles this release's firmware; --folder takes another: choose one")
    signer = authoritykey.load(args, args.environment)
    files = _compiled(args.board) if args.board else firmware_files(args.folder or find_firmware())
    version, created = terms.numbered(args)
    data = sign_firmware(files, signer, version, args.environment, created)
    filing.save(args.output, data)
    meant = architecture(files)
    say(
        f"wrote {args.output}: version {version}, {len(files)} files, {len(data)} bytes"
        + (f", for {meant} alone" if meant else "")
    )
    return 0


def _compiled(name: str) -> dict[str, bytes]:
    from gatepost import boards
    from gatepost.device.firmware import chosen
    from gatepost.image import compiling

    board = boards.load(name)
    if board.mpy_arch == "host":
        raise GatepostError(f"the board {name} runs the source: leave --board out")
    return chosen(compiling.firmware_files(board.mpy_arch))
