"""A key package: by which one authority hands another its signing keys and the reading keys of sealed certificates.

A COSE_Sign1 (RFC 9052, 4.2; ES256) of the sender's authority over a small CBOR map that everybody may read: who sends,
to whom, for which country, which version, until when. The keys in it are sealed to the recipient: ECDH on P-256 with an
ephemeral key, HKDF-SHA256 (RFC 5869) over both parties' keys, AES-256-GCM with the map as additional data. So no
package can be given another sender, recipient, version or date, not even by one who signs it anew.

The package is whole: it holds all keys that count from then on, and takes the place of the one before.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gatepost.errors import GatepostError
from gatepost.keys.handover import Contents, PackageRefused, check_contents
from gatepost.keys.reading import ReadingKey
from gatepost.trust import signing
from gatepost.trust.countries import alpha2
from gatepost.trust.records import ENVIRONMENTS, KeyRecord
from gatepost.trust.signing import Signer, point

CONTENT_TYPE = "application/vnd.gatepost.keys+cbor"
FORMAT = 1
CONTEXT = b"gatepost key package 1"
SIZE_LIMIT = 1 << 20  # bytes of a package
NAME_LIMIT = 80  # bytes of UTF-8: as long as an issuer's name on a list
_ONCE = bytes(12)  # the nonce of a key that seals one message
_MALFORMED = (cbor2.CBORDecodeError, AttributeError, KeyError, TypeError, ValueError, RecursionError)
_NUMBERS = ("version", "created", "expires")
_WIDEST = 0xFFFFFFFF


@dataclass(frozen=True)
class Head:
    """What everybody may read. `sender`: 65 bytes; `recipient`: SHA-256 of its key; times are unix seconds."""

    name: str
    country: str
    environment: str
    version: int
    created: int
    expires: int
    sender: bytes
    recipient: bytes
    ephemeral: bytes

    @property
    def fingerprint(self) -> str:
        """The sender's, for people to compare."""
        return hashlib.sha256(self.sender[1:]).hexdigest()

    def in_clear(self) -> bytes:
        """The bytes that are authenticated with what is sealed."""
        return cbor2.dumps({"format": FORMAT, **self.__dict__}, canonical=True)


@dataclass(frozen=True)
class Package:
    """A package as read: its signature fits the sender that it names, and nothing of it is opened yet."""

    head: Head
    message: bytes = field(repr=False)
    sealed: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """Of all that is signed: the same for a package that is shown twice."""
        return hashlib.sha256(self.head.in_clear() + self.sealed).hexdigest()


