"""What is held before the virtual scanner in tests: pictures of certificates, and the trust list they are judged by."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.issue import qr, samples
from gatepost.issue.hc1 import issue_hc1, key_id
from gatepost.policy.bundle import build_policy
from gatepost.trust.bundle import build_bundle
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point
from PIL import Image

from harness.certificates import ANY_POLICY, NOW, YEAR, p256

AUTHORITY = ec.derive_private_key(0xA07, ec.SECP256R1())
ISSUER = p256()


def record(key: ec.EllipticCurvePrivateKey) -> KeyRecord:
    numbers = key.public_key().public_numbers()
    return KeyRecord(
        key_id(key.public_key()), "P-256", numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"),
        country="DE", participant="DEU", name="Ministry",
    )  # fmt: skip


BUNDLE = build_bundle([record(ISSUER)], AUTHORITY, 3, "PROD", NOW - 86400)
POLICY = build_policy(ANY_POLICY, AUTHORITY, 1, "PROD", NOW - 86400)
TRUST: dict[str, Any] = {
    "bundle": BUNDLE,
    "policy": POLICY,
    "authority": point(AUTHORITY.public_key()),
    "clock": NOW,
}


def text(
    signer: ec.EllipticCurvePrivateKey = ISSUER,
    expires: int = NOW + YEAR,
    kind: str = "vaccination",
    **deviations: Any,
) -> str:
    sub_claim, payload = samples.sample(kind, now=datetime.fromtimestamp(NOW, UTC))
    return issue_hc1(
        payload, signer, key_id(signer.public_key()), issuer="DE", issued=NOW - 1000, expires=expires,
        sub_claim=sub_claim, **deviations,
    )  # fmt: skip


def picture(content: str | bytes, scale: int = 4) -> Image.Image:
    return Image.open(io.BytesIO(qr.qr_png(content, scale=scale))).convert("L")


GOOD_TEXT = text()
GOOD = picture(GOOD_TEXT)
EXPIRED = picture(text(expires=NOW - 1))
FORGED = picture(text(signature=lambda signature: signature[:-1] + bytes([signature[-1] ^ 1])))
UNKNOWN = picture(text(signer=p256(2)))
OTHER = picture("https://example.org/menu")
EMPTY = Image.new("L", (640, 480), 128)
