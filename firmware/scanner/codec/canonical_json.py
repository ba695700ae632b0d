# The one canonical form of a JSON value (RFC 8785): the bytes that signatures over JSON content cover.
#
# Names in the order of their UTF-16 units, no white space, the shortest escapes. Of numbers, whole ones up to 2^53
# alone: others would need ECMAScript's way of printing doubles, and no certificate signed like this has any.

from micropython import const

_LARGEST = (1 << 53) - 1
_PLAIN = const(0x20)

_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x22: '\\"', 0x5C: "\\\\"}


def encode(value):
    """The bytes of a value as strict_json.decode gives it. ValueError for a number that is not whole and small."""
    out = bytearray()
    _write(value, out)
    return bytes(out)


def _write(value, out):
    if value is None:
        out.extend(b"null")
    elif value is True:
        out.extend(b"true")
    elif value is False:
        out.extend(b"false")
    elif isinstance(value, str):
        _text(value, out)
    elif isinstance(value, int):
        if not 0 - _LARGEST <= value <= _LARGEST:
            raise ValueError("a number too large")
        out.extend(str(value).encode())
    elif isinstance(value, list):
        mark = b"["
        for item in value:
            out.extend(mark)
            _write(item, out)
            mark = b","
        out.extend(b"]" if value else b"[]")
    elif isinstance(value, dict):
        mark = b"{"
        for name in sorted(value, key=_units):
            out.extend(mark)
            _text(name, out)
            out.extend(b":")
            _write(value[name], out)
            mark = b","
        out.extend(b"}" if value else b"{}")
    else:
        raise ValueError("a number that is not whole")


def _text(text, out):
    out.append(0x22)
    if any(ord(letter) < _PLAIN or letter in '"\\' for letter in text):
        text = "".join([_escape(letter) for letter in text])
    out.extend(text.encode())
    out.append(0x22)


def _escape(letter):
    code = ord(letter)
    if code >= _PLAIN and letter not in '"\\':
        return letter
    return _SHORT.get(code) or "\\u%04x" % code


def _units(name):
    """What sorts a name as its UTF-16 form: two bytes a unit."""
    out = bytearray()
    for letter in name:
        code = ord(letter)
        if code > 0xFFFF:
            code -= 0x10000
            out.extend((0xD800 + (code >> 10)).to_bytes(2, "big"))
            code = 0xDC00 + (code & 0x3FF)
        out.extend(code.to_bytes(2, "big"))
    return bytes(out)
