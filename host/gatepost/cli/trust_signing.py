"""`gatepost trust sign` and `attach`: the two halves of signing on a computer without a network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gatepost.cli import filing
from gatepost.cli.authoritykey import KEY_HELP
from gatepost.errors import GatepostError, about
from gatepost.keys import passphrase
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from gatepost.trust.offline import Draft


def add_arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    signing = actions.add_parser(
        "sign", help="sign what another computer prepared: an unsigned bundle or role certificate"
    )
    signing.add_argument("file", type=Path, metavar="UNSIGNED")
    signing.add_argument("--key", required=True, metavar="KEY", help=KEY_HELP)
    signing.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the signature")
    signing.add_argument("--yes", action="store_true", help="do not ask")
    passphrase.add_arguments(signing)

    attaching = actions.add_parser("attach", help="put a signature into what it was made for")
    attaching.add_argument("file", type=Path, metavar="UNSIGNED")
    attaching.add_argument("signature", type=Path, metavar="SIGNATURE")
    attaching.add_argument(
        "--authority", type=Path, required=True, metavar="FILE", help="the authority's public key"
    )
    attaching.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    attaching.add_argument("--json", action="store_true")


def sign(args: argparse.Namespace) -> int:
    from gatepost.keys import authority
    from gatepost.trust import offline

    draft = _draft(args.file)
    for name, value in {**draft.facts, "sha256": draft.digest.hex()}.items():
        say(f"{name + ':':<13} {value}")
    if not args.yes:
        if not sys.stdin.isatty():
            raise GatepostError("nobody is there to say yes to this: --yes")
        if input("sign this? Type yes: ").strip() != "yes":
            raise GatepostError("nothing was signed")
    found = authority.open_key(args.key, passphrase.existing(args, args.key))
    if found.demonstration and draft.facts.get("environment", "DEMO") != "DEMO":
        raise GatepostError(f"{args.key} is marked as a demonstration key: it signs DEMO bundles alone")
    filing.save(args.output, offline.sign(draft, found.key))
    say(f"wrote {args.output}")
    return 0


def attach(args: argparse.Namespace) -> int:
    from gatepost.keys.files import load_authority
    from gatepost.trust import offline

    draft = _draft(args.file)
    data = offline.attach(draft, filing.load(args.signature), load_authority(args.authority))
    filing.save(args.output, data)
    if args.json:
        say_json({**draft.facts, "output": str(args.output), "size": len(data)})
    else:
        say(f"wrote {args.output}: {draft.name}, signed")
    return 0


def _draft(path: Path) -> Draft:
    from gatepost.trust import offline

    try:
        return offline.read_draft(filing.load(path))
    except GatepostError as error:
        raise GatepostError(about(path, error)) from None
