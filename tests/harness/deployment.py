"""A deployment for tests: an authority, its technician and supervisor, and the files that commands read."""

from __future__ import annotations

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.keys import files
from gatepost.keys.roles import issue_role
from gatepost.policy.bundle import build_policy
from gatepost.trust.bundle import build_bundle
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point

from harness.certificates import ANY_POLICY
from harness.travellers import AUTHORITY, ISSUER, record

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
SUPERVISOR = ec.derive_private_key(0x5CE, ec.SECP256R1())


class Deployment:
    """Files in `folder`: authority.pub.pem, technician.role and .key.pem, supervisor.role and .key.pem."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files.save_public(folder / "authority.pub.pem", AUTHORITY.public_key())
        self.certificate("technician", TECHNICIAN, "Ana Sousa")
        self.certificate("supervisor", SUPERVISOR, "Li Wei")

    def certificate(
        self,
        role: str,
        key: ec.EllipticCurvePrivateKey,
        name: str,
        stem: str = "",
        authority: ec.EllipticCurvePrivateKey = AUTHORITY,
    ) -> str:
        """A certificate and its key as files; the certificate's path."""
        now = int(time.time())
        path = self.folder / f"{stem or role}.role"
        path.write_bytes(issue_role(authority, role, point(key.public_key()), name, now - 3600, now + 3600))
        files.save_private(path.with_name(path.stem + ".key.pem"), key, None)
        return str(path)

    def bundle(
        self,
        version: int,
        keys: list[KeyRecord] | None = None,
        authority: ec.EllipticCurvePrivateKey = AUTHORITY,
    ) -> str:
        """A trust bundle as a file, signed once; its path."""
        path = self.folder / f"list-{version}.gatepost"
        if not path.exists():
            records = [record(ISSUER)] if keys is None else keys
            path.write_bytes(build_bundle(records, authority, version, "PROD", int(time.time()) - 60))
        return str(path)

    def policy(self) -> str:
        """A policy bundle as a file, by which any genuine certificate of the EU's form passes."""
        path = self.folder / "policy.gatepost"
        if not path.exists():
            path.write_bytes(build_policy(ANY_POLICY, AUTHORITY, 1, "PROD", int(time.time()) - 60))
        return str(path)

    def path(self, name: str) -> str:
        return str(self.folder / name)