def seal(
    contents: Contents,
    authority: Signer,
    recipient: ec.EllipticCurvePublicKey,
    *,
    name: str,
    country: str,
    environment: str,
    version: int,
    created: int,
    expires: int,
) -> bytes:
    """A package for `recipient` alone, signed by `authority`. GatepostError where no recipient would accept it."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    head = Head(
        name, country, environment, version, created, expires,
        point(authority.public_key()), key_hash(recipient), point(ephemeral.public_key()),
    )  # fmt: skip
    _check_head(head)
    check_contents(contents, country, environment)
    plain = {
        "signing": [each.to_json() for each in contents.signing],
        "reading": [
            {"kid": key.kid, "country": key.country, "begin": key.begin, "end": key.end, "key": key.secret,
             "demonstration": key.demonstration}
            for key in contents.reading
        ],
    }  # fmt: skip
    wrapping = _wrapping(ephemeral.exchange(ec.ECDH(), recipient), head)
    sealed = AESGCM(wrapping).encrypt(_ONCE, cbor2.dumps(plain), head.in_clear())
    payload = cbor2.dumps({"format": FORMAT, **head.__dict__, "sealed": sealed}, canonical=True)
    message = signing.sign(payload, CONTENT_TYPE, authority)
    if len(message) > SIZE_LIMIT:
        raise GatepostError("this is more than a package holds")
    return message


def read(message: bytes, signed: bool = True) -> Package:
    """Take a package apart. PackageRefused "bad_package", or "bad_signature" where the sender that it names did not
    sign it; with `signed` false that is not checked, for one that is still to be signed."""
    head, sealed = _parse(message)
    if signed:
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), head.sender)
        try:
            signing.verify(message, CONTENT_TYPE, sender)
        except GatepostError:
            raise PackageRefused(
                "bad_signature", "the package was altered: its signature is false, or still to come"
            ) from None
    return Package(head, message, sealed)


def is_package(data: bytes) -> bool:
    """Whether this is signed as a package, by whomever; its form is not checked."""
    return CONTENT_TYPE.encode() in data[:64]


def unseal(package: Package, recipient: ec.EllipticCurvePrivateKey) -> Contents:
    """The keys in a package. PackageRefused "wrong_recipient", "bad_seal", or as `check_contents` has it; no
    secret is repeated."""
    head = package.head
    if key_hash(recipient.public_key()) != head.recipient:
        raise PackageRefused(
            "wrong_recipient",
            f"the package is sealed to another key, with fingerprint {head.recipient.hex()}",
        )
    ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), head.ephemeral)
    wrapping = _wrapping(recipient.exchange(ec.ECDH(), ephemeral), head)
    try:
        plain = AESGCM(wrapping).decrypt(_ONCE, package.sealed, head.in_clear())
    except InvalidTag:
        raise PackageRefused(
            "bad_seal", "what is sealed in the package does not belong to its sender"
        ) from None
    try:
        found = cbor2.loads(plain)
        contents = Contents(
            tuple(KeyRecord.from_json(each) for each in found["signing"]),
            tuple(
                ReadingKey(
                    each["kid"],
                    each["country"],
                    each["begin"],
                    each["end"],
                    each["key"],
                    each["demonstration"],
                )
                for each in found["reading"]
            ),
        )
    except (*_MALFORMED, GatepostError):
        raise PackageRefused("bad_contents", "what is sealed in the package is malformed") from None
    check_contents(contents, head.country, head.environment)
    return contents


def key_hash(key: ec.EllipticCurvePublicKey) -> bytes:
    """SHA-256 over x || y: what a fingerprint shows in hexadecimal digits."""
    return hashlib.sha256(point(key)[1:]).digest()


def same_fingerprint(told: str, digest: bytes) -> bool:
    """Whether a person's fingerprint is that one, whole; blanks and colons between its digits do not count."""
    return "".join(told.replace(":", "").split()).lower() == digest.hex()


def _parse(message: bytes) -> tuple[Head, bytes]:
    try:
        if len(message) > SIZE_LIMIT:
            raise ValueError("too long")
        _, payload, _ = signing.parse(message, CONTENT_TYPE)
        fields = cbor2.loads(payload)
        # One form for one content: nothing may follow it, or be written another way.
        if cbor2.dumps(fields, canonical=True) != payload or cbor2.dumps(cbor2.loads(message)) != message:
            raise ValueError("form")
        sealed = fields.pop("sealed")
        if fields.pop("format") != FORMAT or not isinstance(sealed, bytes):
            raise ValueError("format")
        head = Head(**fields)
        _check_head(head)
    except (*_MALFORMED, GatepostError):
        raise PackageRefused("bad_package", "this is not a key package, or it is damaged") from None
    return head, sealed


def _check_head(head: Head) -> None:
    if head.environment not in ENVIRONMENTS:
        raise GatepostError(f"environment is one of {', '.join(ENVIRONMENTS)}")
    if not all(type(getattr(head, each)) is int for each in _NUMBERS):
        raise GatepostError("version and times are numbers")
    if not 0 < head.version < 1 << 31 or not 0 < head.created < head.expires <= _WIDEST:
        raise GatepostError("a package has a version below 2^31, and expires after it was made")
    name, country = head.name, head.country
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or name != name.strip():
        raise GatepostError("a package says whose keys it holds: a name without control characters")
    if len(name.encode()) > NAME_LIMIT:
        raise GatepostError(f"the name of a package's authority has at most {NAME_LIMIT} bytes")
    if not isinstance(country, str) or alpha2(country) != country:
        raise GatepostError(
            "a package is of one country: two capital letters of ISO 3166-1, or UT for Utopia"
        )
    if not isinstance(head.recipient, bytes) or len(head.recipient) != hashlib.sha256().digest_size:
        raise GatepostError("a recipient's fingerprint has 32 bytes")
    for each in (head.sender, head.ephemeral):
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), each)


def _wrapping(shared: bytes, head: Head) -> bytes:
    info = CONTEXT + head.ephemeral + head.sender + head.recipient
    return HKDF(hashes.SHA256(), 32, None, info).derive(shared)
