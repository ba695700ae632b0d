"""`gatepost keys new`: keys of an authority, of its staff, of issuers, and those that partners exchange."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.cli import authoritykey
from gatepost.errors import GatepostError
from gatepost.keys import passphrase
from gatepost.printable import say


def add_arguments(actions: Any) -> None:
    new = actions.add_parser("new", help="make keys")
    new.add_argument("what", choices=("authority", "role", "issuer", "recipient", "reading"))
    new.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the new files"
    )
    new.add_argument("--alg", choices=("ES256", "ES384", "PS256"), default="ES256", help="default: ES256")
    new.add_argument(
        "--country", default="DE", help="of an issuer or a reading key, two letters (default: DE)"
    )
    new.add_argument("--name", default="", help="an issuer's name, or that of a role's holder")
    new.add_argument(
        "--uses", default="test,vaccination,recovery", metavar="LIST",
        help="what an issuer may sign; 'any' leaves the restriction out (default: all three)",
    )  # fmt: skip
    new.add_argument(
        "--days",
        type=int,
        help="life of an issuer's document signer (default: 730), a role (90) or a reading key (365)",
    )
    new.add_argument(
        "--begin", metavar="TIME", help="ISO 8601: when a reading key's life begins (default: now)"
    )
    new.add_argument(
        "--role", choices=("technician", "supervisor", "authority"), help="what the holder may do"
    )
    new.add_argument(
        "--authority",
        metavar="KEY",
        help="private key of the authority that grants a role: a PEM file or pkcs11:...",
    )
    new.add_argument("--to-sign", type=Path, metavar="PUBLIC", help=authoritykey.TO_SIGN_HELP)
    new.add_argument(
        "--authority-passphrase-file", type=Path, metavar="FILE", help="its passphrase (default: ask)"
    )
    new.add_argument(
        "--public", type=Path, metavar="FILE", help="the holder's public key (default: make a key pair)"
    )
    new.add_argument(
        "--demonstration", action="store_true", help="mark the keys so that production refuses them"
    )
    passphrase.add_arguments(new, new=True)


def run(args: argparse.Namespace) -> int:
    makers = {
        "authority": _authority, "role": _role, "issuer": _issuer, "recipient": _recipient, "reading": _reading,
    }  # fmt: skip
    return makers[args.what](args)


def _authority(args: argparse.Namespace) -> int:
    from gatepost.keys import files

    if args.alg != "ES256":
        raise GatepostError("an authority signs with ES256: it is what every scanner can verify")
    _refuse_existing(args.output, ("authority.key.pem", "authority.pub.pem"))
    secret = passphrase.fresh(args)
    key = files.new_private("ES256")
    files.save_private(args.output / "authority.key.pem", key, secret, args.demonstration)
    files.save_public(args.output / "authority.pub.pem", key.public_key(), args.demonstration)
    say(f"wrote authority.key.pem (keep it offline) and authority.pub.pem to {args.output}")
    say(f"fingerprint {files.fingerprint(key.public_key())}")
    return 0


def _role(args: argparse.Namespace) -> int:
    import time

    from cryptography.hazmat.primitives.asymmetric import ec

    from gatepost.keys import files, roles
    from gatepost.keys.authority import absent, open_key
    from gatepost.trust.signing import point

    if not args.role or not args.name or bool(args.authority) == bool(args.to_sign):
        raise GatepostError("a role needs --role, --name, and --authority or --to-sign")
    days = 90 if args.days is None else args.days
    if not 0 < days <= 1830:
        raise GatepostError("--days is between 1 and 1830 for a role; short ones need no taking back")
    ending = "unsigned" if args.to_sign else "role"
    names = [f"{args.role}.{ending}"] + (
        [] if args.public else [f"{args.role}.key.pem", f"{args.role}.pub.pem"]
    )
    _refuse_existing(args.output, names)
    if args.to_sign:
        authority = absent(args.to_sign)
    else:
        authority = open_key(
            args.authority, passphrase.existing(args, args.authority, "authority_passphrase_file")
        )
    demonstration = args.demonstration or authority.demonstration
    secret = None if args.public else passphrase.fresh(args)
    key = None if args.public else ec.generate_private_key(ec.SECP256R1())
    public = files.load_holder(args.public) if key is None else key.public_key()
    # Clocks differ: a certificate that begins now would be refused by a scanner that is a minute behind.
    now = int(time.time()) - 3600
    certificate = roles.issue_role(
        authority.key, args.role, point(public), args.name, now, now + 3600 + days * 86400
    )
    files.create(args.output / names[0], certificate, 0o644)
    if key is not None:
        files.save_private(args.output / names[1], key, secret, demonstration)
        files.save_public(args.output / names[2], public, demonstration)
    say(f"wrote {', '.join(names)} to {args.output}")
    say(f"{args.role} {args.name}, {roles.read_role(certificate).life()}")
    return 0


def _issuer(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives.serialization import Encoding

    from gatepost.keys import files, issuer
    from gatepost.trust.certificate import key_id

    uses = () if args.uses == "any" else tuple(args.uses.split(","))
    for each in uses:
        if each not in issuer.USES:
            raise GatepostError(f"--uses knows {', '.join(issuer.USES)} and any, not {each!r}")
    if args.days is not None and not 0 < args.days <= 36500:
        raise GatepostError("--days is between 1 and 36500")
    _refuse_existing(
        args.output, [f"{which}.{part}.pem" for which in ("csca", "dsc") for part in ("key", "crt")]
    )
    secret = passphrase.fresh(args)
    made = issuer.new_issuer(
        args.alg, args.country, args.name, uses, days=args.days, demonstration=args.demonstration
    )
    files.save_private(args.output / "csca.key.pem", made.csca_key, secret, args.demonstration)
    files.save_private(args.output / "dsc.key.pem", made.dsc_key, secret, args.demonstration)
    files.save_certificate(args.output / "csca.crt.pem", made.csca, args.demonstration)
    files.save_certificate(args.output / "dsc.crt.pem", made.dsc, args.demonstration)
    kid = key_id(made.dsc.public_bytes(Encoding.DER))
    say(f"wrote csca and dsc, .key.pem and .crt.pem each, to {args.output}")
    say(f"kid of the document signer {kid.hex()}")
    return 0


def _recipient(args: argparse.Namespace) -> int:
    from gatepost.keys import files

    _refuse_existing(args.output, ("recipient.key.pem", "recipient.pub.pem"))
    secret = passphrase.fresh(args)
    key = files.new_private("ES256")
    files.save_private(args.output / "recipient.key.pem", key, secret, args.demonstration)
    files.save_public(args.output / "recipient.pub.pem", key.public_key(), args.demonstration)
    say(f"wrote recipient.key.pem (your secret) and recipient.pub.pem (for your partners) to {args.output}")
    say(f"fingerprint {files.fingerprint(key.public_key())}")
    return 0


def _reading(args: argparse.Namespace) -> int:
    from gatepost.cli.issuing import seconds
    from gatepost.keys import reading

    days = 365 if args.days is None else args.days
    if not 0 < days <= 3650:
        raise GatepostError("--days is between 1 and 3650 for a reading key")
    begin = seconds(args.begin, datetime.now(UTC))
    if begin is None:
        raise GatepostError("a reading key begins at some time")
    key = reading.new_reading_key(args.country.upper(), begin, days, args.demonstration)
    reading.write_reading_key(args.output / key.file_name, key, passphrase.fresh(args))
    say(f"wrote {key.file_name}, a secret, to {args.output}; valid {key.life()}")
    return 0


def _refuse_existing(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if (folder / name).exists():
            raise GatepostError(f"{folder / name} exists; keys are never overwritten")
