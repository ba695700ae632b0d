"""Options that name who is at work: a role certificate and its private key. No command of its own."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gatepost.errors import GatepostError
from gatepost.keys import passphrase

if TYPE_CHECKING:
    from gatepost.keys.roles import Credentials

VARIABLE = "GATEPOST_ROLE"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--role", type=Path, metavar="FILE", help=f"your role certificate (default: ${VARIABLE})"
    )
    parser.add_argument(
        "--key", type=Path, metavar="PEM", help="its private key (default: NAME.key.pem beside NAME.role)"
    )
    passphrase.add_arguments(parser)


def load(args: argparse.Namespace) -> Credentials:
    """The credentials that the options or the environment name."""
    from gatepost.keys.roles import load_credentials

    named = args.role or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is None:
        raise GatepostError(f"who asks? Name your role certificate with --role or {VARIABLE}")
    return load_credentials(named, args.key, passphrase.existing(args, args.key or named))
