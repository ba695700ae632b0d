"""The key list as bytes: what a scanner keeps on flash and searches there (firmware/scanner/trust/keys.py).

Big-endian, version 1:

- header, 32 bytes: `GPKL`, version u8, fan-out bits u8, shard bits u16, entries u32, data end u32, index end u32,
  length u32, 0 u64;
- data: records and parties;
- index, 20 bytes an entry, sorted: first 8 bytes of the kid (zero-filled), scope 4 (start of SHA-256 of the issuer's
  address, or zeros), offset of the record u32, offset of its party u32 (0: the party stands in the record);
- fan-out: 2^bits + 1 numbers u32, the first entry whose kid has these bits or higher after the shard bits.

A record is kind u8, usage u8, flags u8 (1 = revoked), kid length u8, key length u16, party length u16,
not before u32, not after u32, kid, key, party. A party is scheme u8, source u8, country 2, then participant, domain,
name and issuer, each a length u8 and UTF-8. Short parties stand in their record, which saves the scanner a seek;
long ones stand once for all their keys behind a length u16, which keeps 651 issuers' addresses from being repeated.

A large list is cut into shards by the leading bits of the kid, each a key list of its own, so that a bundle which
changes one key changes one part and the rest need not travel.
"""

from __future__ import annotations

import hashlib
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gatepost.errors import GatepostError
from gatepost.trust.records import ENVIRONMENTS, KINDS, SCHEMES, KeyRecord, check

MAGIC = b"GPKL"
VERSION = 1
HEADER = struct.Struct(">4sBBHIIII8x")
ENTRY = struct.Struct(">8s4sII")
RECORD = struct.Struct(">BBBBHHII")
INLINE_PARTY = 64  # a party up to this long stands in its record
PER_BUCKET = 4  # entries a fan-out bucket holds on average, at most: one small read finds the right one
MAX_SHARED = 16  # keys under one kid and issuer that a scanner would have to try one by one
PER_SHARD = 24  # keys of a shard on average, at most: 4 KB, while a manifest's entry for it takes 35 bytes
MAX_SHARD_BITS = 8  # 256 shards, whose hashes a manifest still holds


def shards(records: Iterable[KeyRecord]) -> list[bytes]:
    """The key list of `records`, cut into 2^n parts by the first n bits of the kid.

    A key that is withdrawn under one kid is withdrawn under all, of whatever scheme: a kid in the unprotected header is
    whatever the traveller writes there, and would choose the record that says nothing of it.
    """
    known = list(records)
    withdrawn = {(each.kind, each.public) for each in known if each.revoked}
    known = [replace(each, revoked=(each.kind, each.public) in withdrawn) for each in known]
    bits = 0
    while bits < MAX_SHARD_BITS and len(known) > PER_SHARD << bits:
        bits += 1
    cut: list[list[KeyRecord]] = [[] for _ in range(1 << bits)]
    for record in known:
        cut[_lead(record.kid) >> (16 - bits)].append(record)
    return [encode(each, bits) for each in cut]


def encode(records: Iterable[KeyRecord], shard_bits: int = 0) -> bytes:
    """The key list of `records`, whose kids share the first `shard_bits` bits; the same records give the same bytes,
    whatever their order."""
    ordered = sorted(
        map(check, records), key=lambda each: (_prefix(each), each.kid, each.public, _party(each))
    )
    _refuse_crowds(ordered)
    data = bytearray()
    places: dict[bytes, int] = {}
    index = bytearray()
    for record in ordered:
        party = _party(record)
        inline = len(party) <= INLINE_PARTY
        party_at = 0 if inline else _place(struct.pack(">H", len(party)) + party, data, places)
        record_at = _place(_record(record, party if inline else b""), data, places)
        index += _prefix(record) + struct.pack(">II", record_at, party_at)
    bits = _fan_out_bits(len(ordered))
    fan_out = _fan_out([_prefix(each) for each in ordered], bits, shard_bits)
    data_end = HEADER.size + len(data)
    index_end = data_end + len(index)
    header = HEADER.pack(
        MAGIC, VERSION, bits, shard_bits, len(ordered), data_end, index_end, index_end + len(fan_out)
    )
    return header + bytes(data) + bytes(index) + fan_out


def decode(data: bytes) -> list[KeyRecord]:
    """Every record of a key list, in its order; GatepostError where it is damaged."""
    try:
        return _decode(data)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise GatepostError(f"the key list is damaged: {error}") from None


