"""Where a journal stands, as the scanner says and signs it on demand."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cbor2

from gatepost.errors import GatepostError
from gatepost.journal.segment import signature_holds

_CONTEXT = b"gatepost journal head 1"
_TYPES = {
    "first": int, "next": int, "boots": int, "dropped": int, "time": int, "digest": bytes, "signature": bytes,
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """first: oldest record held; next: the one to come; boots: starts; dropped: refused since the last start; time:
    unix seconds; digest: the chain's; nonce: what the asker gave, so that the answer cannot be an old one."""

    first: int
    next: int
    boots: int
    dropped: int
    time: int
    digest: bytes
    signature: bytes
    nonce: bytes = b""

    def is_signed_by(self, device: bytes) -> bool:
        """`device`: the scanner's point, 65 bytes."""
        try:
            numbers = struct.pack(">IIIIQ", self.first, self.next, self.boots, self.dropped, self.time)
        except struct.error:
            return False
        return signature_holds(device, _CONTEXT, numbers + self.digest + self.nonce, self.signature)

    def pack(self) -> bytes:
        """For an archive."""
        return cbor2.dumps(asdict(self), canonical=True)


def read_head(answer: Mapping[str, Any], nonce: bytes = b"") -> Head:
    """A Head out of the scanner's answer; GatepostError where it is none. Its signature is not yet verified."""
    for name, kind in _TYPES.items():
        if not isinstance(answer.get(name), kind):
            raise GatepostError(f"the scanner's head of its journal lacks {name!r}")
    return Head(**{name: answer[name] for name in _TYPES}, nonce=nonce)


def unpack_head(content: bytes) -> Head:
    """A Head out of an archive; ValueError where it is none."""
    try:
        answer = cbor2.loads(content)
        return read_head(answer, bytes(answer["nonce"]))
    except (cbor2.CBORDecodeError, GatepostError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"head: {error}") from None
