"""`gatepost keys`: make and look at the keys of a deployment's authority, of its staff and of certificate issuers."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from gatepost.cli import authoritykey
from gatepost.errors import GatepostError
from gatepost.keys import passphrase

NAME = "keys"
HELP = "make and inspect keys"

EXAMPLES = """\
examples:
  gatepost keys new authority -o authority/
      the key that signs what scanners of this deployment load; asks for a passphrase
  gatepost keys new issuer --country DE --alg PS256 -o issuer/ --demonstration --no-passphrase
      a country's signing authority and document signer, for demonstrations
  gatepost keys new role --role technician --name "Ana Sousa" --authority authority/authority.key.pem -o ana/
      a technician's key and the authority's certificate for it
  gatepost keys new role --role supervisor --name "Li Wei" --authority authority.key.pem --public li.pub.pem -o li/
      the certificate alone, for a key that its holder made and keeps
  gatepost keys new role --role technician --name "Ana Sousa" --to-sign authority.pub.pem -o ana/
      the certificate is unsigned: gatepost trust sign and attach make it a technician.role
  gatepost keys inspect issuer/dsc.crt.pem
  gatepost keys public authority/authority.key.pem > authority.pub.pem
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    new = actions.add_parser("new", help="make keys")
    new.add_argument("what", choices=("authority", "role", "issuer"))
    new.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the new files"
    )
    new.add_argument("--alg", choices=("ES256", "ES384", "PS256"), default="ES256", help="default: ES256")
    new.add_argument("--country", default="DE", help="an issuer's country, two letters (default: DE)")
    new.add_argument("--name", default="", help="an issuer's name, or that of a role's holder")
    new.add_argument(
        "--uses", default="test,vaccination,recovery", metavar="LIST",
        help="what an issuer may sign; 'any' leaves the restriction out (default: all three)",
    )  # fmt: skip
    new.add_argument(
        "--days",
        type=int,
        help="life of an issuer's document signer (default: 730) or of a role (default: 90)",
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

    inspect = actions.add_parser("inspect", help="show what a key file holds, never its secrets")
    inspect.add_argument("file", type=Path)
    inspect.add_argument("--json", action="store_true")
    passphrase.add_arguments(inspect)

    public = actions.add_parser("public", help="write the public half of a key")
    public.add_argument("file", type=Path)
    public.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    public.add_argument("--raw", action="store_true", help="65 bytes, as a scanner keeps its authority's key")
    passphrase.add_arguments(public)


def run(args: argparse.Namespace) -> int:
    if args.action == "new":
        return {"authority": _new_authority, "role": _new_role, "issuer": _new_issuer}[args.what](args)
    if args.action == "inspect":
        return _inspect(args)
    return _public(args)


def _new_authority(args: argparse.Namespace) -> int:
    from gatepost.keys import files

    if args.alg != "ES256":
        raise GatepostError("an authority signs with ES256: it is what every scanner can verify")
    _refuse_existing(args.output, ("authority.key.pem", "authority.pub.pem"))
    secret = passphrase.fresh(args)
    key = files.new_private("ES256")
    files.save_private(args.output / "authority.key.pem", key, secret, args.demonstration)
    files.save_public(args.output / "authority.pub.pem", key.public_key(), args.demonstration)
    print(f"wrote authority.key.pem (keep it offline) and authority.pub.pem to {args.output}")
    print(f"fingerprint {_fingerprint(key.public_key())}")
    return 0


def _new_role(args: argparse.Namespace) -> int:
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
    print(f"wrote {', '.join(names)} to {args.output}")
    print(f"{args.role} {args.name}, {roles.read_role(certificate).life()}")
    return 0


def _new_issuer(args: argparse.Namespace) -> int:
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
    print(f"wrote csca and dsc, .key.pem and .crt.pem each, to {args.output}")
    print(f"kid of the document signer {kid.hex()}")
    return 0


def _inspect(args: argparse.Namespace) -> int:
    rows = _describe(args)
    if args.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None)
    for name, value in rows.items():
        table.add_row(name.replace("_", " "), str(value))
    Console(soft_wrap=True).print(table)
    return 0