def _decode(data: bytes) -> list[KeyRecord]:
    magic, version, bits, shard_bits, entries, data_end, index_end, length = HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise GatepostError("this is not a key list of a known version")
    fan_out = data[index_end:]
    if (
        length != len(data)
        or index_end != data_end + entries * ENTRY.size
        or len(fan_out) != 4 * (2**bits + 1)
        or shard_bits > MAX_SHARD_BITS
    ):
        raise GatepostError("the key list is damaged: its lengths do not fit")
    records = []
    prefixes = []
    for at in range(data_end, index_end, ENTRY.size):
        kid, scope, record_at, party_at = ENTRY.unpack_from(data, at)
        record = _read_record(data[:data_end], record_at, party_at)
        if _prefix(record) != kid + scope:
            raise GatepostError("the key list is damaged: an entry points to another key")
        prefixes.append(kid + scope)
        records.append(record)
    if len({_lead(each) >> (16 - shard_bits) for each in prefixes}) > 1:
        raise GatepostError("the key list is damaged: a key lies in the wrong shard")
    if prefixes != sorted(prefixes) or fan_out != _fan_out(prefixes, bits, shard_bits):
        raise GatepostError("the key list is damaged: it is not in order")
    return records


def _read_record(data: bytes, at: int, party_at: int) -> KeyRecord:
    kind, usage, flags, kid_size, key_size, party_size, not_before, not_after = RECORD.unpack_from(data, at)
    at += RECORD.size
    kid, key = data[at : at + kid_size], data[at + kid_size : at + kid_size + key_size]
    if party_at:
        (party_size,) = struct.unpack_from(">H", data, party_at)
        party = data[party_at + 2 : party_at + 2 + party_size]
    else:
        party = data[at + kid_size + key_size : at + kid_size + key_size + party_size]
    texts = []
    rest = party[4:]
    while rest:
        texts.append(rest[1 : 1 + rest[0]].decode())
        rest = rest[1 + rest[0] :]
    participant, domain, name, issuer = (*texts, "", "", "", "")[:4]
    half = key_size // 2
    rsa = KINDS[kind - 1] == "RSA"
    return check(
        KeyRecord(
            kid=kid,
            kind=KINDS[kind - 1],
            x=b"" if rsa else key[:half],
            y=b"" if rsa else key[half:],
            n=key[4:] if rsa else b"",
            e=int.from_bytes(key[:4], "big") if rsa else 0,
            usage=usage,
            country=party[2:4].decode().rstrip("\0"),
            participant=participant,
            domain=domain,
            name=name,
            issuer=issuer,
            scheme=SCHEMES[party[0] - 1],
            source=ENVIRONMENTS[party[1] - 1],
            not_before=not_before,
            not_after=not_after,
            revoked=bool(flags & 1),
        )
    )


def _lead(kid: bytes) -> int:
    """The first 16 bits, by which shards and buckets are chosen."""
    return int.from_bytes(kid[:2].ljust(2, b"\0"), "big")


def _prefix(record: KeyRecord) -> bytes:
    scope = hashlib.sha256(record.issuer.encode()).digest()[:4] if record.issuer else bytes(4)
    return record.kid[:8].ljust(8, b"\0") + scope


def _party(record: KeyRecord) -> bytes:
    party = bytearray((SCHEMES.index(record.scheme) + 1, ENVIRONMENTS.index(record.source) + 1))
    party += record.country.encode().ljust(2, b"\0")
    for text in (record.participant, record.domain, record.name, record.issuer):
        raw = text.encode()
        party += bytes((len(raw),)) + raw
    return bytes(party)


def _record(record: KeyRecord, party: bytes) -> bytes:
    head = RECORD.pack(
        KINDS.index(record.kind) + 1,
        record.usage,
        int(record.revoked),
        len(record.kid),
        len(record.public),
        len(party),
        record.not_before,
        record.not_after,
    )
    return head + record.kid + record.public + party


def _place(piece: bytes, data: bytearray, places: dict[bytes, int]) -> int:
    if piece not in places:
        places[piece] = HEADER.size + len(data)
        data += piece
    return places[piece]


def _fan_out_bits(entries: int) -> int:
    bits = 0
    while bits < 16 and entries > PER_BUCKET << bits:
        bits += 1
    return bits


def _fan_out(prefixes: Sequence[bytes], bits: int, shard_bits: int) -> bytes:
    starts = []
    at = 0
    for slot in range(1 << bits):
        while at < len(prefixes) and (_lead(prefixes[at]) << shard_bits & 0xFFFF) >> (16 - bits) < slot:
            at += 1
        starts.append(at)
    return struct.pack(f">{len(starts) + 1}I", *starts, len(prefixes))


def _refuse_crowds(records: Sequence[KeyRecord]) -> None:
    crowds = Counter((each.scheme, each.kid, each.issuer) for each in records)
    for (_, kid, _), count in crowds.items():
        if count > MAX_SHARED:
            raise GatepostError(
                f"{count} keys share the kid {kid.hex()}: more than {MAX_SHARED} cannot be tried"
            )
