"""`gatepost keys package` and `accept`: one authority hands its keys to another, which takes them in."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import authoritykey, filing, readingkeys, terms
from gatepost.errors import GatepostError
from gatepost.keys import passphrase
from gatepost.printable import say, say_json

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from gatepost.keys.partners import Accepted
    from gatepost.trust.records import KeyRecord

ENVIRONMENTS = ("PROD", "UAT", "DEV", "DEMO")

PACKAGE_EXAMPLES = """\
examples:
  gatepost keys package --to pt/recipient.pub.pem --fingerprint HEX --country UT --name "Utopia Health" \\
      --signing ut/dsc.crt.pem --reading ut/UT-*.reading --key ut/authority.key.pem -o ut.package
      what signs our sealed certificates and what opens them, for one partner
  gatepost keys package --to pt/recipient.pub.pem --fingerprint HEX --country UT --name "Utopia Health" \\
      --signing hc1-signers/ --scheme HC1 --to-sign ut/authority.pub.pem -o ut.unsigned
      signing keys alone; signed on another computer by gatepost trust sign and attach

A package holds all keys that count: it takes the place of the one before, and what it does not name is withdrawn. While
certificates of an old reading key are about, the old and the new one go into it.
"""

ACCEPT_EXAMPLES = """\
examples:
  gatepost keys accept ut.package --key pt/recipient.key.pem --fingerprint HEX --country UT -o partners/ut
      the first package: HEX is what Utopia's authority reads out over the telephone, UT whose keys it may bring
  gatepost keys accept ut-2.package --key pt/recipient.key.pem -o partners/ut
      a later one, of the same authority
  gatepost trust bundle partners/ut/signing.json others.json --key authority.key.pem -o list.gatepost
  gatepost device reading partners/*/reading/*.reading --fingerprint SCANNER --role technician.role
  gatepost scan card.png --trust partners/ut/signing.json --reading-key partners/ut/reading/* --policy bilateral
      what became of it: for scanners, and for a try

Reading keys are locked by the passphrase of the recipient's key, if it has one. Refused with a reason of its own (in
--json: code) is what is not from the folder's authority, altered, sealed to another key, expired, accepted before,
older than what was accepted, or brings keys of another country.
"""


def add_arguments(actions: Any) -> None:
    packing = _parser(actions, "package", "hand keys to another authority, sealed to it", PACKAGE_EXAMPLES)
    packing.add_argument(
        "--to",
        type=Path,
        required=True,
        metavar="PUBLIC",
        help="the recipient's public key, recipient.pub.pem",
    )
    packing.add_argument(
        "--fingerprint",
        required=True,
        metavar="HEX",
        help="of that key, as the recipient told it over another way",
    )
    packing.add_argument("--name", required=True, help="the authority whose keys these are, for people")
    packing.add_argument("--country", required=True, metavar="CC", help="its country, two letters")
    packing.add_argument(
        "--signing",
        action="extend",
        nargs="+",
        default=[],
        metavar="SOURCE",
        help="keys that sign certificates: certificates, folders, key files",
    )
    packing.add_argument(
        "--scheme", choices=("ITH1", "HC1", "VDS-NC"), default="ITH1",
        help="what those certificates sign (default: ITH1)",
    )  # fmt: skip
    packing.add_argument(
        "--reading", action="extend", nargs="+", type=Path, default=[], metavar="FILE", help="reading keys"
    )
    readingkeys.add_passphrase(packing)
    packing.add_argument("--environment", choices=ENVIRONMENTS, default="PROD")
    packing.add_argument("--version", type=int, help="rises with every package (default: seconds since 1970)")
    packing.add_argument(
        "--expires",
        type=int,
        default=30,
        metavar="DAYS",
        help="nobody accepts it after so many days (default: 30)",
    )
    packing.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    authoritykey.add_arguments(packing)

    accepting = _parser(actions, "accept", "take in a package of another authority's keys", ACCEPT_EXAMPLES)
    accepting.add_argument("package", type=Path)
    accepting.add_argument(
        "--key", type=Path, required=True, metavar="PEM", help="your private key, recipient.key.pem"
    )
    passphrase.add_arguments(accepting)
    accepting.add_argument(
        "--fingerprint",
        default="",
        metavar="HEX",
        help="of the sender, as it told you; needed for a new folder",
    )
    accepting.add_argument(
        "--country", default="", metavar="CC", help="whose keys the sender may bring; needed for a new folder"
    )
    accepting.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="the folder of this partner's keys"
    )


def _parser(actions: Any, name: str, says: str, examples: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=says,
        description=says[:1].upper() + says[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true")
    return parser


def package(args: argparse.Namespace) -> int:
    from gatepost.keys import files
    from gatepost.keys import package as packages
    from gatepost.keys.handover import Contents
    from gatepost.trust.demonstration import refuse_demonstration_key

    if not 0 < args.expires <= 3650:
        raise GatepostError("--expires is between 1 and 3650 days")
    recipient = files.load_recipient(args.to)
    if not packages.same_fingerprint(args.fingerprint, packages.key_hash(recipient)):
        raise GatepostError(f"{args.to} is another key: it has not that fingerprint; nothing was written")
    _refuse_mixture(args, recipient)
    records = _signers(args)
    contents = Contents(tuple(records), tuple(readingkeys.load(args, args.reading)))
    authority = authoritykey.load(args, args.environment)
    if args.environment != "DEMO":
        refuse_demonstration_key(authority.public_key(), records)
    version, created = terms.numbered(args)
    data = packages.seal(
        contents, authority, recipient, name=args.name.strip(), country=args.country.upper(),
        environment=args.environment, version=version, created=created, expires=created + args.expires * 86400,
    )  # fmt: skip
    filing.save(args.output, data)
    facts = {
        "output": str(args.output), "version": version, "signing": len(contents.signing),
        "reading": [key.kid.hex() for key in contents.reading],
        "sender": files.fingerprint(authority.public_key()), "size": len(data),
    }  # fmt: skip
    if args.json:
        say_json(facts)
    else:
        say(
            f"wrote {args.output}: version {version}, {facts['signing']} signing keys, "
            f"{len(contents.reading)} reading keys"
        )
        say(f"tell the recipient your fingerprint over another way: {facts['sender']}")
    return 0


def accept(args: argparse.Namespace) -> int:
    from gatepost.keys.handover import PackageRefused

    try:
        done = _accept(args)
    except PackageRefused as refused:
        if not args.json:
            raise GatepostError(f"{args.package}: {refused}; nothing was taken in") from None
        say_json({"accepted": False, "code": refused.code, "sentence": str(refused)})
        return 1
    partner = done.partner
    if args.json:
        say_json(
                {
                    "accepted": True, "name": partner.name, "country": partner.country,
                    "environment": partner.environment, "version": partner.version, "before": done.before,
                    "signing": [each.kid.hex() for each in done.signing], "reading": done.reading,
                    "withdrawn": done.withdrawn,
                }
        )  # fmt: skip
        return 0
    instead = f", in the place of {done.before}" if done.before else ""
    say(f"accepted {partner.name}, {partner.country}: version {partner.version}{instead}")
    say(f"signing keys: {len(done.signing)}, in {args.output / 'signing.json'}")
    say(f"reading keys: {len(done.reading)}, in {args.output / 'reading'}")
    for name in done.withdrawn:
        say(f"withdrawn: {name}")
    return 0


def _accept(args: argparse.Namespace) -> Accepted:
    from gatepost.keys import files, partners
    from gatepost.keys import package as packages

    found = packages.read(files.read(args.package, packages.SIZE_LIMIT + 1))
    head = found.head
    partner = partners.load(args.output)
    if partner is None and not (args.fingerprint and args.country):
        raise GatepostError(
            f"the first package of {head.name}, {head.country}: ask for its authority's fingerprint over another way; "
            "name it with --fingerprint, and with --country whose keys it may bring"
        )
    partners.check_sender(head, partner, args.fingerprint, args.country.upper())
    partners.check_time(found, partner, time.time())
    secrets: list[bytes] = []
    ask = passphrase.existing(args, args.key)

    def remembering() -> bytes:
        secrets.append(ask())
        return secrets[-1]

    mine = files.load_private(args.key, remembering)
    private = files.on_p256(mine.key, args.key)
    partners.check_demonstration(head, private.public_key(), mine.demonstration)
    return partners.accept(args.output, found, packages.unseal(found, private), (secrets or [None])[0])


def _refuse_mixture(args: argparse.Namespace, recipient: ec.EllipticCurvePublicKey) -> None:
    """Demonstration packages are for demonstration keys, and no others."""
    from gatepost.keys import files
    from gatepost.trust.demonstration import is_demonstration_authority

    marked = files.MARKER.encode() in files.read(args.to) or is_demonstration_authority(recipient)
    if marked and args.environment != "DEMO":
        raise GatepostError(
            f"{args.to} is a demonstration key, which everyone has: it takes packages of DEMO alone"
        )
    if not marked and args.environment == "DEMO":
        raise GatepostError(f"{args.to} is no demonstration key: it takes no package of DEMO")


def _signers(args: argparse.Namespace) -> list[KeyRecord]:
    from gatepost.trust.sources import Options, read_sources

    if not args.signing:
        return []
    records, tally = read_sources(
        args.signing, Options(environment=args.environment, scheme=args.scheme, at=time.time())
    )
    for why, count in tally.skipped.items():
        say(f"gatepost: left out: {count} {why}", file=sys.stderr)
    if not records:
        raise GatepostError(f"no key that signs in {', '.join(map(str, args.signing))}")
    return records
