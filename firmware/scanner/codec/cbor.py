# CBOR (RFC 8949): the binary form of everything signed in this house.
#
# A strict reader: a certificate is read in full or refused. Bounded in depth and in number of items, so that
# hostile bytes cost neither the stack nor the heap; lengths are compared with what is there before anything is
# allocated; a map with the same key twice is refused, because two readers would see two certificates.
# Indefinite lengths are read (the HCERT specification's own example uses them).

from micropython import const

from scanner.codec import utf8

_UINT = const(0)
_NINT = const(1)
_BYTES = const(2)
_TEXT = const(3)
_ARRAY = const(4)
_MAP = const(5)
_TAG = const(6)
_BREAK = object()


class Tag:
    """A tagged value: `number` and `value` (section 3.4)."""

    def __init__(self, number, value):
        self.number = number
        self.value = value


class Simple:
    """A simple value other than false, true and null: `number` 23 is `undefined` (section 3.3)."""

    def __init__(self, number):
        self.number = number


class Float:
    """A floating-point number: `bits` as received (2, 4 or 8 bytes), `floor` an int or None for NaN and infinity,
    `whole` whether that is all of it.

    Not Python's float, because that has 24 bits of precision on most boards, and seconds since 1970 need 31.
    """

    def __init__(self, bits):
        self.bits = bytes(bits)
        self.floor, self.whole = _floor(self.bits)


def decode(data, depth=12, items=2048):
    """The one value that `data` (bytes) holds; arrays as list, maps as dict, tags as Tag.

    ValueError if it is malformed, nested deeper than `depth`, of more than `items` items, if a map repeats a key
    or has one that is neither number nor string, or if bytes follow.
    """
    reader = _Reader(data, items)
    value = reader.item(depth)
    if value is _BREAK:
        raise ValueError("break outside of a container")
    if reader.at != len(data):
        raise ValueError("bytes after the value")
    return value


def encode(value, depth=12):
    """`value` as deterministic CBOR (section 4.2.1): shortest heads, map keys in order. ValueError if it cannot."""
    out = bytearray()
    _write(value, out, depth)
    return bytes(out)


class _Reader:
    def __init__(self, data, items):
        self.data = data
        self.at = 0
        self.items = items

    def take(self, count):
        start = self.at
        if count > len(self.data) - start:
            raise ValueError("ends too early")
        self.at = start + count
        return self.data[start : start + count]

    def item(self, depth):
        """One value, or _BREAK. The head: three bits of major type, five of argument (section 3)."""
        if not depth:
            raise ValueError("nested too deep")
        if not self.items:
            raise ValueError("too many items")
        self.items -= 1
        head = self.take(1)[0]
        major = head >> 5
        argument = head & 31
        if argument >= 24:
            if argument < 28:
                argument = int.from_bytes(self.take(1 << (argument - 24)), "big")
            elif argument == 31:
                argument = None
            else:
                raise ValueError("reserved head")
        if major in (_UINT, _NINT, _TAG):
            if argument is None:
                raise ValueError("reserved head")
            if major == _UINT:
                return argument
            if major == _NINT:
                return -1 - argument
            return Tag(argument, self.value(depth - 1))
        if major == _BYTES:
            return bytes(self.string(_BYTES, argument))
        if major == _TEXT:
            return self.text(argument)
        if major == _ARRAY:
            return self.array(argument, depth - 1)
        if major == _MAP:
            return self.map(argument, depth - 1)
        return self.special(head & 31, argument)

    def value(self, depth):
        value = self.item(depth)
        if value is _BREAK:
            raise ValueError("break where a value belongs")
        return value

    def string(self, major, count):
        if count is not None:
            return self.take(count)
        joined = bytearray()
        for chunk in self.chunks(major):
            joined.extend(chunk)
        return joined

    def text(self, count):
        if count is not None:
            return utf8.text(self.take(count))
        # Each chunk is a text of its own: no character may be cut (section 3.2.3).
        return "".join([utf8.text(chunk) for chunk in self.chunks(_TEXT)])

    def chunks(self, major):
        """The definite-length pieces of an indefinite string."""
        found = []
        while True:
            head = self.take(1)[0]
            if head == 0xFF:
                return found
            count = head & 31
            if head >> 5 != major or count > 27 or not self.items:
                raise ValueError("bad piece of a string")
            self.items -= 1
            if count >= 24:
                count = int.from_bytes(self.take(1 << (count - 24)), "big")
            found.append(self.take(count))

    def array(self, count, depth):
        self.room(count)
        found = []
        while count is None or len(found) < count:
            value = self.item(depth)
            if value is _BREAK:
                if count is not None:
                    raise ValueError("break where a value belongs")
                break
            found.append(value)
        return found

    def map(self, count, depth):
        self.room(count)
        found = {}
        kinds = 0
        while count is None or len(found) < count:
            key = self.item(depth)
            if key is _BREAK:
                if count is not None:
                    raise ValueError("break where a value belongs")
                break
            # True equals 1 in Python and not in CBOR: only types that cannot be confused may be keys.
            if type(key) is str:
                kinds |= 1
            elif type(key) is bytes:
                kinds |= 2
            elif type(key) is not int:
                raise ValueError("map key is neither number nor string")
            # MicroPython prints a warning when it compares the two, on a line that may carry a protocol.
            if kinds == 3:
                raise ValueError("map mixes text and byte keys")
            if key in found:
                raise ValueError("map repeats a key")
            found[key] = self.value(depth)
        return found

    def room(self, count):
        """An item takes at least one byte: a length that lies is found before it costs anything."""
        if count is not None and count > len(self.data) - self.at:
            raise ValueError("ends too early")

    def special(self, info, argument):
        """Major type 7: simple values, floats and break (section 3.3)."""
        if info == 31:
            return _BREAK
        if info == 20 or info == 21:
            return info == 21
        if info == 22:
            return None
        if info >= 25:
            width = 1 << (info - 24)
            return Float(self.data[self.at - width : self.at])
        if info == 24 and argument < 32:
            raise ValueError("simple value in a long form")
        return Simple(argument)


