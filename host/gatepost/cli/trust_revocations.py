"""`gatepost trust revoke` and `gatepost trust revocations`: withdrawing single certificates."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import authoritykey, filing, readingkeys, terms
from gatepost.errors import GatepostError
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from gatepost.revocation.records import Withdrawal
    from gatepost.trust.records import Tally

ENVIRONMENTS = ("PROD", "UAT", "DEV", "DEMO")
SCHEMES = ("HC1", "SHC", "VDS-NC", "IL", "ITH1")

REVOKE_EXAMPLES = """\
examples:
  gatepost trust revoke withdrawn.txt --uvci URN:UVCI:01:DE:IZ12345A/5CWLU12RNOB9RXSEOP6FG8#W
      by the identifier in the certificate, as it stands there
  gatepost trust revoke withdrawn.txt --certificate card.txt
      by the text of the code itself, of any scheme: its identifier, and its signature
  gatepost trust revoke withdrawn.txt --certificate sealed.txt --reading-key utopia/*.reading
  gatepost trust revoke withdrawn.txt --scheme ITH1 --uvci ITHC-20260822-000001
  gatepost trust revoke withdrawn.txt --scheme SHC --uvci vwAjHdarZuc --kid 3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s
  gatepost trust revoke withdrawn.txt --scheme IL --kind BATCH --uvci 24032021
  gatepost trust revoke withdrawn.txt --signer signer.pem
      all that a signer of ICAO's seals signed, by its certificate or by the text of any of its seals
  gatepost trust revoke withdrawn.txt --scheme HC1 --kind SIGNATURE --hash 5a39d2fd2a6c9d7f8e0b1d7c8d7e6f50
  gatepost trust revoke withdrawn.txt --uvci URN:UVCI:01:DE:1#2 --undo

The file is made where there is none. Scanners learn of it by a bundle: gatepost trust revocations bundle.
"""

LISTS_EXAMPLES = """\
examples:
  gatepost trust revocations import batches/ crl/ -o withdrawn.txt
      the EU gateway's batches and SMART Health Cards' lists, as JSON; says what it left out, and why. What the list
      held before, trust revoke's entries too, stays in it unless --replace
  gatepost trust revocations import numbers.txt --scheme VDS-NC -o withdrawn.txt
      one identifier a line
  gatepost trust revocations import signers/ --scheme VDS-NC --kind CERTIFICATE -o withdrawn.txt
      certificates of signers, PEM or DER
  gatepost trust revocations list withdrawn.txt
  gatepost trust revocations list withdrawn.gatepost --json
  gatepost trust revocations bundle withdrawn.txt --key authority.key.pem -o withdrawn.gatepost
  gatepost device push withdrawn.gatepost --role ana/technician.role
  gatepost trust revocations bundle withdrawn.txt --after withdrawn.gatepost --key authority.key.pem -o next.gatepost
      the next one, so that scanners which hold the last need little of it
  gatepost trust revocations bundle withdrawn.txt --slices eu/ --key authority.key.pem -o withdrawn.gatepost
      and the Bloom filters and hash lists of the EU's service: JSON of its lists and partitions, each slice in a file
      named by its hash

Bundles sign as those of keys do: --to-sign and gatepost trust sign for a key on another computer. A scanner uses a list
of any age unless its policy asks for a recent one (revocation_limit_days).
"""


def add_arguments(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    raw = argparse.RawDescriptionHelpFormatter
    revoking = actions.add_parser(
        "revoke", help="withdraw one certificate", epilog=REVOKE_EXAMPLES, formatter_class=raw
    )
    revoking.add_argument("file", type=Path, metavar="FILE", help="the list of withdrawn certificates")
    which = revoking.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--uvci", metavar="TEXT", help="its identifier: UVCI, number, rid or batch, letter by letter"
    )
    which.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="the text of its code, or of each of its codes a line",
    )
    which.add_argument(
        "--signer",
        type=Path,
        metavar="FILE",
        help="a VDS-NC signer's certificate (PEM, DER, or one of its seals)",
    )
    which.add_argument("--hash", metavar="HEX", help="the first 16 bytes of SHA-256 of its identifier")
    revoking.add_argument(
        "--reading-key",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="opens a sealed certificate (ITH1)",
    )
    readingkeys.add_passphrase(revoking)
    _add_kinds(revoking)
    revoking.add_argument("--before", metavar="TIME", help="ISO 8601: only where it was issued before (SHC)")
    revoking.add_argument("--undo", action="store_true", help="take it off the list")
    revoking.add_argument("--json", action="store_true")

    lists = actions.add_parser(
        "revocations",
        help="lists of withdrawn certificates: import, show, sign",
        epilog=LISTS_EXAMPLES,
        formatter_class=raw,
    )
    verbs = lists.add_subparsers(dest="verb", required=True, metavar="ACTION")
    importing = verbs.add_parser("import", help="read what issuers publish into one file")
    importing.add_argument("sources", nargs="+", metavar="SOURCE", help="file or folder")
    _add_kinds(importing)
    importing.add_argument("--at", metavar="TIME", help="ISO 8601: the moment that decides what has expired")
    importing.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="the list to write; where there is one, what it holds stays in it",
    )
    importing.add_argument("--replace", action="store_true", help="forget what the list held before")
    importing.add_argument("--json", action="store_true")

    listing = verbs.add_parser("list", help="show what a file or bundle holds")
    listing.add_argument("sources", nargs="+", metavar="FILE")
    listing.add_argument("--json", action="store_true")

    bundling = verbs.add_parser("bundle", help="sign a file as a bundle for scanners")
    bundling.add_argument("sources", nargs="*", metavar="FILE")
    bundling.add_argument("--environment", choices=ENVIRONMENTS, default="PROD")
    bundling.add_argument(
        "--slices",
        type=Path,
        metavar="FOLDER",
        help="Bloom filters and hash lists of the EU's service, as they are",
    )
    bundling.add_argument("--after", type=Path, metavar="BUNDLE", help="the bundle that scanners hold now")
    terms.add_arguments(bundling)
    bundling.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    bundling.add_argument("--json", action="store_true")
    authoritykey.add_arguments(bundling)


def _add_kinds(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scheme", choices=SCHEMES, default="HC1", help="of the certificates (default: HC1)")
    parser.add_argument(
        "--kind",
        default="",
        metavar="KIND",
        help="what the identifier is: UCI, COUNTRYCODEUCI, SIGNATURE, RID, BATCH, NUMBER, CERTIFICATE "
        "(default: the scheme's number)",
    )
    parser.add_argument("--kid", default="", metavar="KID", help="of the key under which a RID counts (SHC)")


def revoke(args: argparse.Namespace) -> int:
    from gatepost.device import report
    from gatepost.revocation.records import merge, read_file, write_file

    with report.busy(args.json, "reading"):
        known = read_file(args.file)
    meant = _meant(args)
    if args.undo:
        gone = {each[:4] for each in meant}
        entries = [each for each in known if each[:4] not in gone]
        if len(entries) == len(known):
            raise GatepostError(f"{args.file} does not hold it")
    else:
        entries = merge([*known, *meant])
    filing.save(args.file, write_file(entries).encode())
    if args.json:
        say_json({"entries": len(entries), "changed": [each.line() for each in meant]})
    else:
        for each in meant:
            say(f"{'taken off' if args.undo else 'withdrawn'}: {each.line()}")
        say(f"{args.file}: {len(entries)} entries")
    return 0


def run(args: argparse.Namespace) -> int:
    return {"import": _import, "list": _list, "bundle": _bundle}[args.verb](args)


def _import(args: argparse.Namespace) -> int:
    from gatepost.device import report
    from gatepost.revocation.records import merge, read_file, write_file

    entries, tally = _read(args.sources, args)
    if not entries:
        raise tally.nothing("withdrawn certificate", args.sources)
    with report.busy(args.json, "merging"):
        known = [] if args.replace else read_file(args.output)
        merged = merge([*known, *entries])
    filing.save(args.output, write_file(merged).encode())
    new = len({each[:4] for each in merged} - {each[:4] for each in known})
    _report(args, tally, entries, output=str(args.output), there=len(known), new=new, total=len(merged))
    return 0


def _list(args: argparse.Namespace) -> int:
    from gatepost.revocation.bundle import read_content
    from gatepost.trust.bundle import MAGIC, read_bundle

    facts: dict[str, Any] = {}
    for source in args.sources:
        data = filing.load(Path(source))
        if data.startswith(MAGIC):
            found = read_bundle(data)
            facts[source] = {
                "version": found.version,
                "environment": found.environment,
                "created": found.created,
                "size": len(data),
                **read_content(found).counts,
            }
        else:
            entries, _ = _read([source], args)
            facts[source] = dict(Counter(f"{each.scheme} {each.kind}" for each in entries))
    if args.json:
        say_json(facts, indent=1)
        return 0
    for source, counts in facts.items():
        say(source)
        for name, count in counts.items():
            say(f"  {name}: {_date(count) if name == 'created' else count}")
    return 0


def _bundle(args: argparse.Namespace) -> int:
    from gatepost.device import report
    from gatepost.revocation.bundle import build_revocations
    from gatepost.revocation.slices import read_folder

    entries, tally = _read(args.sources, args)
    found, left_out = read_folder(args.slices, time.time()) if args.slices else ([], None)
    if not args.sources and not found:
        raise GatepostError("name a list of withdrawn certificates, which may be empty, or --slices")
    signer = authoritykey.load(args, args.environment)
    version, created, expires = terms.read(args)
    after = filing.load(args.after) if args.after else None
    with report.busy(args.json, "sorting and signing"):
        data = build_revocations(entries, signer, version, args.environment, created, expires, after, found)
    filing.save(args.output, data)
    if left_out is not None:
        tally.skipped.update(left_out.skipped)
        tally.examples.update(left_out.examples)
    slices = sum(len(each.slices) for each in found)
    _report(args, tally, entries, output=str(args.output), version=version, size=len(data), slices=slices)
    return 0


def _meant(args: argparse.Namespace) -> list[Withdrawal]:
    """What the arguments withdraw."""
    from gatepost.revocation.identifiers import of_certificate
    from gatepost.revocation.lines import identifier
    from gatepost.revocation.records import HASHED, KINDS, Withdrawal, check
    from gatepost.revocation.signers import of_signers

    if args.before and (args.scheme != "SHC" or args.certificate or args.signer):
        raise GatepostError("--before is for SHC alone: no other scheme withdraws by the time of issue")
    if args.certificate:
        text = filing.load(args.certificate).decode("utf-8", "replace")
        return of_certificate(text, readingkeys.load(args, args.reading_key))
    if args.signer:
        return of_signers(filing.load(args.signer), str(args.signer))
    kind = args.kind or KINDS[args.scheme][0]
    if kind in HASHED and args.hash is None:
        raise GatepostError(
            f"a {kind} is no text: --uvci cannot name it; --certificate, --signer or --hash can"
        )
    before = int(_moment(args.before, "--before")) if args.before else 0
    if args.hash is None:
        try:
            return [identifier(args.scheme, kind, args.uvci, _kid(args.kid), before)]
        except GatepostError as error:
            raise GatepostError(f"--uvci {args.uvci!r}: {error}") from None
    try:
        digest = bytes.fromhex(args.hash)
    except ValueError:
        raise GatepostError(f"--hash {args.hash}: not hexadecimal") from None
    return [check(Withdrawal(args.scheme, kind, digest, _kid(args.kid), before))]


def _read(sources: list[str], args: argparse.Namespace) -> tuple[list[Withdrawal], Tally]:
    from gatepost.device import report
    from gatepost.revocation.sources import Options, read_sources

    at = getattr(args, "at", None)
    options = Options(
        scheme=getattr(args, "scheme", "HC1"),
        kind=getattr(args, "kind", ""),
        kid=_kid(getattr(args, "kid", "")),
        at=_moment(at, "--at") if at else time.time(),
    )
    with report.busy(args.json, "reading"):
        return read_sources(sources, options)


def _report(args: argparse.Namespace, tally: Tally, entries: list[Withdrawal], **facts: Any) -> None:
    if args.json:
        say_json({**tally.to_json(), "kept": len(entries), **facts})
        return
    say(f"{tally.read} entries read, {len(entries)} different ones kept")
    for why, count in tally.skipped.most_common():
        say(f"  left out: {count} x {why}  e.g. {tally.examples[why]}")
    if "version" in facts:
        about = f"version {facts['version']}, {facts['size']} bytes"
    else:
        about = f"{facts['there']} were there, {facts['new']} new, {facts['total']} in all"
    if facts.get("slices"):
        say(f"{facts['slices']} slices, searched on the scanner as they are")
    say(f"wrote {facts['output']}: {about}")


def _date(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M UTC}"


def _kid(text: str) -> bytes:
    from gatepost.trust.public_keys import unbase64

    try:
        return unbase64(text) if text else b""
    except (ValueError, GatepostError):
        raise GatepostError(f"--kid {text}: not base64") from None


def _moment(text: str, option: str) -> float:
    from gatepost.cli.scan import moment

    try:
        return moment(text)
    except argparse.ArgumentTypeError as error:
        raise GatepostError(f"{option}: {error}") from None
