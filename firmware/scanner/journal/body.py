# What a record says, as a map in CBOR under the segment's key.
#
# Names and kinds are numbers here, so that a scan fits one block of 64 bytes. Every body is filled up to whole such
# blocks (ISO/IEC 7816-4: 80, then zeros): the length would tell a PASS from a REFUSE. Numbers are never used again.

from struct import pack

from micropython import const

from scanner.codec import cbor
from scanner.crypto import aead
from scanner.journal.items import RECORD

# fmt: off
KINDS = ("start", "stop", "scan", "clock", "bundle", "session", "tamper", "config", "seal", "full", "collected")
FIELDS = (
    "kind", "time", "doubtful",
    "verdict", "reason", "scheme", "issuer", "kid", "use", "again",
    "firmware", "version", "environment", "name", "role", "serial", "event", "detail",
    "before", "after", "dropped", "sequence",
)
# fmt: on
_FILL = const(64)
_LONGEST = const(1024)  # bytes of a body


def seal(key, sequence, kind, now, trusted, body):
    """The content of a record: sequence, then the sealed map. ValueError for an unknown kind and for too long a body.

    now: seconds since 1970; trusted: whether the clock is. body: dict of names to plain values, or None.
    """
    if kind not in KINDS:
        raise ValueError("kind of record")
    fields = {0: KINDS.index(kind), 1: now}
    if not trusted:
        fields[2] = True
    for name in body or ():
        if body[name] is not None:
            fields[FIELDS.index(name) if name in FIELDS else name] = body[name]
    plain = cbor.encode(fields) + b"\x80"
    plain += bytes((0 - len(plain)) % _FILL)
    if len(plain) > _LONGEST:
        raise ValueError("record too long")
    number = pack(">I", sequence)
    # The key is the segment's own and the sequence occurs in it once: so does the nonce.
    return number + aead.seal(key, bytes(8) + number, plain, bytes((RECORD,)) + number)