def _floor(bits):
    """The largest integer not above an IEEE 754 number of 2, 4 or 8 bytes, computed without one, and whether the two
    are equal."""
    width = len(bits) * 8
    exponent_bits = 5 if width == 16 else 8 if width == 32 else 11
    fraction_bits = width - 1 - exponent_bits
    number = int.from_bytes(bits, "big")
    negative = number >> (width - 1)
    exponent = (number >> fraction_bits) & ((1 << exponent_bits) - 1)
    fraction = number & ((1 << fraction_bits) - 1)
    if exponent == (1 << exponent_bits) - 1:
        return None, False
    if exponent:
        fraction += 1 << fraction_bits
    else:
        exponent = 1
    shift = exponent - ((1 << (exponent_bits - 1)) - 1) - fraction_bits
    if negative:
        fraction = 0 - fraction
    # A right shift of a negative int rounds down, as floor does.
    if shift >= 0:
        return fraction << shift, True
    shift = min(0 - shift, 64)
    floor = fraction >> shift
    return floor, floor << shift == fraction


def _head(major, argument, out):
    if argument < 24:
        out.append(major << 5 | argument)
        return
    for power in range(4):
        width = 1 << power
        if argument < 1 << (8 * width):
            out.append(major << 5 | (24 + power))
            out.extend(argument.to_bytes(width, "big"))
            return
    raise ValueError("integer beyond 64 bits")


def _write(value, out, depth):
    if not depth:
        raise ValueError("nested too deep")
    if value is None or value is True or value is False:
        out.append(0xF6 if value is None else 0xF5 if value else 0xF4)
    elif isinstance(value, int):
        _head(_NINT if value < 0 else _UINT, -1 - value if value < 0 else value, out)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _head(_BYTES, len(value), out)
        out.extend(value)
    elif isinstance(value, str):
        value = value.encode()
        _head(_TEXT, len(value), out)
        out.extend(value)
    elif isinstance(value, (list, tuple)):
        _head(_ARRAY, len(value), out)
        for item in value:
            _write(item, out, depth - 1)
    elif isinstance(value, dict):
        _head(_MAP, len(value), out)
        for key, at in sorted([(encode(key, depth - 1), key) for key in value], key=_first):
            out.extend(key)
            _write(value[at], out, depth - 1)
    elif isinstance(value, Tag):
        _head(_TAG, value.number, out)
        _write(value.value, out, depth - 1)
    elif isinstance(value, Float):
        out.append({2: 0xF9, 4: 0xFA, 8: 0xFB}[len(value.bits)])
        out.extend(value.bits)
    elif isinstance(value, Simple):
        if value.number < 24:
            out.append(0xE0 | value.number)
        else:
            out.extend(bytes((0xF8, value.number)))
    else:
        raise ValueError("no CBOR form for this type")


def _first(pair):
    return pair[0]
