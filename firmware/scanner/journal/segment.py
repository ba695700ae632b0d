# The item that opens a segment: who can read what follows, where the chain stands, and the scanner's signature on both.
#
# Content: format u8, flags u8, ordinal u32, first sequence u32, boots u32, previous digest 32, ephemeral point 65,
# count u8, then for each supervisor the first 8 bytes of SHA-256 over his point and the wrapped key 48, at last the
# signature 64. The segment's key is random and stays in RAM: a scanner that was switched off cannot read its own
# journal, nor can whoever takes it apart. Wrapping is ECDH with an ephemeral key, HKDF-SHA256 and AES-256-GCM, the
# pieces of HPKE (RFC 9180) in the order that needs the least of them.

import hashlib
import os
from struct import pack, unpack_from

from micropython import const

from scanner.crypto import aead, kdf, p256_sign
from scanner.journal.items import START

_FORMAT = const(1)
_FIELDS = ">BBIII"
DAMAGED = const(1)  # flag: the segment before was found damaged when the scanner started
_KEY_CONTEXT = b"gatepost journal key 1"
_SIGNED = b"gatepost journal segment 1"
_ONCE = bytes(12)  # the nonce of a key that seals one message


class Header:
    """ordinal: of the segment; first: sequence of its first record; boots: starts of the scanner; previous: digest."""

    def __init__(self, ordinal, first, boots, previous=START, damaged=False):
        self.ordinal = ordinal
        self.first = first
        self.boots = boots
        self.previous = previous
        self.damaged = damaged


def read_header(content):
    """The Header in a segment item's content. ValueError for another format. The signature is the host's to check."""
    version, flags, ordinal, first, boots = unpack_from(_FIELDS, content, 0)
    if version != _FORMAT:
        raise ValueError("journal of another format")
    return Header(ordinal, first, boots, content[14:46], bool(flags & DAMAGED))


def make_header(header, device_key, device_point, supervisors):
    """(content of the segment item, the segment's key). supervisors: points of 65 bytes, at least one."""
    if not supervisors:
        raise ValueError("no supervisor")
    key = os.urandom(32)
    ephemeral = p256_sign.generate()
    point = p256_sign.public(ephemeral)
    flags = DAMAGED if header.damaged else 0
    content = bytearray(pack(_FIELDS, _FORMAT, flags, header.ordinal, header.first, header.boots))
    content.extend(header.previous)
    content.extend(point)
    content.append(len(supervisors))
    for each in supervisors:
        wrapping = kdf.hkdf(p256_sign.agree(ephemeral, each), b"", _KEY_CONTEXT + point + each)
        content.extend(hashlib.sha256(each).digest()[:8])
        content.extend(aead.seal(wrapping, _ONCE, key))
    content.extend(p256_sign.sign(device_key, signed(_SIGNED, device_point, content)))
    return bytes(content), key


def signed(context, device_point, data):
    """The digest that the scanner signs: what is said, by whom, and what it is."""
    digest = hashlib.sha256(context)
    digest.update(device_point)
    digest.update(data)
    return digest.digest()
