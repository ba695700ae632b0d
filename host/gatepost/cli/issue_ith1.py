"""`gatepost issue ith1` and `gatepost issue status`: sealed travel certificates, and status codes of some minutes."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.cli import readingkeys
from gatepost.cli.issuing import (
    add_output,
    birth_date,
    deliver,
    forge,
    moment,
    read_object,
    seconds,
    signer_id,
)
from gatepost.errors import GatepostError
from gatepost.keys import passphrase

EXAMPLES = """\
examples:
  gatepost issue ith1 --key issuer/dsc.key.pem --reading utopia.reading --new-reading --png sealed.png
      makes the reading key first; tests, antibodies and vaccinations in one certificate
  gatepost issue ith1 --key issuer/dsc.key.pem --reading utopia.reading --sample test
  gatepost issue status --key issuer/dsc.key.pem --reading utopia.reading --colour green --minutes 30
"""
_LONGEST = 3660  # days
_LIFE = 1440  # minutes: a status may not outlive a day


def add_arguments(kinds: Any) -> None:
    ith1 = _parser(kinds, "ith1", "a sealed travel certificate (ITH1, our open profile)")
    source = ith1.add_mutually_exclusive_group()
    source.add_argument(
        "--sample",
        choices=("full", "test", "antibody", "vaccination"),
        default="full",
        help="a made-up certificate (default: full, of all three)",
    )
    source.add_argument("--body", type=Path, metavar="JSON", help="the certificate, as docs/ith1.md has it")
    ith1.add_argument("--days", type=int, default=180, metavar="N", help="days of life (default: 180)")
    ith1.set_defaults(issue=_ith1)
    status = _parser(kinds, "status", "a short-lived status code in the same envelope")
    status.add_argument("--colour", choices=("green", "yellow", "red"), required=True)
    status.add_argument(
        "--minutes", type=int, default=30, metavar="N", help="of life, at most 1440 (default: 30)"
    )
    status.set_defaults(issue=_status)


def _parser(kinds: Any, name: str, says: str) -> argparse.ArgumentParser:
    parser = kinds.add_parser(
        name,
        help=says,
        description=f"Make {says}: its text, and its QR code.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--key", type=Path, required=True, metavar="PEM", help="the issuer's private key, on P-256"
    )
    passphrase.add_arguments(parser)
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="the key's certificate (PEM or DER): gives the key id "
        "(default: of the one beside the key, else of the key)",
    )
    parser.add_argument(
        "--reading", type=Path, required=True, metavar="FILE", help="the reading key, a secret"
    )
    readingkeys.add_passphrase(parser)
    parser.add_argument(
        "--new-reading",
        action="store_true",
        help="make the reading key, in a new file without a passphrase (gatepost keys new reading locks it)",
    )
    parser.add_argument(
        "--country", default="UT", metavar="CC", help="of a new reading key (default: UT, Utopia)"
    )
    for part in ("family", "given"):
        parser.add_argument("--" + part, help=f"{part} of the sample's holder")
    parser.add_argument("--birth", type=birth_date, help="birth of the sample's holder")
    parser.add_argument("--issued", metavar="TIME", help="ISO 8601 or seconds since 1970 (default: now)")
    add_output(parser, "L")
    parser.add_argument("--forge", action="store_true", help="change one bit of the signature")
    return parser


def _ith1(args: argparse.Namespace) -> int:
    from gatepost.issue import ith1

    if not 1 <= args.days <= _LONGEST:
        raise GatepostError(f"--days {args.days}: not between 1 and {_LONGEST}")
    issued = _issued(args)
    body = read_object(args.body) if args.body else ith1.sample(args.sample, moment(issued), **_names(args))
    return _deliver(args, body, ith1.TRAVEL, issued, issued + args.days * 86400)


def _status(args: argparse.Namespace) -> int:
    from gatepost.issue import ith1

    if not 1 <= args.minutes <= _LIFE:
        raise GatepostError(f"--minutes {args.minutes}: not between 1 and {_LIFE}")
    issued = _issued(args)
    body = ith1.status(args.colour, **_names(args))
    return _deliver(args, body, ith1.STATUS, issued, issued + args.minutes * 60)


def _deliver(args: argparse.Namespace, body: Any, label: int, issued: int, expires: int) -> int:
    from cryptography.hazmat.primitives.asymmetric import ec

    from gatepost.issue import ith1
    from gatepost.keys import files
    from gatepost.keys.reading import new_reading_key, write_reading_key

    found = files.load_private(args.key, passphrase.existing(args, args.key))
    key = found.key
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise GatepostError(f"{args.key}: ITH1 is signed on P-256; this key is not")
    kid = signer_id(args.certificate, args.key, key)
    if args.new_reading:
        made = new_reading_key(args.country.upper(), issued, demonstration=found.demonstration)
        write_reading_key(args.reading, made)
    (reading,) = readingkeys.load(args, [args.reading])
    if reading.demonstration != found.demonstration:
        raise GatepostError(
            f"one of {args.key} and {args.reading} is a demonstration key, the other is none: they do not go together"
        )
    text = ith1.issue_ith1(
        body,
        key,
        kid,
        reading,
        issued=issued,
        expires=expires,
        label=label,
        signature=forge if args.forge else None,
    )
    return deliver([text], args)


def _issued(args: argparse.Namespace) -> int:
    issued = seconds(args.issued, datetime.now(UTC))
    if issued is None:
        raise GatepostError("a sealed certificate says when it was issued")
    return issued


def _names(args: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(args, name) for name in ("family", "given", "birth")}
    return {name: value for name, value in given.items() if value is not None}
