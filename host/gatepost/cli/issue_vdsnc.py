"""`gatepost issue vdsnc`: ICAO's proofs of vaccination and of testing."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.cli import filing
from gatepost.cli.issuing import add_output, deliver, forge, moment, read_object, seconds
from gatepost.errors import GatepostError
from gatepost.keys import passphrase

EXAMPLES = """\
examples:
  gatepost issue vdsnc --authority csca.key.pem --new-csca csca.crt.pem --country UT --png proof.png
      a sample proof, by a signer made for it below that passport authority, whose own certificate is made too
  gatepost trust import csca.crt.pem --scheme VDS-NC -o passports.json
      and what makes a scanner trust it
  gatepost issue vdsnc --authority csca.key.pem --country UT --sample test --svg proof.svg
"""


def add_arguments(kinds: Any) -> None:
    vdsnc = kinds.add_parser(
        "vdsnc",
        help="an ICAO VDS-NC",
        description="Make a proof as ICAO's VDS-NC: its text, and its QR code.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    vdsnc.add_argument(
        "--authority", type=Path, required=True, metavar="PEM", help="private key of the passport authority"
    )
    passphrase.add_arguments(vdsnc)
    vdsnc.add_argument(
        "--new-csca", type=Path, metavar="FILE", help="write the authority's certificate there"
    )
    vdsnc.add_argument("--country", default="UT", metavar="CC", help="two letters (default: UT, Utopia)")
    what = vdsnc.add_argument_group("content")
    source = what.add_mutually_exclusive_group()
    source.add_argument(
        "--sample", choices=("vaccination", "test"), default="vaccination", help="default: vaccination"
    )
    source.add_argument("--message", type=Path, metavar="JSON", help="the message, of type icao.vacc")
    what.add_argument("--issued", metavar="TIME", help="ISO 8601 or seconds since 1970 (default: now)")
    add_output(vdsnc, "L")
    vdsnc.add_argument("--forge", action="store_true", help="change one bit of the signature")
    vdsnc.set_defaults(issue=issue)


def issue(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding

    from gatepost.issue import vdsnc
    from gatepost.keys import files
    from gatepost.trust.countries import alpha3

    country = args.country.upper()
    issuer = alpha3(country)
    if not issuer:
        raise GatepostError(f"--country {args.country} is not an ISO 3166-1 alpha-2 country code such as AU")
    private = files.load_private(args.authority, passphrase.existing(args, args.authority))
    issued = seconds(args.issued, datetime.now(UTC))
    if issued is None:
        raise GatepostError("a signer's certificate says from when it is valid")
    now = moment(issued)
    if args.new_csca:
        certificate = vdsnc.authority(private.key, country, now)
        filing.save(args.new_csca, certificate.public_bytes(Encoding.PEM))
    signer_key = ec.generate_private_key(ec.SECP256R1())
    signer = vdsnc.barcode_signer(signer_key, private.key, country, begin=now)
    kind, message = (
        ("icao.vacc", read_object(args.message)) if args.message else vdsnc.sample(args.sample, now)
    )
    text = vdsnc.issue_vdsnc(
        message, signer_key, signer, issuer=issuer, kind=kind, signature=forge if args.forge else None
    )
    return deliver([text], args)