def _describe(args: argparse.Namespace) -> dict[str, Any]:
    from gatepost.keys import files
    from gatepost.trust import demonstration
    from gatepost.trust.sources import Options, read_sources

    data = files.read(args.file)
    private = b"PRIVATE KEY-----" in data
    rows: dict[str, Any] = {"holds": "private key" if private else "public key"}
    if private:
        rows["encrypted"] = b"BEGIN ENCRYPTED" in data
        if rows["encrypted"] and not args.passphrase_file and not sys.stdin.isatty():
            # Nothing more can be said without the passphrase, and this much needs none.
            return rows
    if data[:1] == b"\xd2":  # the tag of a COSE_Sign1
        return _describe_role(data)
    if not private and (b"-----BEGIN CERTIFICATE-----" in data or data[:1] == b"\x30"):
        options = Options(include_expired=True, include_authorities=True, environment="DEV")
        records, tally = read_sources([args.file], options)
        if not records:
            raise GatepostError(f"{args.file}: {next(iter(tally.skipped), 'no key')}")
        return _describe_certificate(records[0], data)
    key = files.load_public(args.file, passphrase.existing(args, args.file))
    rows["key"] = _kind(key)
    rows["fingerprint"] = _fingerprint(key)
    rows["demonstration"] = demonstration.MARKER.encode() in data or (
        rows["key"] == "P-256" and demonstration.is_demonstration_authority(key)  # pyright: ignore[reportArgumentType]
    )
    return rows


def _describe_role(data: bytes) -> dict[str, Any]:
    import hashlib

    from gatepost.keys import roles

    role = roles.read_role(data)
    return {
        "holds": "role certificate",
        "role": role.role,
        "name": role.name,
        "valid": role.life(),
        "serial": role.serial.hex(),
        "fingerprint": hashlib.sha256(role.key[1:]).hexdigest(),
        "signature": "not checked",
    }


def _describe_certificate(record: Any, data: bytes) -> dict[str, Any]:
    import hashlib
    from datetime import UTC, datetime

    from gatepost.trust import demonstration

    def day(seconds: int) -> str:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    return {
        "holds": "certificate",
        "key": record.kind if record.kind != "RSA" else f"RSA {len(record.n) * 8}",
        "fingerprint": hashlib.sha256(record.public).hexdigest(),
        "kid": record.kid.hex(),
        "country": record.country,
        "name": record.name,
        "uses": record.usage_words(),
        "not_before": day(record.not_before),
        "not_after": day(record.not_after),
        "demonstration": demonstration.MARKER.encode() in data
        or demonstration.is_demonstration_record(record),
    }


def _public(args: argparse.Namespace) -> int:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from gatepost.keys import files
    from gatepost.trust.signing import point

    ask = passphrase.existing(args, args.file)
    if args.raw:
        data = point(files.load_authority(args.file, ask))
    else:
        key = files.load_public(args.file, ask)
        data = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if args.output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return 0
    try:
        args.output.write_bytes(data)
    except OSError as error:
        raise GatepostError(f"cannot write {args.output}: {error.strerror}") from None
    return 0


def _fingerprint(key: Any) -> str:
    """SHA-256 of the key as a key list stores it: x || y, or e in four bytes || n."""
    import hashlib

    numbers = key.public_numbers()
    if hasattr(numbers, "n"):
        raw = numbers.e.to_bytes(4, "big") + numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    else:
        size = (key.key_size + 7) // 8
        raw = numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big")
    return hashlib.sha256(raw).hexdigest()


def _kind(key: Any) -> str:
    names = {"secp256r1": "P-256", "secp384r1": "P-384"}
    return str(names.get(key.curve.name, key.curve.name)) if hasattr(key, "curve") else f"RSA {key.key_size}"


def _refuse_existing(folder: Path, names: Any) -> None:
    for name in names:
        if (folder / name).exists():
            raise GatepostError(f"{folder / name} exists; keys are never overwritten")
