"""Israel's older Green Pass, made with json and cryptography."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def issue_israel(
    payload: Mapping[str, Any] | bytes,
    private_key: PrivateKey,
    *,
    double: bool = False,
    signature: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """The text of a pass as bytes. double: RSA over the digest of the digest, as on the Green Pass proper."""
    content = payload
    if not isinstance(content, bytes):
        content = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(content).digest()
    if double:
        digest = hashlib.sha256(digest).digest()
    prehashed = utils.Prehashed(hashes.SHA256())
    if isinstance(private_key, rsa.RSAPrivateKey):
        good = private_key.sign(digest, padding.PKCS1v15(), prehashed)
    else:
        good = private_key.sign(digest, ec.ECDSA(prehashed))
    return base64.b64encode(signature(good) if signature else good) + b"#" + content


def sample(
    kind: str = "vaccination",
    private_key: PrivateKey | None = None,
    now: datetime | None = None,
    family: str = "Levi",
    given: str = "Dana",
    birth: str = "1984-07-19",
) -> dict[str, Any]:
    """The content of a made-up pass that suits the key: vaccination or recovery."""
    moment = now or datetime.now(UTC)

    def day(days: int) -> str:
        return (moment + timedelta(days=days)).strftime("%Y-%m-%d")

    content: dict[str, Any] = {
        "id": "01/IL/0123456789ABCDEF0123456789ABCDEF#0BADCAFE",
        "et": 2 if isinstance(private_key, rsa.RSAPrivateKey) else 3,
        "ct": 3 if kind == "recovery" else 2,
        "c": "IL MOH",
        "cn": "24032021",
        "fn": "2403202114",
        "g": given,
        "f": family,
        "gl": "דנה",
        "fl": "לוי",
        "idp": "X1234567",
        "b": birth,
        "e": day(150),
        "a": "0001-01-01",
    }
    if kind == "recovery":
        return content | {"r": day(-60)}
    doses = {
        f"d{number}": {
            "d": day(days),
            "vv": "Pfizer",
            "vb": f"EX004{number}",
            "vc": "208",
            "o": "Harbour",
            "c": "ISR",
        }
        for number, days in ((1, -60), (2, -32))
    }
    return content | doses | {"a": day(-25)}
