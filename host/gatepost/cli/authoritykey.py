"""Options that name the authority's private key, or leave its signature for later. No command of its own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gatepost.errors import GatepostError
from gatepost.keys import passphrase

if TYPE_CHECKING:
    from gatepost.keys.authority import AuthorityKey
    from gatepost.trust.signing import Signer

KEY_HELP = "the authority's private key: a PEM file, or pkcs11:token=NAME;object=NAME for one in a token"
TO_SIGN_HELP = (
    "leave the signature to the holder of this public key, on another computer: gatepost trust sign"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--key or --to-sign, and the passphrase or PIN."""
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--key", metavar="KEY", help=KEY_HELP)
    group.add_argument("--to-sign", type=Path, metavar="PUBLIC", help=TO_SIGN_HELP)
    passphrase.add_arguments(parser)


def load(args: argparse.Namespace, environment: str) -> Signer:
    """What signs, if it may sign for that environment."""
    from gatepost.keys import authority

    found: AuthorityKey
    if args.to_sign:
        found = authority.absent(args.to_sign)
    else:
        found = authority.open_key(args.key, passphrase.existing(args, args.key))
    if found.demonstration and environment != "DEMO":
        raise GatepostError(
            f"{args.to_sign or args.key} is marked as a demonstration key: it signs bundles of --environment DEMO alone"
        )
    return found.key
