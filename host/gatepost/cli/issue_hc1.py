"""`gatepost issue hc1`: EU DCC and WHO certificates, as they should be and as they are."""

from __future__ import annotations

import argparse
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import filing
from gatepost.cli.issuing import (
    add_output,
    birth_date,
    deliver,
    forge,
    moment,
    read_json,
    seconds,
    signer_id,
)
from gatepost.errors import GatepostError
from gatepost.keys import passphrase

if TYPE_CHECKING:
    from gatepost.issue.hc1 import PrivateKey

SAMPLES = ("vaccination", "test", "recovery", "yellow-fever", "link")  # those of gatepost.issue.samples

EXAMPLES = """\
examples:
  gatepost issue hc1 --key issuer/dsc.key.pem --png card.png
      a sample vaccination certificate, valid for a year, as a QR code
  gatepost issue hc1 --key issuer/dsc.key.pem --sample test --family Sørensen --given Bo --birth 1990-02-01
      a negative test from yesterday; the text goes to standard output
  gatepost issue hc1 --key issuer/dsc.key.pem --claims payload.json --issuer FR --expires 2027-01-01 --svg card.svg
      a payload of your own
  gatepost issue hc1 --key issuer/dsc.key.pem --expires none --kid-in unprotected --tag 61+18 --times float
      the same with what issuers in the field do differently
"""


def add_arguments(kinds: Any) -> None:
    hc1 = kinds.add_parser(
        "hc1",
        help="an EU DCC or WHO certificate (HC1)",
        description="Make an HC1 certificate: its text, and its QR code.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    hc1.add_argument("--key", type=Path, required=True, metavar="PEM", help="the issuer's private key")
    passphrase.add_arguments(hc1)
    named = hc1.add_mutually_exclusive_group()
    named.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="the key's certificate (PEM or DER): gives the key id",
    )
    named.add_argument(
        "--kid", metavar="HEX", help="the key id itself (default: of the key's certificate, else of the key)"
    )
    what = hc1.add_argument_group("content")
    source = what.add_mutually_exclusive_group()
    source.add_argument(
        "--sample",
        choices=SAMPLES,
        default="vaccination",
        help="a made-up certificate (default: vaccination)",
    )
    source.add_argument("--claims", type=Path, metavar="JSON", help="the payload, as under -260 / 1")
    source.add_argument(
        "--cwt", type=Path, metavar="JSON", help='the whole claims set, with numbers as names: {"4": 42, ...}'
    )
    source.add_argument("--raw-cwt", type=Path, metavar="FILE", help="the bytes to sign, whatever they are")
    what.add_argument("--family", help="family name of the sample")
    what.add_argument("--given", help="given names of the sample")
    what.add_argument("--birth", type=birth_date, help="birth date of the sample")
    what.add_argument(
        "--uvci",
        metavar="TEXT",
        help="identifier of the sample, by which it is withdrawn (default: a new one each time)",
    )
    what.add_argument(
        "--issuer", default="DE", help="country code of the issuer (default: DE; none leaves it out)"
    )
    what.add_argument(
        "--issued", metavar="TIME", help="ISO 8601 or seconds since 1970 (default: now; none leaves it out)"
    )
    what.add_argument("--expires", metavar="TIME", help="the same (default: a year after it was issued)")
    add_output(hc1, "Q")
    odd = hc1.add_argument_group("deviations, for tests")
    odd.add_argument(
        "--alg", choices=("ES256", "ES384", "PS256"), help="name this algorithm, whatever the key is"
    )
    places = ("protected", "unprotected", "both", "none")
    odd.add_argument("--alg-in", choices=places, default="protected", help="header of the algorithm")
    odd.add_argument("--kid-in", choices=places, default="protected", help="header of the key id")
    odd.add_argument(
        "--tag", choices=("18", "none", "61+18", "61"), default="18", help="CBOR tags around the envelope"
    )
    odd.add_argument(
        "--times", choices=("int", "float", "tagged", "text"), default="int", help="form of the times"
    )
    odd.add_argument("--sub-claim", type=int, metavar="N", help="the number under -260")
    odd.add_argument("--forge", action="store_true", help="change one bit of the signature")
    hc1.set_defaults(issue=issue_hc1)


def issue_hc1(args: argparse.Namespace) -> int:
    from gatepost.issue import hc1
    from gatepost.keys import files

    if not re.fullmatch("[A-Z]{2}|none", args.issuer):
        raise GatepostError(
            f"--issuer {args.issuer}: not a country of two capital letters such as DE, nor none"
        )
    key = files.load_private(args.key, passphrase.existing(args, args.key)).key
    issued = seconds(args.issued, datetime.now(UTC))
    expires = seconds(
        args.expires, (moment(issued) if issued is not None else datetime.now(UTC)) + timedelta(days=365)
    )
    sub_claim, payload, more = _content(args, issued)
    text = hc1.issue_hc1(
        payload,
        key,
        _kid(args, key),
        issuer=None if args.issuer == "none" else args.issuer,
        issued=issued,
        expires=expires,
        sub_claim=sub_claim if args.sub_claim is None else args.sub_claim,
        alg=args.alg,
        alg_in=args.alg_in,
        kid_in=args.kid_in,
        tag=args.tag,
        times=args.times,
        signature=forge if args.forge else None,
        **more,
    )
    return deliver([text], args)


def _content(args: argparse.Namespace, issued: int | None) -> tuple[int, Any, dict[str, Any]]:
    """Sub-claim, payload, and what replaces the claims set."""
    if args.raw_cwt:
        return 1, None, {"cwt": filing.load(args.raw_cwt)}
    if args.cwt:
        return 1, None, {"claims": _numbered(read_json(args.cwt))}
    if args.claims:
        return 1, read_json(args.claims), {}
    from gatepost.issue import samples

    chosen = {
        name: getattr(args, name) for name in ("family", "given", "birth") if getattr(args, name) is not None
    }
    country = args.issuer if args.issuer != "none" else "DE"
    now = moment(issued) if issued is not None else datetime.now(UTC)
    sub_claim, payload = samples.sample(args.sample, now=now, country=country, **chosen)
    if sub_claim == 1:
        samples.identify(
            payload, args.uvci or f"URN:UVCI:01:{country}:GATEPOST/{secrets.token_hex(10).upper()}"
        )
    return sub_claim, payload, {}


def _numbered(claims: Any) -> dict[Any, Any]:
    """JSON has no number as a name: those that look like one become one, at the top and under -260."""
    if not isinstance(claims, dict):
        raise GatepostError("--cwt wants a JSON object")
    found: dict[Any, Any] = {_number(name): value for name, value in claims.items()}
    if isinstance(found.get(-260), dict):
        found[-260] = {_number(name): value for name, value in found[-260].items()}
    return found


def _number(name: str) -> int | str:
    try:
        return int(name)
    except ValueError:
        return name


def _kid(args: argparse.Namespace, key: PrivateKey) -> bytes:
    if args.kid is not None:
        try:
            return bytes.fromhex(args.kid)
        except ValueError:
            raise GatepostError("--kid wants an even number of hexadecimal digits") from None
    return signer_id(args.certificate, args.key, key)
