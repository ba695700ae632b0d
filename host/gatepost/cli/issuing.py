"""What the commands of `gatepost issue` share: times, files, and the texts as codes."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatepost.cli import filing
from gatepost.errors import GatepostError

if TYPE_CHECKING:
    from gatepost.issue.hc1 import PrivateKey

_LARGEST = 50  # pixels a module: a code of version 40 is then a square of 9,250


def add_output(parser: argparse.ArgumentParser, level: str) -> None:
    """Where the text and its QR code go; `level`: of error correction unless another is asked for."""
    out = parser.add_argument_group("output")
    out.add_argument(
        "--text", type=Path, metavar="FILE", help="write the text there (default: to standard output)"
    )
    out.add_argument("--png", type=Path, metavar="FILE", help="write the QR code there as PNG")
    out.add_argument("--svg", type=Path, metavar="FILE", help="write the QR code there as SVG")
    out.add_argument(
        "--level", choices=("L", "M", "Q", "H"), default=level, help=f"error correction (default: {level})"
    )
    out.add_argument("--scale", type=_scale, default=4, metavar="N", help="pixels a module (default: 4)")


def _scale(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= _LARGEST:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not between 1 and {_LARGEST} pixels a module")


def signer_id(certificate: Path | None, key_path: Path, key: PrivateKey) -> bytes:
    """The key id: of the certificate (PEM or DER) that was named, else of the one beside the key, else of the key."""
    from cryptography import x509

    from gatepost.issue.hc1 import key_id

    path = certificate or _beside(key_path)
    data = filing.load(path)
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            found = x509.load_pem_x509_certificate(data[data.index(b"-----BEGIN CERTIFICATE-----") :])
        elif path != key_path:
            found = x509.load_der_x509_certificate(data)
        else:
            return key_id(key.public_key())
    except ValueError as error:
        raise GatepostError(f"{path} holds no readable certificate: {error}") from None
    if found.public_key() != key.public_key():
        raise GatepostError(f"{path} is the certificate of another key than {key_path}")
    return key_id(found)


def _beside(key: Path) -> Path:
    """The certificate that `gatepost keys new issuer` wrote beside the key, else the key's own file."""
    certificate = key.with_name(key.name.replace(".key.pem", ".crt.pem"))
    return certificate if certificate.exists() else key


def deliver(texts: list[str], args: argparse.Namespace, contents: list[Any] | None = None) -> int:
    """Write each text, and its code; of several, files are numbered: card-1.png. `contents`: the codes' segments."""
    from gatepost.issue import qr

    try:
        for number, text in enumerate(texts):
            content = contents[number] if contents else text
            if args.png:
                png = qr.qr_png(content, level=args.level, scale=args.scale)
                _save("png", png, args, number, len(texts))
            if args.svg:
                svg = qr.qr_svg(content, level=args.level, scale=args.scale)
                _save("svg", svg, args, number, len(texts))
            if args.text:
                _save("text", text.encode(), args, number, len(texts))
    except ValueError as error:
        raise GatepostError(f"the text does not fit a QR code of level {args.level}: {error}") from None
    if not (args.text or args.png or args.svg):
        sys.stdout.write("".join(text + "\n" for text in texts))
    return 0


def _save(name: str, data: bytes, args: argparse.Namespace, number: int, count: int) -> None:
    path = _numbered(getattr(args, name), number, count)
    filing.spare(path, args, name)
    filing.save(path, data)


def _numbered(path: Path, number: int, count: int) -> Path:
    return path if count == 1 else path.with_name(f"{path.stem}-{number + 1}{path.suffix}")


def forge(signature: bytes) -> bytes:
    return signature[:-1] + bytes([signature[-1] ^ 1])


def seconds(given: str | None, default: datetime) -> int | None:
    if given is None:
        return int(default.timestamp())
    if given == "none":
        return None
    try:
        return int(given)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise GatepostError(
            f"{given!r} is neither a time in ISO 8601 nor seconds since 1970, nor none"
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError):
        raise GatepostError(f"{seconds} seconds since 1970 is beyond the calendar") from None


def birth_date(text: str) -> str:
    """An option's birth date: whole, or as much of it as is known."""
    if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
        with contextlib.suppress(ValueError):
            date.fromisoformat(text + "-01-01"[len(text) - 4 :])
            return text
    raise argparse.ArgumentTypeError(f"{text!r} is no birth date such as 1990-02-01, 1990-02 or 1990")


def read_object(path: Path) -> dict[str, Any]:
    found = read_json(path)
    if not isinstance(found, dict):
        raise GatepostError(f"{path} holds no JSON object")
    return found


def read_json(path: Path) -> Any:
    try:
        return json.loads(filing.load(path))
    except ValueError as error:
        raise GatepostError(f"{path} is not JSON: {error}") from None
