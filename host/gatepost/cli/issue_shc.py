"""`gatepost issue shc`: SMART Health Cards, in one code or several."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.cli import filing
from gatepost.cli.issuing import add_output, birth_date, deliver, forge, moment, read_json, seconds
from gatepost.errors import GatepostError
from gatepost.keys import passphrase

EXAMPLES = """\
examples:
  gatepost issue shc --key issuer.key.pem --issuer https://health.example/cards --png card.png
      a sample card with two vaccinations
  gatepost issue shc --key issuer.key.pem --issuer https://health.example/cards --jwks jwks.json
      and the key set to import: gatepost trust import jwks.json --issuer https://health.example/cards
  gatepost issue shc --key issuer.key.pem --issuer https://health.example/cards --chunk 300 --png card.png
      the same in several codes: card-1.png, card-2.png, ...
  gatepost issue shc --key issuer.key.pem --issuer https://health.example/cards --bundle fhir.json --rid A1
      a FHIR bundle of your own, and a revocation identifier
"""


def add_arguments(kinds: Any) -> None:
    shc = kinds.add_parser(
        "shc",
        help="a SMART Health Card",
        description="Make a SMART Health Card: its text, and its QR codes.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shc.add_argument(
        "--key", type=Path, required=True, metavar="PEM", help="the issuer's private key, on P-256"
    )
    passphrase.add_arguments(shc)
    shc.add_argument("--issuer", required=True, metavar="URL", help="the issuer's address")
    shc.add_argument("--jwks", type=Path, metavar="FILE", help="write the issuer's key set there")
    what = shc.add_argument_group("content")
    source = what.add_mutually_exclusive_group()
    source.add_argument(
        "--sample",
        choices=("vaccination", "test"),
        default="vaccination",
        help="a made-up card (default: vaccination)",
    )
    source.add_argument("--bundle", type=Path, metavar="JSON", help="the FHIR bundle")
    what.add_argument("--family", help="family name of the sample")
    what.add_argument("--given", help="given names of the sample")
    what.add_argument("--birth", type=birth_date, help="birth date of the sample")
    what.add_argument("--issued", metavar="TIME", help="ISO 8601 or seconds since 1970 (default: now)")
    what.add_argument("--expires", metavar="TIME", help="the same (default: never, as most cards)")
    what.add_argument("--rid", metavar="TEXT", help="revocation identifier")
    what.add_argument(
        "--chunk", type=int, metavar="N", help="several codes of at most N characters of the JWS"
    )
    add_output(shc, "L")
    shc.add_argument("--forge", action="store_true", help="change one bit of the signature")
    shc.set_defaults(issue=issue)


def issue(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives.asymmetric import ec

    from gatepost.issue import shc
    from gatepost.keys import files

    key = files.load_private(args.key, passphrase.existing(args, args.key)).key
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise GatepostError(f"{args.key}: SMART Health Cards are signed on P-256; this key is not")
    if args.chunk is not None and not 20 <= args.chunk <= shc.CHUNK:
        raise GatepostError(f"--chunk {args.chunk}: not between 20 and {shc.CHUNK}")
    if not re.fullmatch(r"https://[^\s/?#]+[^\s?#]*", args.issuer):
        raise GatepostError(f"--issuer {args.issuer}: not an address such as https://health.example/cards")
    issued = seconds(args.issued, datetime.now(UTC))
    if issued is None:
        raise GatepostError("a SMART Health Card says when it was issued")
    if args.bundle:
        bundle = read_json(args.bundle)
    else:
        chosen = {
            name: getattr(args, name)
            for name in ("family", "given", "birth")
            if getattr(args, name) is not None
        }
        bundle = shc.sample(args.sample, moment(issued), **chosen)
    jws = shc.issue_shc(
        bundle,
        key,
        args.issuer.rstrip("/"),
        issued=issued,
        expires=None if args.expires is None else seconds(args.expires, datetime.now(UTC)),
        rid=args.rid,
        signature=forge if args.forge else None,
    )
    if args.jwks:
        filing.save(args.jwks, shc.jwks(key.public_key()).encode())
    texts = shc.texts(jws, args.chunk)
    return deliver(texts, args, [shc.segments(text) for text in texts])
