# DER (ITU-T X.690, clauses 8 and 10), as far as certificates and ECDSA signatures need it.
#
# One value has one encoding: definite lengths in their shortest form, tags below 31, nothing after the last element.
# What is not asked for is skipped by its length and never looked into.

from micropython import const

from scanner.codec import iso8601

INTEGER = const(0x02)
BIT_STRING = const(0x03)
OCTET_STRING = const(0x04)
OID = const(0x06)
UTC_TIME = const(0x17)
GENERALIZED_TIME = const(0x18)
SEQUENCE = const(0x30)
SET = const(0x31)

_DAY = const(86400)


class Der:
    """The elements in data[at:end], one after the other. ValueError from every method where they are not as asked."""

    def __init__(self, data, at=0, end=None):
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def peek(self):
        """The tag of the next element, or -1 where there is none."""
        return self.data[self.at] if self.at < self.end else -1

    def element(self, tag):
        """(start, start of the content, end) of the next element, which must have this tag; goes behind it."""
        start = self.at
        if self.peek() != tag or start + 2 > self.end:
            raise ValueError("DER: another element")
        data = self.data
        size = data[start + 1]
        content = start + 2
        if size & 0x80:
            count = size & 0x7F
            # Three bytes count 16 MB.
            if not 1 <= count <= 3 or content + count > self.end:
                raise ValueError("DER: length")
            size = 0
            for i in range(count):
                size = size << 8 | data[content + i]
            if size < 0x80 or size >> 8 * (count - 1) == 0:
                raise ValueError("DER: a length that could be shorter")
            content += count
        if content + size > self.end:
            raise ValueError("DER: cut short")
        self.at = content + size
        return start, content, content + size

    def enter(self, tag):
        """The elements inside the next one."""
        _, start, end = self.element(tag)
        return Der(self.data, start, end)

    def content(self, tag):
        """The content of the next element as bytes."""
        _, start, end = self.element(tag)
        return bytes(self.data[start:end])

    def raw(self, tag):
        """The whole next element as bytes."""
        start, _, end = self.element(tag)
        return bytes(self.data[start:end])

    def skip(self):
        """Go behind the next element, whatever it is."""
        tag = self.peek()
        if tag < 0 or tag & 0x1F == 0x1F:
            raise ValueError("DER: tag")
        self.element(tag)

    def natural(self):
        """The next element, an INTEGER that is not negative, as bytes without a leading zero."""
        content = self.content(INTEGER)
        if (
            not content
            or content[0] & 0x80
            or (len(content) > 1 and not content[0] and not content[1] & 0x80)
        ):
            raise ValueError("DER: integer")
        return content[1:] if len(content) > 1 and not content[0] else content

    def bits(self):
        """The next element, a BIT STRING of whole bytes."""
        content = self.content(BIT_STRING)
        if not content or content[0]:
            raise ValueError("DER: bit string")
        return content[1:]

    def time(self):
        """The next element, a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5), in seconds since 1970."""
        wide = self.peek() == GENERALIZED_TIME
        text = self.content(GENERALIZED_TIME if wide else UTC_TIME)
        if len(text) != (15 if wide else 13) or text[len(text) - 1] != 0x5A:
            raise ValueError("DER: time")
        digits = [byte - 0x30 for byte in text[: len(text) - 1]]
        if min(digits) < 0 or max(digits) > 9:
            raise ValueError("DER: time")
        pairs = [10 * digits[i] + digits[i + 1] for i in range(0, len(digits), 2)]
        # Years of two digits are those from 1950 to 2049.
        century = 100 * pairs.pop(0) if wide else 1900 if pairs[0] >= 50 else 2000
        year, month, day, hour, minute, second = pairs
        if hour > 23 or minute > 59 or second > 59:
            raise ValueError("DER: time")
        return iso8601.days(century + year, month, day) * _DAY + hour * 3600 + minute * 60 + second

    def close(self):
        """There is nothing more."""
        if self.at != self.end:
            raise ValueError("DER: more elements")


def ecdsa_signature(data, size):
    """r || s, `size` bytes each, of a signature as SEQUENCE of two INTEGERs (RFC 3279, 2.2.3). ValueError."""
    outer = Der(data)
    pair = outer.enter(SEQUENCE)
    outer.close()
    r, s = pair.natural(), pair.natural()
    pair.close()
    if len(r) > size or len(s) > size:
        raise ValueError("DER: a number too large")
    return bytes(size - len(r)) + r + bytes(size - len(s)) + s
