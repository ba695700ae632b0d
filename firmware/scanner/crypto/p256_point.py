# Points of P-256 as programs for p256_field.run, and the way in and out of its limbs.
#
# An accumulator (X, Y, Z) in Jacobian form is doubled and gains affine points (px, py). The formulas treat no
# special case: adding a point to itself or to its opposite (H = 0), and only that, gives Z = 0 modulo p, and then Z
# is 0 ever after. So whoever uses a result asks once, at the end, whether Z is 0, and does without it if so.

from array import array

import micropython
from micropython import const

from scanner.crypto.p256_field import OFFSET, run

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
R = 1 << 260

ELEMENT = const(80)  # bytes: 20 limbs of 32 bits

# The workspace: elements 0 and 1 are loaded by scripts, then these, then x, y, z, s of a batch of points.
BATCH = const(8)
_NAMES = ["px", "py", "X", "Y", "Z", "one", "a", "b", "c", "d", "e", "g", "t", "u", "v"]
_NAMES += [name + str(i) for i in range(BATCH) for name in "xyzs"]
AT = {name: ELEMENT * i for i, name in enumerate(_NAMES)}
W = bytearray(ELEMENT * len(_NAMES))
STRIDE = const(320)  # bytes from a point of the batch to the next


def program(text):
    """Assemble lines `d = a * b`, `d = a * b -8 c`, `d = a +2 c` (digits add up), `d = -3 c` and `d b = a +- c`."""
    out = array("H")
    for line in text.split("\n"):
        t = line.split()
        if not t:
            continue
        if t[1] != "=":
            out.extend(array("H", (5, AT[t[0]], AT[t[3]], AT[t[1]], AT[t[5]], 0)))
            continue
        d, t = t[0], t[2:]
        k, c = (t[-2], t[-1]) if len(t) in (2, 3, 5) and t[-2] != "*" else ("0", t[0])
        b = t[2] if len(t) > 2 and t[1] == "*" else t[0]
        operation = 4 if len(t) == 2 else 3 if t[1] != "*" else 2 if t[0] == b else 1
        a = c if operation == 4 else t[0]
        out.extend(array("H", (operation, AT[d], AT[a], AT[b] if operation == 1 else 0, AT[c], int(k) + 64)))
    out.append(0)
    return out


# dbl-2001-b of the explicit-formulas database (a = -3), with its alpha negated: 3 products, 5 squares.
DOUBLE = program(
    """
    d = Z * Z
    g = Y * Y
    v u = X +- d
    t = u * v
    a = -3 t
    b = X * g
    e = Y +1 Z
    c = g +1 d
    Z = e * e -1 c
    X = a * a -8 b
    v = X -4 b
    g = g * g
    Y = a * v -8 g
    """
)

# Mixed addition of (px, py): 8 products, 3 squares. Of (px, -py): with the opposite b and v, and without a negation.
_ADD = """
    d = Z * Z
    a = px * d -1 X
    e = Z * d
    b = py * e %d Y
    d = a * a
    e = a * d
    v = X * d
    c = e +2 v
    X = b * b -1 c
    v = %s
    e = Y * e
    Y = b * v -1 e
    Z = Z * a
    """
ADD = program(_ADD % (-1, "v -1 X"))
SUBTRACT = program(_ADD % (1, "X -1 v"))

# The first point of a sum.
START = program("X = px +0 px \n Y = py +0 py \n Z = one +0 one")
START_MINUS = program("X = px +0 px \n Y = -1 py \n Z = one +0 one")


# All of them in one, for scripts of `run`: byte offsets, and what is added to a point's place to say where it lies.
CODE = array("H")
_at = []
for _each in (DOUBLE, ADD, SUBTRACT, START, START_MINUS):
    _at.append(2 * len(CODE))
    CODE.extend(_each)
DOUBLE_AT, ADD_AT, SUBTRACT_AT, START_AT, START_MINUS_AT = _at
PROGRAMS = array("H", _at)
FROM_BATCH = const(1)
FROM_POINTS = const(2)
FROM_OTHERS = const(3)

_once = array("H", (0, 4, 1))


def execute(steps, times=1):
    """Run a program on the workspace."""
    _once[1] = times << 2
    run(0, 0, W, steps, _once, W, W)


def walk(script, points, others=W):
    """Run a script, a list without its end, of the programs in CODE."""
    run(0, 0, W, CODE, array("H", script + [1]), points, others)


_NOTHING = array("H", (0,))
_LOAD = array("H", (0, FROM_POINTS, 1))


def packed(x, y):
    """The 64 bytes of a packed point; x and y from 0 to P - 1."""
    return b"".join([((number * R + OFFSET) % P).to_bytes(32, "little") for number in (x, y)])


def put(x, y):
    """Set px and py to integers from 0 to P - 1."""
    run(0, 0, W, _NOTHING, _LOAD, packed(x, y), W)


def get_raw(name):
    """An element as an integer modulo P, still times R = 2^260."""
    return value(AT[name])


def value(element):
    """The same of the element at this byte offset."""
    out = bytearray(33)
    pack(W, element, out)
    number = int.from_bytes(out, "little")
    if out[32] & 0x80:  # negative: two's complement of 264 bits
        number -= 1 << 264
    return number % P


def repacked(element):
    """The element at this byte offset and the one behind it, as a packed point."""
    both = (value(element), value(element + ELEMENT))
    return b"".join([((number + OFFSET) % P).to_bytes(32, "little") for number in both])


@micropython.viper
def copy(w: ptr32, to: int, element: int, sign: int):
    """Set one element to sign (1 or -1) times another."""
    d = ptr32(int(w) + to)
    a = ptr32(int(w) + element)
    i = 0
    while i < 20:
        d[i] = a[i] * sign
        i += 1


@micropython.viper
def pack(w: ptr32, element: int, out: ptr8):
    """Write the element's value into 33 bytes, least significant first, as two's complement."""
    a = ptr32(int(w) + element)
    top = 1
    top = top << 31
    window = 0
    bits = 0
    carry = 0
    at = 0
    i = 0
    while i < 21:
        # ptr32 reads without sign: with 2^31 added, the 19 bits above the digit are the same on every width.
        s = carry
        if i < 20:
            s = a[i] + carry
        s += top
        carry = ((s >> 13) & 0x7FFFF) - 0x40000
        window |= (s & 8191) << bits
        bits += 13
        while bits >= 8 and at < 33:
            out[at] = window & 255
            window = window >> 8
            bits -= 8
            at += 1
        i += 1


put(1, 0)
copy(W, AT["one"], AT["px"], 1)
