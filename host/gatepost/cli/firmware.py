"""`gatepost firmware`: the scanner's program as a signed bundle, for `gatepost device push`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.keys import passphrase

NAME = "firmware"
HELP = "sign a firmware for scanners that are at work"

EXAMPLES = """\
examples:
  gatepost firmware bundle --board waveshare-esp32-s3-touch-lcd-2 --key authority.key.pem -o firmware.gatepost
      this release's firmware, compiled for the board
  gatepost firmware bundle --folder my-firmware --key authority.key.pem --environment DEV -o firmware.gatepost
      a folder as it is, for virtual scanners
  gatepost device push firmware.gatepost --role technician.role

A scanner runs it from its next start on, and goes back to the one before when it does not confirm its start. All
bundles of a scanner are of one environment.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    bundling = actions.add_parser("bundle", help="sign a firmware")
    bundling.add_argument("--board", metavar="NAME", help="compile for this one of hardware/boards")
    bundling.add_argument(
        "--folder", type=Path, help="take this folder as it is (default: this release's source)"
    )
    bundling.add_argument(
        "--key", type=Path, required=True, metavar="PEM", help="the authority's private key"
    )
    bundling.add_argument("--environment", choices=("PROD", "UAT", "DEV", "DEMO"), default="PROD")
    bundling.add_argument("--version", type=int, help="rises with every bundle (default: seconds since 1970)")
    bundling.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    passphrase.add_arguments(bundling)


def run(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives.asymmetric import ec

    from gatepost.device.firmware import firmware_files, sign_firmware
    from gatepost.keys.files import load_private
    from gatepost.sim.firmware import find_firmware

    if args.board and args.folder:
        raise GatepostError("--board compiles this release's firmware; --folder takes another: choose one")
    private = load_private(args.key, passphrase.existing(args, args.key))
    if private.demonstration and args.environment != "DEMO":
        raise GatepostError(
            f"{args.key} is marked as a demonstration key: it signs bundles of --environment DEMO alone"
        )
    if not isinstance(private.key, ec.EllipticCurvePrivateKey):
        raise GatepostError(f"{args.key}: an authority's key is on P-256; this one is not")
    files = _compiled(args.board) if args.board else firmware_files(args.folder or find_firmware())
    created = int(time.time())
    version = created if args.version is None else args.version
    data = sign_firmware(files, private.key, version, args.environment, created)
    try:
        args.output.write_bytes(data)
    except OSError as error:
        raise GatepostError(f"cannot write {args.output}: {error.strerror}") from None
    print(f"wrote {args.output}: version {version}, {len(files)} files, {len(data)} bytes")
    return 0


def _compiled(name: str) -> dict[str, bytes]:
    from gatepost import boards
    from gatepost.device.firmware import chosen
    from gatepost.image import compiling

    board = boards.load(name)
    if board.mpy_arch == "host":
        raise GatepostError(f"the board {name} runs the source: leave --board out")
    return chosen(compiling.firmware_files(board.mpy_arch))
