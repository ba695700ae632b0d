"""Reading: the records' sealed bodies, with a supervisor's private key.

A body is a CBOR map of field numbers, filled up by 80 and zeros, under AES-256-GCM with the segment's key; the nonce is
8 zero bytes and the sequence number, the additional data the item's kind and that number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gatepost.journal.items import RECORD, SEGMENT, Item, split
from gatepost.journal.names import FIELDS, KINDS, REASONS, VERDICTS
from gatepost.journal.segment import read_segment

_AAD = bytes((RECORD,))


@dataclass(frozen=True, slots=True)
class Entry:
    """One record. `time`: unix seconds by the scanner's clock, `doubtful` where nobody vouched for it; `fields`: the
    rest by name, numbers of verdict and reason as their words. Where it cannot be read, `problem` says why."""

    sequence: int
    boot: int
    kind: str = ""
    time: int | None = None
    doubtful: bool = False
    fields: dict[str, Any] | None = None
    problem: str = ""

    @property
    def moment(self) -> str:
        """ISO 8601, or nothing."""
        if self.time is None:
            return ""
        try:
            return datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            return str(self.time)


def read_entries(data: bytes, private: ec.EllipticCurvePrivateKey) -> Iterator[Entry]:
    """The records in `data`, oldest first. They may be read where the chain is broken; `verify` is another matter."""
    cipher: AESGCM | None = None
    boot = 0
    problem = "stands in no segment"
    for item in split(data):
        if item.kind == SEGMENT:
            cipher = None
            problem = "not sealed to this supervisor"
            try:
                segment = read_segment(item.content)
            except ValueError:
                problem = "the head of its segment is damaged"
                continue
            boot = segment.boots
            key = segment.key(private)
            cipher = AESGCM(key) if key else None
        elif item.kind == RECORD:
            if cipher is None:
                yield Entry(item.sequence, boot, problem=problem)
            else:
                yield _open(item, boot, cipher)


def _open(item: Item, boot: int, cipher: AESGCM) -> Entry:
    content = item.content
    number = content[:4]
    try:
        plain = cipher.decrypt(bytes(8) + number, content[4:], _AAD + number)
        fields = cbor2.loads(plain[: plain.rindex(b"\x80")])
        kind, time = fields.pop(0), fields.pop(1)
        doubtful = bool(fields.pop(2, False))
        kind = KINDS[kind] if kind < len(KINDS) else f"kind {kind}"
    except InvalidTag:
        return Entry(item.sequence, boot, problem="altered, or not what the scanner sealed")
    except (cbor2.CBORDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Entry(item.sequence, boot, problem=f"malformed: {error}")
    return Entry(item.sequence, boot, kind, time, doubtful, _named(fields))


def _named(fields: dict[Any, Any]) -> dict[str, Any]:
    named = {}
    for key, value in fields.items():
        name = FIELDS[key] if isinstance(key, int) and 0 <= key < len(FIELDS) else str(key)
        if name == "verdict" and value in range(len(VERDICTS)):
            named[name] = VERDICTS[value]
        elif name == "reason":
            named[name] = REASONS.get(value, f"reason {value}")
        else:
            named[name] = value
    return named
