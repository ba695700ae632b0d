"""`gatepost issue israel`: the older form of Israel's Green Pass."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.cli import filing
from gatepost.cli.issuing import add_output, deliver, forge, moment, seconds
from gatepost.errors import GatepostError
from gatepost.keys import passphrase

EXAMPLES = """\
examples:
  gatepost issue israel --key issuer/dsc.key.pem --png pass.png
      a sample pass with two vaccinations, on P-256 or RSA as the key is
  gatepost trust import issuer/dsc.crt.pem --scheme IL -o israel.json
      and what makes a scanner trust it
  gatepost issue israel --key issuer/dsc.key.pem --payload pass.json --text pass.txt
      content of your own, signed byte by byte as it is
"""


def add_arguments(kinds: Any) -> None:
    israel = kinds.add_parser(
        "israel",
        help="Israel's older Green Pass",
        description="Make a Green Pass in Israel's older form: its text, and its QR code.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    israel.add_argument("--key", type=Path, required=True, metavar="PEM", help="P-256 or RSA")
    passphrase.add_arguments(israel)
    source = israel.add_mutually_exclusive_group()
    source.add_argument(
        "--sample", choices=("vaccination", "recovery"), default="vaccination", help="default: vaccination"
    )
    source.add_argument("--payload", type=Path, metavar="JSON", help="the content to sign")
    israel.add_argument("--issued", metavar="TIME", help="moment of the sample (default: now)")
    israel.add_argument("--double", action="store_true", help="RSA over the digest of the digest")
    add_output(israel, "L")
    israel.add_argument("--forge", action="store_true", help="change one bit of the signature")
    israel.set_defaults(issue=issue)


def issue(args: argparse.Namespace) -> int:
    from gatepost.issue import israel
    from gatepost.keys import files

    key = files.load_private(args.key, passphrase.existing(args, args.key)).key
    now = datetime.now(UTC)
    issued = seconds(args.issued, now)
    when = now if issued is None else moment(issued)
    content = _text(args.payload) if args.payload else israel.sample(args.sample, key, when)
    text = israel.issue_israel(content, key, double=args.double, signature=forge if args.forge else None)
    # The code holds the very bytes that were signed, in byte mode.
    return deliver([text.decode()], args, [text])


def _text(path: Path) -> bytes:
    """The bytes of a file, which the code shows as text."""
    content = filing.load(path)
    try:
        content.decode()
    except UnicodeDecodeError:
        raise GatepostError(f"{path} is no text in UTF-8") from None
    return content
