"""Key files: private keys as encrypted PKCS#8, public keys as PEM or as the 65 bytes that a scanner keeps.

A file that holds a demonstration key says so in a line before its PEM block; that line is the marker by which
production commands know it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat, PublicFormat

from gatepost.errors import GatepostError
from gatepost.trust.demonstration import MARKER

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

ALGORITHMS = ("ES256", "ES384", "PS256")
RSA_BITS = 3072  # HCERT 1.0.8, 3.2.2 asks for 2048 at least; 3072 is as strong as P-256 (SP 800-57)


@dataclass(frozen=True)
class KeyFile:
    """A private key as read, and whether its file calls it a demonstration key."""

    key: PrivateKey
    demonstration: bool


def new_private(algorithm: str) -> PrivateKey:
    """A fresh key for ES256, ES384 or PS256."""
    if algorithm == "PS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return ec.generate_private_key(ec.SECP384R1() if algorithm == "ES384" else ec.SECP256R1())


def save_private(path: Path, key: PrivateKey, passphrase: bytes | None, demonstration: bool = False) -> None:
    """Write a new file that its owner alone may read; never over an existing one. None leaves it unencrypted."""
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    body = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    create(path, _marked(body, demonstration), 0o600)


def save_public(path: Path, key: PublicKey, demonstration: bool = False) -> None:
    body = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    create(path, _marked(body, demonstration), 0o644)


def save_certificate(path: Path, certificate: x509.Certificate, demonstration: bool = False) -> None:
    create(path, _marked(certificate.public_bytes(Encoding.PEM), demonstration), 0o644)


def load_private(path: Path, ask: Callable[[], bytes] | None = None) -> KeyFile:
    """The private key in a PEM file; `ask` is called for the passphrase only where the file needs one."""
    data = read(path)
    try:
        key = serialization.load_pem_private_key(data, None)
    except TypeError:
        if ask is None:
            raise GatepostError(f"{path} is encrypted: its passphrase is needed") from None
        try:
            key = serialization.load_pem_private_key(data, ask())
        except ValueError:
            raise GatepostError(f"{path}: the passphrase is wrong, or the file is damaged") from None
    except (ValueError, UnsupportedAlgorithm):
        raise GatepostError(f"{path} holds no private key that can be read") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise GatepostError(f"{path} holds a key of a kind that is not used here")
    return KeyFile(key, MARKER.encode() in data)


def load_public(path: Path, ask: Callable[[], bytes] | None = None) -> PublicKey:
    """The public key of a PEM public key, a certificate, a private key, or a scanner's 65-byte `authority.pub`."""
    data = read(path)
    try:
        if len(data) == 65 and data[0] == 4:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
        if b"-----BEGIN PUBLIC KEY-----" in data:
            key = serialization.load_pem_public_key(data)
        elif b"-----BEGIN CERTIFICATE-----" in data:
            key = x509.load_pem_x509_certificate(data).public_key()
        elif b"PRIVATE KEY-----" in data:
            key = load_private(path, ask).key.public_key()
        else:
            key = x509.load_der_x509_certificate(data).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise GatepostError(f"{path} holds no public key that can be read") from None
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise GatepostError(f"{path} holds a key of a kind that is not used here")
    return key


def load_authority(path: Path, ask: Callable[[], bytes] | None = None) -> ec.EllipticCurvePublicKey:
    """The public key of an authority, which is on P-256."""
    key = load_public(path, ask)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise GatepostError(f"{path}: an authority's key is on P-256; this one is not")
    return key


def load_recipient(path: Path) -> ec.EllipticCurvePublicKey:
    """The public key to which somebody has packages sealed, which is on P-256 too."""
    key = load_public(path)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise GatepostError(f"{path}: packages are sealed to a key on P-256; this one is not")
    return key


def on_p256(key: PrivateKey, path: Path) -> ec.EllipticCurvePrivateKey:
    """The private key itself, read from `path`; GatepostError where it is on no or another curve."""
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise GatepostError(f"{path}: a key on P-256 is needed here; this one is not")
    return key


def load_holder(path: Path) -> ec.EllipticCurvePublicKey:
    """The public key of somebody who is to hold a role, which is on P-256 too."""
    key = load_public(path)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise GatepostError(f"{path}: the holder of a role has a key on P-256; this one is not")
    return key


def fingerprint(key: PublicKey) -> str:
    """SHA-256 of the key as a key list stores it: x || y, or e in four bytes || n."""
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        raw = numbers.e.to_bytes(4, "big") + numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    else:
        raw = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    return hashlib.sha256(raw).hexdigest()


def read(path: Path, most: int = 1 << 20) -> bytes:
    """A key file's bytes, or the first `most` of them."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise GatepostError(f"cannot read {path}: {error.strerror}") from None


def _marked(body: bytes, demonstration: bool) -> bytes:
    return (f"{MARKER}: everyone has this key; never trust it\n".encode() if demonstration else b"") + body


def create(path: Path, data: bytes, mode: int) -> None:
    """Write a new file with those rights; never over an existing one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except FileExistsError:
        raise GatepostError(f"{path} exists; keys are never overwritten") from None
    except OSError as error:
        raise GatepostError(f"cannot write {path}: {error.strerror}") from None
