"""`gatepost trust`: from the lists that health authorities publish to what a scanner trusts."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import authoritykey, filing, terms, trust_revocations, trust_signing
from gatepost.errors import GatepostError
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from rich.console import Console

    from gatepost.trust.records import KeyRecord, Tally

NAME = "trust"
HELP = "import issuers' keys, build and inspect signed trust bundles"

ENVIRONMENTS = ("PROD", "UAT", "DEV", "DEMO")

EXAMPLES = """\
examples:
  gatepost trust import did.json vci_snapshot.json -o keys.json
      read WHO's list and the VCI directory, say what was left out and why
  gatepost trust import csca.pem --scheme VDS-NC -o passports.json
      the authority behind a country's passports, for ICAO's VDS-NC
  gatepost trust list keys.json --only-country PT
  gatepost trust diff yesterday.gatepost today.gatepost
  gatepost trust bundle keys.json extra-signers/ --key authority.key.pem --environment PROD -o trust.gatepost
  gatepost trust bundle keys.json --to-sign authority.pub.pem -o trust.unsigned
  gatepost trust sign trust.unsigned --key authority.key.pem -o trust.signature
  gatepost trust attach trust.unsigned trust.signature --authority authority.pub.pem -o trust.gatepost
      the same with the private key on another computer: the first and the last here, the second there
  gatepost trust revoke withdrawn.txt --uvci URN:UVCI:01:DE:1#2
  gatepost trust revocations bundle withdrawn.txt --key authority.key.pem -o withdrawn.gatepost
      withdraw single certificates; gatepost trust revocations --help has more
  gatepost trust inspect trust.gatepost --authority authority.pub.pem
  gatepost trust image --bundle trust.gatepost --authority authority.pub.pem -o flash.img

A source is a certificate (PEM or DER), a folder of them, a JWK set, a list of bare keys ({kid, publicKey}, as the
United Kingdom's; with --country), WHO's trust list (did.json or .gz), the VCI
snapshot, a key file from `import`, or a bundle. Expired keys and development participants are left out unless
asked for; what is left out is counted by reason.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    importing = actions.add_parser("import", help="read sources into one key file")
    _add_sources(importing)
    importing.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the key file to write"
    )

    listing = actions.add_parser("list", help="show the keys of sources")
    _add_sources(listing)
    listing.add_argument("--only-country", default="", metavar="CC", help="keys of this country alone")
    listing.add_argument("--only-kid", default="", metavar="HEX", help="keys whose kid starts so")
    listing.add_argument(
        "--only-scheme", default="", metavar="NAME", help="keys of this scheme alone (HC1, SHC)"
    )

    inspecting = actions.add_parser("inspect", help="show what a bundle is and holds")
    inspecting.add_argument("bundle", type=Path)
    inspecting.add_argument(
        "--authority", type=Path, metavar="FILE", help="check the signature with this public key"
    )
    inspecting.add_argument("--json", action="store_true")

    differing = actions.add_parser(
        "diff", help="show what changed between two sources; exit code 1 if anything did"
    )
    differing.add_argument("before")
    differing.add_argument("after")
    differing.add_argument("--json", action="store_true")

    bundling = actions.add_parser("bundle", help="sign the keys of sources as a trust bundle")
    _add_sources(bundling)
    terms.add_arguments(bundling)
    bundling.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    authoritykey.add_arguments(bundling)

    trust_signing.add_arguments(actions)
    trust_revocations.add_arguments(actions)

    imaging = actions.add_parser("image", help="make a scanner's flash image from a bundle")
    imaging.add_argument("--bundle", type=Path, required=True, metavar="FILE")
    imaging.add_argument(
        "--authority", type=Path, required=True, metavar="FILE", help="the authority's public key"
    )
    imaging.add_argument("--policy", type=Path, metavar="FILE", help="a policy bundle beside it")
    imaging.add_argument("--size", default="2M", help="bytes, or with K or M (default: 2M)")
    imaging.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")


def _add_sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", nargs="+", metavar="SOURCE")
    parser.add_argument(
        "--environment",
        choices=ENVIRONMENTS,
        default="PROD",
        help="where keys come from whose list does not say",
    )
    parser.add_argument(
        "--scheme",
        choices=("HC1", "VDS-NC", "IL", "ITH1"),
        default="",
        help="what certificates are: signers of HC1 (default), passport authorities (CSCA) behind VDS-NC, "
        "signers of Israel's older Green Pass, or of ITH1",
    )
    parser.add_argument("--include-expired", action="store_true")
    parser.add_argument(
        "--include-development", action="store_true", help="WHO's development participants too"
    )
    parser.add_argument("--include-authorities", action="store_true", help="CA certificates too")
    parser.add_argument("--issuer", default="", metavar="URL", help="address of the issuer of a JWK set")
    parser.add_argument(
        "--country",
        default="",
        metavar="CC",
        help="country of the keys of a JWK set or of a list of bare keys",
    )
    parser.add_argument("--at", metavar="TIME", help="ISO 8601: the moment that decides what has expired")
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    actions = {
        "import": _import,
        "list": _list,
        "inspect": _inspect,
        "diff": _diff,
        "bundle": _bundle,
        "sign": trust_signing.sign,
        "attach": trust_signing.attach,
        "revoke": trust_revocations.revoke,
        "revocations": trust_revocations.run,
        "image": _image,
    }
    return actions[args.action](args)


