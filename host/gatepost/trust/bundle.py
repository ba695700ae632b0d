"""A bundle: a manifest signed by the deployment's authority, and the parts it names by size and SHA-256.

The file (`.gatepost`) is `GPBUNDL1`, the manifest's length u32 big-endian, the manifest, then the parts in the
manifest's order. Parts travel by hash, so the file is a convenience: a scanner trusts the manifest alone.

A row of the manifest is {name, size, sha256}. Where a name stands for a run of parts (the shards of a key list), size
is a list and sha256 holds their hashes one after the other: 35 bytes a part. A scanner keeps the parts of a bundle
joined in one file, or where they are large each in its own.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.trust import keylist, signing
from gatepost.trust.demonstration import refuse_demonstration_key
from gatepost.trust.records import ENVIRONMENTS, KeyRecord
from gatepost.trust.signing import Signer

MAGIC = b"GPBUNDL1"
CONTENT_TYPE = "application/vnd.gatepost.manifest+cbor"
APART = frozenset({"revocation"})  # kinds whose parts are files of their own on a scanner
MANIFEST_LIMIT = 32768  # bytes; the scanner reads no longer one
CONTENT_NAME = 16  # hex digits of a SHA-256 that name a bundle's content on flash


@dataclass(frozen=True)
class Bundle:
    """A bundle taken apart: the signed manifest as bytes, what it says, and the parts, in order, with their names."""

    manifest: bytes
    contents: dict[str, Any]
    pieces: tuple[tuple[str, bytes], ...]

    @property
    def kind(self) -> str:
        return self.contents["kind"]

    @property
    def parts(self) -> dict[str, bytes]:
        """What stands under each name, runs joined."""
        joined: dict[str, bytes] = {}
        for name, piece in self.pieces:
            joined[name] = joined.get(name, b"") + piece
        return joined

    @property
    def content(self) -> bytes:
        """All parts, as a scanner keeps them."""
        return b"".join(piece for _, piece in self.pieces)

    @property
    def version(self) -> int:
        return self.contents["version"]

    @property
    def environment(self) -> str:
        return self.contents["environment"]

    @property
    def created(self) -> int:
        return self.contents["created"]

    @property
    def architecture(self) -> str:
        """Of the processor that a firmware is for; empty where any will do."""
        return self.contents.get("architecture", "")

    @property
    def unsigned(self) -> bool:
        """Whether its authority has still to sign it."""
        return signing.is_unsigned(self.manifest, CONTENT_TYPE)

    def check_signed(self) -> Self:
        """Itself; GatepostError where it still has to be signed."""
        if self.unsigned:
            raise GatepostError(
                "the bundle is not signed yet: gatepost trust sign, then gatepost trust attach"
            )
        return self

    def keys(self) -> list[KeyRecord]:
        """The records of a trust bundle's key list."""
        shards = [piece for name, piece in self.pieces if name == "keys"]
        if not shards:
            raise GatepostError("this bundle holds no key list")
        return [record for shard in shards for record in keylist.decode(shard)]

    def files(self) -> dict[str, bytes]:
        """Name and bytes of each file as a scanner keeps them in the folder of the bundle's kind."""
        pieces = [piece for _, piece in self.pieces]
        files = [[each] for each in pieces] if self.kind in APART else [pieces]
        return {"manifest": self.manifest, **{_file_name(each): b"".join(each) for each in files}}


def _file_name(pieces: Sequence[bytes]) -> str:
    """Of the file that holds these parts."""
    hashes = b"".join(hashlib.sha256(piece).digest() for piece in pieces)
    return hashlib.sha256(hashes).hexdigest()[:CONTENT_NAME]


def build_bundle(
    records: Sequence[KeyRecord],
    private: Signer,
    version: int,
    environment: str,
    created: int,
    expires: int | None = None,
) -> bytes:
    """A signed trust bundle. `created` and `expires` are unix seconds; `version` only ever rises on a scanner, and
    none takes in a bundle after it has expired.

    A PROD bundle holds PROD keys alone, and no bundle but a DEMO one is signed by a demonstration key.
    """
    check_keys(records, environment, private.public_key())
    return pack("trust", {"keys": keylist.shards(records)}, private, version, environment, created, expires)


def check_keys(records: Sequence[KeyRecord], environment: str, authority: ec.EllipticCurvePublicKey) -> None:
    """GatepostError where `authority` must not sign a list of these keys for that environment."""
    if not records:
        raise GatepostError(
            "a trust bundle without keys would make every certificate false; nothing was signed"
        )
    if environment != "DEMO":
        refuse_demonstration_key(authority, records)
    foreign = {each.source for each in records} - {"PROD"}
    if environment == "PROD" and foreign:
        raise GatepostError(
            f"a PROD bundle holds PROD keys alone; these hold keys of {', '.join(sorted(foreign))}"
        )


