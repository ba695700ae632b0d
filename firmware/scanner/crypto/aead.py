# AES-GCM (SP 800-38D) with 96-bit nonces and 128-bit tags: what seals the journal.
#
# cryptolib gives the bare block cipher; its counter mode is not in every build, so counters are enciphered as blocks,
# all of a message in one call. GHASH multiplies bit by bit under masks instead of by tables: records are short, and
# no memory access depends on the key. What the block cipher itself does is the build's: hardware on an ESP32,
# tables elsewhere, which a neighbour on the same cache could watch and which a scanner does not have.

import micropython
from micropython import const

from scanner.crypto.kdf import equal

try:
    from cryptolib import aes
except ImportError:
    from scanner.crypto.aes import Aes as aes

_ECB = const(1)
_BLOCK = const(16)
_NONCE = const(12)
TAG = const(16)  # bytes that a sealed message is longer


def seal(key, nonce, plaintext, aad=b""):
    """Ciphertext and tag, one behind the other. key: 16 or 32 bytes; nonce: 12, never twice under one key."""
    cipher, stream = _keystream(key, nonce, len(plaintext))
    out = bytearray(len(plaintext) + TAG)
    _xor(out, plaintext, stream, len(plaintext))
    out[len(plaintext) :] = _tag(cipher, stream, memoryview(out)[: len(plaintext)], aad)
    return bytes(out)


def open(key, nonce, sealed, aad=b""):
    """The plaintext that `seal` was given. ValueError where anything is not as it was sealed."""
    length = len(sealed) - TAG
    if length < 0:
        raise ValueError("no tag")
    cipher, stream = _keystream(key, nonce, length)
    view = memoryview(sealed)
    if not equal(_tag(cipher, stream, view[:length], aad), view[length:]):
        raise ValueError("tag")
    out = bytearray(length)
    _xor(out, sealed, stream, length)
    return bytes(out)


def _keystream(key, nonce, length):
    # The cipher, and its output for J0 (7.1 step 2) and the counters that follow.
    if len(key) not in (16, 32) or len(nonce) != _NONCE:
        raise ValueError("key or nonce of a wrong length")
    cipher = aes(key, _ECB)
    counters = bytearray(_BLOCK * (1 + (length + _BLOCK - 1) // _BLOCK))
    for at in range(0, len(counters), _BLOCK):
        counters[at : at + _NONCE] = nonce
        counters[at + _NONCE : at + _BLOCK] = (at // _BLOCK + 1).to_bytes(4, "big")
    return cipher, cipher.encrypt(counters)


def _tag(cipher, stream, ciphertext, aad):
    # GHASH over additional data, ciphertext (each filled up with zeros) and their lengths in bits.
    h = cipher.encrypt(bytes(_BLOCK))
    state = bytearray(_BLOCK)
    words = bytearray(32)
    _ghash(state, h, aad, len(aad), words)
    _ghash(state, h, ciphertext, len(ciphertext), words)
    lengths = (8 * len(aad)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(8, "big")
    _ghash(state, h, lengths, _BLOCK, words)
    _xor(state, state, stream, 0 - _BLOCK)
    return state


@micropython.viper
def _xor(out: ptr8, data: ptr8, stream: ptr8, length: int):
    # The message begins at the stream's second block; a negative length means the first block.
    skip = _BLOCK
    if length < 0:
        length = 0 - length
        skip = 0
    i = 0
    while i < length:
        out[i] = data[i] ^ stream[i + skip]
        i += 1


@micropython.viper
def _ghash(state: ptr8, h: ptr8, data: ptr8, length: int, words: ptr32):
    # 6.4 with the product of 6.3: state = (state ^ block) * H for each block; the first bit is the highest power.
    # words 0 to 3: Z, 4 to 7: H and V, both as 32-bit words; ptr32 reads without sign on every width.
    top = 1
    top = top << 31
    low = top - 1
    reduce = 0xE1
    reduce = reduce << 24
    at = 0
    while at < length:
        i = 0
        while i < 16 and at + i < length:
            state[i] = state[i] ^ data[at + i]
            i += 1
        at += 16
        i = 0
        while i < 4:
            words[i] = 0
            words[i + 4] = h[4 * i] << 24 | h[4 * i + 1] << 16 | h[4 * i + 2] << 8 | h[4 * i + 3]
            i += 1
        i = 0
        while i < 128:
            take = 0 - (state[i >> 3] >> (7 - (i & 7)) & 1)
            v0 = words[4]
            v1 = words[5]
            v2 = words[6]
            v3 = words[7]
            words[0] = words[0] ^ (v0 & take)
            words[1] = words[1] ^ (v1 & take)
            words[2] = words[2] ^ (v2 & take)
            words[3] = words[3] ^ (v3 & take)
            words[7] = (v3 >> 1 & low) | v2 << 31
            words[6] = (v2 >> 1 & low) | v1 << 31
            words[5] = (v1 >> 1 & low) | v0 << 31
            words[4] = (v0 >> 1 & low) ^ (reduce & (0 - (v3 & 1)))
            i += 1
        i = 0
        while i < 16:
            state[i] = words[i >> 2] >> (24 - 8 * (i & 3)) & 255
            i += 1
