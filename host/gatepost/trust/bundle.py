"""A bundle: a manifest signed by the deployment's authority, and the parts it names by size and SHA-256.

The file (`.gatepost`) is `GPBUNDL1`, the manifest's length u32 big-endian, the manifest, then the parts in the
manifest's order. Parts travel and are kept by hash, so the file is a convenience: a scanner trusts the manifest alone.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.trust import keylist, signing
from gatepost.trust.demonstration import refuse_demonstration_key
from gatepost.trust.records import ENVIRONMENTS, KeyRecord

MAGIC = b"GPBUNDL1"
CONTENT_TYPE = "application/vnd.gatepost.manifest+cbor"
MANIFEST_LIMIT = 16384  # bytes; the scanner reads no longer one
PART_NAME = 16  # hex digits of its SHA-256 that name a part on flash


@dataclass(frozen=True)
class Bundle:
    """A bundle taken apart: the signed manifest as bytes, what it says, and the parts by name."""

    manifest: bytes
    contents: dict[str, Any]
    parts: dict[str, bytes]

    @property
    def version(self) -> int:
        return self.contents["version"]

    @property
    def environment(self) -> str:
        return self.contents["environment"]

    @property
    def created(self) -> int:
        return self.contents["created"]

    def keys(self) -> list[KeyRecord]:
        """The records of a trust bundle's key list."""
        if "keys" not in self.parts:
            raise GatepostError("this bundle holds no key list")
        return keylist.decode(self.parts["keys"])

    def files(self) -> dict[str, bytes]:
        """Name and bytes of each file as a scanner keeps them in its `trust` folder."""
        named = {hashlib.sha256(part).hexdigest()[:PART_NAME]: part for part in self.parts.values()}
        return {"manifest": self.manifest, **named}


def build_bundle(
    records: Sequence[KeyRecord],
    private: ec.EllipticCurvePrivateKey,
    version: int,
    environment: str,
    created: int,
) -> bytes:
    """A signed trust bundle. `created` is unix seconds; `version` only ever rises on a scanner.

    A PROD bundle holds PROD keys alone, and no bundle but a DEMO one is signed by a demonstration key.
    """
    if environment not in ENVIRONMENTS:
        raise GatepostError(f"environment is one of {', '.join(ENVIRONMENTS)}")
    if not 0 < version < 1 << 31 or not 0 < created < 1 << 32:
        raise GatepostError("version and creation time are positive, below 2^31 and 2^32")
    if not records:
        raise GatepostError(
            "a trust bundle without keys would make every certificate false; nothing was signed"
        )
    if environment != "DEMO":
        refuse_demonstration_key(private.public_key(), records)
    foreign = {each.source for each in records} - {"PROD"}
    if environment == "PROD" and foreign:
        raise GatepostError(
            f"a PROD bundle holds PROD keys alone; these hold keys of {', '.join(sorted(foreign))}"
        )
    return pack("trust", {"keys": keylist.encode(records)}, private, version, environment, created)


def pack(
    kind: str,
    parts: dict[str, bytes],
    private: ec.EllipticCurvePrivateKey,
    version: int,
    environment: str,
    created: int,
) -> bytes:
    """Sign and join a bundle of any kind."""
    contents = {
        "format": 1,
        "kind": kind,
        "version": version,
        "environment": environment,
        "created": created,
        "parts": [
            {"name": name, "size": len(part), "sha256": hashlib.sha256(part).digest()}
            for name, part in parts.items()
        ],
    }
    manifest = signing.sign(cbor2.dumps(contents, canonical=True), CONTENT_TYPE, private)
    if len(manifest) > MANIFEST_LIMIT:
        raise GatepostError("the manifest is longer than a scanner reads")
    return MAGIC + struct.pack(">I", len(manifest)) + manifest + b"".join(parts.values())


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
        if not all(isinstance(contents[name], int) for name in ("version", "created")):
            raise ValueError("version or creation time")
        parts = {}
        for part in contents["parts"]:
            body = data[at : at + part["size"]]
            if hashlib.sha256(body).digest() != part["sha256"]:
                raise GatepostError(f"the bundle is damaged: part {part['name']!r} does not match its hash")
            parts[part["name"]] = body
            at += part["size"]
    except (cbor2.CBORDecodeError, KeyError, TypeError, ValueError) as error:
        raise GatepostError(f"the bundle's manifest is malformed: {error}") from None
    if at != len(data):
        raise GatepostError("the bundle is damaged: bytes follow its last part")
    return Bundle(manifest, contents, parts)