def check_terms(
    environment: str,
    authority: ec.EllipticCurvePublicKey,
    version: int,
    created: int,
    expires: int | None = None,
) -> None:
    """GatepostError for what no bundle of any kind may say of itself, or `authority` may not sign."""
    if environment not in ENVIRONMENTS:
        raise GatepostError(f"environment is one of {', '.join(ENVIRONMENTS)}")
    if not 0 < version < 1 << 31:
        raise GatepostError("a version is positive and below 2^31")
    if not 0 < created < 1 << 32:
        raise GatepostError("a bundle is made after 1970 and before 2106")
    if expires is not None and not created < expires < 1 << 32:
        raise GatepostError("a bundle expires after it was made, and before 2106")
    if environment != "DEMO":
        refuse_demonstration_key(authority, [])


def pack(
    kind: str,
    parts: Mapping[str, bytes | Sequence[bytes]],
    private: Signer,
    version: int,
    environment: str,
    created: int,
    expires: int | None = None,
    architecture: str = "",
) -> bytes:
    """Sign and join a bundle of any kind; a part that is a sequence becomes a run of parts under its name.
    `architecture`: of the processor that a firmware is compiled for; empty where any will do."""
    check_terms(environment, private.public_key(), version, created, expires)
    contents: dict[str, Any] = {
        "format": 1,
        "kind": kind,
        "version": version,
        "environment": environment,
        "created": created,
        "authority": deployment(private.public_key()),
        "parts": [_row(name, part) for name, part in parts.items()],
    }
    if expires is not None:
        contents["expires"] = expires
    if architecture:
        contents["architecture"] = architecture
    manifest = signing.sign(cbor2.dumps(contents, canonical=True), CONTENT_TYPE, private)
    if len(manifest) > MANIFEST_LIMIT:
        raise GatepostError("the manifest is longer than a scanner reads")
    return join(
        manifest, b"".join(part if isinstance(part, bytes) else b"".join(part) for part in parts.values())
    )


def join(manifest: bytes, content: bytes) -> bytes:
    """The file of a bundle."""
    return MAGIC + struct.pack(">I", len(manifest)) + manifest + content


def deployment(authority: ec.EllipticCurvePublicKey) -> bytes:
    """Eight bytes that tell one authority from another, so that a scanner can say "of another deployment" instead of
    "forged". They prove nothing."""
    return hashlib.sha256(signing.point(authority)).digest()[:8]


def _row(name: str, part: bytes | Sequence[bytes]) -> dict[str, Any]:
    run = [part] if isinstance(part, bytes) else list(part)
    hashes = b"".join(hashlib.sha256(each).digest() for each in run)
    if len(run) == 1:
        return {"name": name, "size": len(run[0]), "sha256": hashes}
    return {"name": name, "size": [len(each) for each in run], "sha256": hashes}


def read_bundle(data: bytes, authority: ec.EllipticCurvePublicKey | None = None) -> Bundle:
    """Take a bundle apart and check every hash; the signature too where `authority` is given."""
    if data[: len(MAGIC)] != MAGIC or len(data) < len(MAGIC) + 4:
        raise GatepostError("this is not a Gatepost bundle")
    (length,) = struct.unpack_from(">I", data, len(MAGIC))
    at = len(MAGIC) + 4
    manifest = data[at : at + length]
    if authority is None:
        _, payload, _ = signing.parse(manifest, CONTENT_TYPE)
    else:
        payload = signing.verify(manifest, CONTENT_TYPE, authority)
    at += length
    try:
        contents = cbor2.loads(payload)
        if contents["format"] != 1 or contents["environment"] not in ENVIRONMENTS:
            raise ValueError("format or environment")
        if not isinstance(contents["kind"], str):
            raise ValueError("kind")
        if not all(isinstance(contents[name], int) for name in ("version", "created")):
            raise ValueError("version or creation time")
        pieces = []
        for name, size, digest in _rows(contents["parts"]):
            body = data[at : at + size]
            if hashlib.sha256(body).digest() != digest:
                raise GatepostError(f"the bundle is damaged: part {name!r} does not match its hash")
            pieces.append((name, body))
            at += size
    except (cbor2.CBORDecodeError, KeyError, TypeError, ValueError) as error:
        raise GatepostError(f"the bundle's manifest is malformed: {error}") from None
    if at != len(data):
        raise GatepostError("the bundle is damaged: bytes follow its last part")
    return Bundle(manifest, contents, tuple(pieces))


def _rows(parts: Any) -> Iterator[tuple[str, int, bytes]]:
    """Name, size and SHA-256 of every part, runs taken apart."""
    for row in parts:
        sizes = row["size"] if isinstance(row["size"], list) else [row["size"]]
        if len(row["sha256"]) != 32 * len(sizes) or not all(isinstance(each, int) for each in sizes):
            raise ValueError("a row of parts")
        for number, size in enumerate(sizes):
            yield row["name"], size, row["sha256"][32 * number : 32 * number + 32]
