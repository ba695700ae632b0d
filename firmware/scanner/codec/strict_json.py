# JSON as RFC 8259 has it, and nothing else: what signers and verifiers may not read differently.
#
# MicroPython's own reader lets much pass ("[1 2]", "{1:2}", "[01]", line ends inside texts, repeated names) and nests
# as deep as the C stack reaches. Here depth and number of values are bounded, names do not repeat, and texts are
# UTF-8 without halves of a surrogate pair. Numbers stay exact: most boards' floats have 24 bits.

from micropython import const

from scanner.codec import utf8

_QUOTE = const(0x22)
_BACKSLASH = const(0x5C)
_COMMA = const(0x2C)
_COLON = const(0x3A)
_MINUS = const(0x2D)
_ZERO = const(0x30)
_NINE = const(0x39)
_DIGITS = const(18)  # of the longest whole number worth reading

_SPACE = b" \t\n\r"
_ESCAPES = {0x22: '"', 0x5C: "\\", 0x2F: "/", 0x62: "\b", 0x66: "\f", 0x6E: "\n", 0x72: "\r", 0x74: "\t"}
_WORDS = ((b"true", True), (b"false", False), (b"null", None))


class Number:
    """A number with a fraction, an exponent or too many digits: `text` as written; `floor` an int, or None for what
    is beyond any date or count."""

    def __init__(self, text):
        self.text = text
        self.floor = _floor(text)


def decode(data, depth=12, values=2048):
    """The one value that `data` (bytes) holds: objects as dict, arrays as list, whole numbers as int, others as Number.

    ValueError if it is malformed, nested deeper than `depth`, of more than `values` values, or repeats a name.
    """
    utf8.text(data)
    reader = _Reader(data, values)
    value = reader.value(depth)
    reader.skip()
    if reader.at != len(data):
        raise ValueError("text after the value")
    return value


class _Reader:
    def __init__(self, data, values):
        self.data = data
        self.at = 0
        self.left = values

    def value(self, depth):
        self.left -= 1
        if depth < 0 or self.left < 0:
            raise ValueError("too deep or too many values")
        byte = self.peek()
        if byte == _QUOTE:
            return self.text()
        if byte == 0x7B:
            return self.object(depth)
        if byte == 0x5B:
            return self.array(depth)
        if byte == _MINUS or _ZERO <= byte <= _NINE:
            return self.number()
        for word, value in _WORDS:
            if self.data[self.at : self.at + len(word)] == word:
                self.at += len(word)
                return value
        raise ValueError("no value")

    def object(self, depth):
        found = {}
        self.at += 1
        if self.peek() == 0x7D:
            self.at += 1
            return found
        while True:
            if self.peek() != _QUOTE:
                raise ValueError("no name")
            name = self.text()
            if name in found:
                raise ValueError("a name twice")
            if self.peek() != _COLON:
                raise ValueError("no colon")
            self.at += 1
            found[name] = self.value(depth - 1)
            if self.ends(0x7D):
                return found

    def array(self, depth):
        found = []
        self.at += 1
        if self.peek() == 0x5D:
            self.at += 1
            return found
        while True:
            found.append(self.value(depth - 1))
            if self.ends(0x5D):
                return found

    def ends(self, bracket):
        """Whether the bracket that closes follows, rather than a comma."""
        byte = self.peek()
        self.at += 1
        if byte != _COMMA and byte != bracket:
            raise ValueError("neither comma nor end")
        return byte == bracket

    def peek(self):
        """The next byte that is no white space, 0 at the end."""
        self.skip()
        return self.data[self.at] if self.at < len(self.data) else 0

    def skip(self):
        data = self.data
        at = self.at
        while at < len(data) and data[at] in _SPACE:
            at += 1
        self.at = at

    def text(self):
        start = self.at + 1
        end = self.data.find(b'"', start)
        if end < 0:
            raise ValueError("text without an end")
        piece = self.data[start:end]
        if b"\\" in piece:
            return self.escaped(start)
        _refuse_controls(piece)
        self.at = end + 1
        return str(piece, "utf-8")

    def escaped(self, at):
        data = self.data
        out = ""
        while True:
            start = at
            while at < len(data) and data[at] != _QUOTE and data[at] != _BACKSLASH:
                at += 1
            if at >= len(data):
                raise ValueError("text without an end")
            _refuse_controls(data[start:at])
            out += str(data[start:at], "utf-8")
            if data[at] == _QUOTE:
                self.at = at + 1
                return out
            byte = data[at + 1] if at + 1 < len(data) else 0
            at += 2
            if byte == 0x75:
                code = _hex(data, at)
                at += 4
                if 0xD800 <= code < 0xDC00 and data[at : at + 2] == b"\\u":
                    low = _hex(data, at + 2)
                    at += 6
                    if not 0xDC00 <= low < 0xE000:
                        raise ValueError("half of a pair")
                    code = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
                if 0xD800 <= code < 0xE000:
                    raise ValueError("half of a pair")
                out += chr(code)
            elif byte in _ESCAPES:
                out += _ESCAPES[byte]
            else:
                raise ValueError("no such escape")

    def number(self):
        data = self.data
        start = at = self.at
        if data[at] == _MINUS:
            at += 1
        first = at
        at = _past_digits(data, at)
        if at == first or (data[first] == _ZERO and at > first + 1):
            raise ValueError("not a number")
        whole = at - first <= _DIGITS
        if data[at : at + 1] == b".":
            whole = False
            after = _past_digits(data, at + 1)
            if after == at + 1:
                raise ValueError("not a number")
            at = after
        if data[at : at + 1] in (b"e", b"E"):
            whole = False
            at += 2 if data[at + 1 : at + 2] in (b"+", b"-") else 1
            after = _past_digits(data, at)
            if after == at:
                raise ValueError("not a number")
            at = after
        self.at = at
        text = str(data[start:at], "utf-8")
        # The negative zero is a number of its own in JSON, and no int.
        return int(text) if whole and text != "-0" else Number(text)


def _refuse_controls(piece):
    if piece and min(piece) < 0x20:
        raise ValueError("control character in a text")


def _past_digits(data, at):
    while at < len(data) and _ZERO <= data[at] <= _NINE:
        at += 1
    return at


def _hex(data, at):
    value = 0
    for i in range(at, at + 4):
        digit = b"0123456789abcdef".find(bytes((data[i] | 0x20,))) if i < len(data) else -1
        # Below "0" the case bit would make digits of control characters.
        if digit < 0 or data[i] < _ZERO:
            raise ValueError("no such escape")
        value = value << 4 | digit
    return value


def _floor(text):
    # By digits alone: mantissa and exponent are shifted against each other, and what is cut off decides the rest.
    negative = text[0] == "-"
    text = text.lower().lstrip("-")
    exponent = 0
    if "e" in text:
        text, digits = text.split("e")
        if len(digits) > 4:
            return None
        exponent = int(digits)
    if "." in text:
        text, fraction = text.split(".")
        exponent -= len(fraction)
        text += fraction
    text = text.lstrip("0")
    if not text:
        return 0
    if len(text) + exponent > _DIGITS:
        return None
    if exponent >= 0:
        value, rest = int(text + "0" * exponent), 0
    else:
        cut = max(0, len(text) + exponent)
        value = int(text[:cut] or "0")
        rest = text[cut:].strip("0")
    return (0 - value - (1 if rest else 0)) if negative else value