def _import(args: argparse.Namespace) -> int:
    from gatepost.trust.sources import write_keys

    records, tally = _read(args)
    if not records:
        raise tally.nothing("key to keep", args.sources)
    filing.save(args.output, write_keys(records).encode())
    _report(args, records, tally)
    return 0


def _list(args: argparse.Namespace) -> int:
    from gatepost.trust import tables

    records, tally = _read(args)
    shown = [
        each
        for each in records
        if args.only_country.upper() in ("", each.country, each.participant)
        and each.kid.hex().startswith(args.only_kid.lower())
        and args.only_scheme.upper() in ("", each.scheme)
    ]
    if args.json:
        say_json([each.to_json() for each in shown], indent=1)
        return 0
    if shown:
        _console().print(tables.keys_table(shown))
    else:
        say(f"no key to show: {len(records)} keys, and none that the --only options name")
    tables.print_tally(tally, len(records), _console(stderr=True))
    return 0


def _inspect(args: argparse.Namespace) -> int:
    from gatepost.keys.files import load_authority
    from gatepost.trust import bundle, tables

    data = filing.load(args.bundle)
    found = bundle.read_bundle(data, load_authority(args.authority) if args.authority else None)
    facts: dict[str, Any] = {
        "kind": found.contents.get("kind"),
        "version": found.version,
        "environment": found.environment,
        "created": datetime.fromtimestamp(found.created, UTC).isoformat(),
        "expires": (
            datetime.fromtimestamp(found.contents["expires"], UTC).isoformat()
            if "expires" in found.contents
            else "never"
        ),
        "signature": "right" if args.authority else "not checked (--authority)",
        "size": len(data),
        "parts": {name: len(part) for name, part in found.parts.items()},
    }
    if found.architecture:
        facts["architecture"] = found.architecture
    records = found.keys() if "keys" in found.parts else []
    facts["keys"] = len(records)
    if args.json:
        say_json(facts, indent=1)
        return 0
    console = _console()
    for name, value in facts.items():
        say(f"{name}: {value}")
    if records:
        console.print(tables.summary_table(records))
    return 0


def _diff(args: argparse.Namespace) -> int:
    from gatepost.trust import tables
    from gatepost.trust.diff import compare
    from gatepost.trust.sources import Options, read_sources

    everything = Options(include_expired=True, include_development=True)
    before, after = (read_sources([each], everything)[0] for each in (args.before, args.after))
    difference = compare(before, after)
    if args.json:
        say_json(difference.to_json(), indent=1)
    else:
        for table in tables.difference_tables(difference):
            _console().print(table)
        if not difference:
            say(f"no difference: {len(after)} keys")
    return 1 if difference else 0


def _bundle(args: argparse.Namespace) -> int:
    from gatepost.trust.bundle import build_bundle

    records, tally = _read(args)
    signer = authoritykey.load(args, args.environment)
    version, created, expires = terms.read(args)
    data = build_bundle(records, signer, version, args.environment, created, expires)
    filing.save(args.output, data)
    _report(args, records, tally, bundle=str(args.output), version=version, size=len(data))
    return 0


def _image(args: argparse.Namespace) -> int:
    from gatepost.keys.files import load_authority
    from gatepost.trust.image import build_image

    image = build_image(
        filing.load(args.bundle),
        load_authority(args.authority),
        _size(args.size),
        policy=filing.load(args.policy) if args.policy else None,
    )
    filing.save(args.output, image)
    say(f"wrote {args.output}, {len(image)} bytes")
    return 0


def _read(args: argparse.Namespace) -> tuple[list[KeyRecord], Tally]:
    from gatepost.trust.countries import alpha2
    from gatepost.trust.sources import Options, read_sources

    country = alpha2(args.country) if args.country else ""
    if args.country and not country:
        raise GatepostError(f"--country {args.country} is not an ISO 3166-1 country code")
    options = Options(
        environment=args.environment,
        include_expired=args.include_expired,
        include_development=args.include_development,
        include_authorities=args.include_authorities,
        issuer=args.issuer.rstrip("/"),
        country=country,
        scheme=args.scheme,
        at=_moment(args.at),
    )
    return read_sources(args.sources, options)


def _report(args: argparse.Namespace, records: Sequence[KeyRecord], tally: Tally, **facts: Any) -> None:
    if args.json:
        say_json({**tally.to_json(), "kept": len(records), **facts})
        return
    from gatepost.trust import tables

    tables.print_tally(tally, len(records), _console())
    if facts:
        say(f"wrote {facts['bundle']}: version {facts['version']}, {facts['size']} bytes")


def _moment(text: str | None) -> float:
    if text is None:
        return time.time()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise GatepostError(f"--at {text}: not a time such as 2026-08-22T12:00:00Z") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def _size(text: str) -> int:
    unit = {"K": 1024, "M": 1024 * 1024}.get(text[-1:].upper(), 1)
    try:
        return int(text if unit == 1 else text[:-1]) * unit
    except ValueError:
        raise GatepostError(f"--size {text}: not a size such as 1048576, 512K or 2M") from None


_UNCUT = 10_000  # columns, where a program reads: nothing is folded for it


def _console(stderr: bool = False) -> Console:
    from gatepost.device import report

    return report.console(stderr, _UNCUT)
