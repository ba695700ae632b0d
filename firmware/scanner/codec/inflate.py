# Inflation with a limit: zlib streams (RFC 1950) of HC1, raw DEFLATE (RFC 1951) of SMART Health Cards.
#
# 2 KB of text can inflate to 2 MB; a certificate never does. The output is read in small pieces and given up at
# the limit, before it exists. MicroPython's decompressor checks the Adler-32 at the end of a zlib stream but not
# all of its header, and lets bytes follow the end; both are checked here.

import io
from binascii import crc32

import deflate
from micropython import const

_PIECE = const(512)
_LEAST_WINDOW = const(8)  # bits (RFC 1950, 2.2)
_GZIP_END = const(8)  # CRC-32 and length, little-endian (RFC 1952, 2.3.1)


class OversizeError(ValueError):
    """The data inflates to more than the limit."""


def inflate(data, limit, wbits=15):
    """The inflated bytes, at most `limit`. `wbits` as in zlib: 15 for a zlib stream, -15 for raw DEFLATE.

    Raw DEFLATE may be followed by the end of a gzip file: some issuer cuts off gzip's start alone.
    ValueError if the stream is damaged, incomplete or followed by anything else; OversizeError above the limit.
    """
    if wbits > 0:
        _check_header(data)
    source = io.BytesIO(data)
    stream = deflate.DeflateIO(source, deflate.ZLIB if wbits > 0 else deflate.RAW, _window(abs(wbits), limit))
    out = bytearray()
    try:
        while True:
            piece = stream.read(_PIECE)
            if not piece:
                break
            if len(out) + len(piece) > limit:
                raise OversizeError("inflates beyond the limit")
            out.extend(piece)
    except (EOFError, OSError):
        raise ValueError("damaged or incomplete stream")
    rest = data[source.tell() :]
    if rest and (wbits > 0 or not _ends_gzip(rest, out)):
        raise ValueError("bytes after the end of the stream")
    return bytes(out)


def _window(wbits, limit):
    # Compressors name 32 KB whatever they compress. Nothing refers further back than the output reaches.
    while wbits > _LEAST_WINDOW and 1 << (wbits - 1) >= limit:
        wbits -= 1
    return wbits


def _ends_gzip(rest, out):
    return len(rest) == _GZIP_END and rest == crc32(out).to_bytes(4, "little") + len(out).to_bytes(
        4, "little"
    )


def _check_header(data):
    """RFC 1950, 2.2: method 8, a window of at most 32 KB, a header divisible by 31, no preset dictionary."""
    if (
        len(data) < 8
        or data[0] & 15 != 8
        or data[0] >> 4 > 7
        or data[1] & 32
        or (data[0] << 8 | data[1]) % 31
    ):
        raise ValueError("not a zlib stream")
