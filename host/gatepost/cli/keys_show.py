"""`gatepost keys inspect`, `public` and `fingerprint`: what a key file holds, and its public half."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from gatepost.cli import filing
from gatepost.errors import GatepostError
from gatepost.keys import passphrase
from gatepost.printable import say, say_json


def add_arguments(actions: Any) -> None:
    inspect = actions.add_parser("inspect", help="show what a key file holds, never its secrets")
    inspect.add_argument("file", type=Path)
    inspect.add_argument("--json", action="store_true")
    passphrase.add_arguments(inspect)

    finger = actions.add_parser(
        "fingerprint", help="print a key's fingerprint alone, to compare over another way"
    )
    finger.add_argument("file", type=Path)
    passphrase.add_arguments(finger)

    public = actions.add_parser("public", help="write the public half of a key")
    public.add_argument("file", type=Path)
    public.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    public.add_argument("--raw", action="store_true", help="65 bytes, as a scanner keeps its authority's key")
    passphrase.add_arguments(public)


def inspect(args: argparse.Namespace) -> int:
    rows = _describe(args)
    if args.json:
        say_json(rows, indent=1)
        return 0
    # No table: it would cut at the terminal's edge what people compare to the last digit.
    width = max(map(len, rows))
    for name, value in rows.items():
        say(f"{name.replace('_', ' '):<{width}}  {value}")
    return 0


def _describe(args: argparse.Namespace) -> dict[str, Any]:
    from gatepost.keys import files, reading
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
        return _describe_signed(data)
    if reading.is_reading_key(data):
        return _describe_reading(args.file)
    if not private and (b"-----BEGIN CERTIFICATE-----" in data or data[:1] == b"\x30"):
        options = Options(include_expired=True, include_authorities=True, environment="DEV")
        records, tally = read_sources([args.file], options)
        if not records:
            raise GatepostError(f"{args.file}: {next(iter(tally.skipped), 'no key')}")
        return _describe_certificate(records[0], data)
    key = files.load_public(args.file, passphrase.existing(args, args.file))
    rows["key"] = _kind(key)
    rows["fingerprint"] = files.fingerprint(key)
    rows["demonstration"] = demonstration.MARKER.encode() in data or (
        rows["key"] == "P-256" and demonstration.is_demonstration_authority(key)  # pyright: ignore[reportArgumentType]
    )
    return rows


def _describe_signed(data: bytes) -> dict[str, Any]:
    from gatepost.keys import package

    return _describe_package(data) if package.is_package(data) else _describe_role(data)


def _describe_package(data: bytes) -> dict[str, Any]:
    from datetime import UTC, datetime

    from gatepost.keys import package

    head = package.read(data).head
    return {
        "holds": "key package",
        "name": head.name,
        "country": head.country,
        "environment": head.environment,
        "version": head.version,
        "created": f"{datetime.fromtimestamp(head.created, UTC):%Y-%m-%d %H:%M:%S UTC}",
        "expires": f"{datetime.fromtimestamp(head.expires, UTC):%Y-%m-%d %H:%M:%S UTC}",
        "sender_fingerprint": head.fingerprint,
        "recipient_fingerprint": head.recipient.hex(),
        "signature": "right, of the sender that the package names: compare the fingerprint",
    }


def _describe_reading(path: Path) -> dict[str, Any]:
    from gatepost.keys import reading

    key, locked = reading.describe(path)
    return {
        "holds": "reading key",
        "kid": key.kid.hex(),
        "country": key.country,
        "valid": key.life(),
        "encrypted": locked,
        "demonstration": key.demonstration,
    }


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


def public(args: argparse.Namespace) -> int:
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
    filing.save(args.output, data)
    return 0


def fingerprint(args: argparse.Namespace) -> int:
    from gatepost.keys import files

    say(files.fingerprint(files.load_public(args.file, passphrase.existing(args, args.file))))
    return 0


def _kind(key: Any) -> str:
    names = {"secp256r1": "P-256", "secp384r1": "P-384"}
    return str(names.get(key.curve.name, key.curve.name)) if hasattr(key, "curve") else f"RSA {key.key_size}"
