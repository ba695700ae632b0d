# Points of P-256 as programs for p256_field.run, and the way in and out of its limbs.
#
# An accumulator (X, Y, Z) in Jacobian form is doubled and gains affine points (px, py). The formulas treat no
# special case: adding a point to itself or to its opposite (H = 0), and only that, gives Z = 0 modulo p, and then Z
# is 0 ever after. So whoever uses a result asks once, at the end, whether Z is 0, and does without it if so.

from array import array

import micropython
from micropython import const

from scanner.crypto.p256_field import run

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
R = 1 << 260

_ELEMENT = const(80)  # bytes: 20 limbs of 32 bits
_HALF = const(4096)

# The workspace: elements 0 and 1 are the field's own, then these, then x, y, z, s of a batch of points.
BATCH = const(8)
_NAMES = ["", "", "X", "Y", "Z", "px", "py", "one", "a", "b", "c", "d", "e", "g", "t", "u", "v"]
_NAMES += [name + str(i) for i in range(BATCH) for name in "xyzs"]
AT = {name: _ELEMENT * i for i, name in enumerate(_NAMES)}
W = bytearray(_ELEMENT * len(_NAMES))


def program(text):
    """Assemble lines `d = a * b`, `d = a * b -8 c`, `d = a +2 c` (digits add up) and `d = -3 c` for `execute`."""
    out = array("H")
    for line in text.split("\n"):
        t = line.split()
        if t:
            d, t = t[0], t[2:]
            k, c = (t[-2], t[-1]) if len(t) in (2, 3, 5) and t[-2] != "*" else ("0", t[0])
            b = t[2] if len(t) > 2 and t[1] == "*" else t[0]
            operation = 4 if len(t) == 2 else 3 if t[1] != "*" else 2 if t[0] == b else 1
            a = c if operation == 4 else t[0]
            out.extend(
                array("H", (operation, AT[d], AT[a], AT[b] if operation == 1 else 0, AT[c], int(k) + 64))
            )
    out.append(0)
    return out


def execute(steps, times=1):
    """Run a program on the workspace."""
    run(0, W, W, W, steps, times)


# dbl-2001-b of the explicit-formulas database (a = -3), with its alpha negated: 3 products, 5 squares.
DOUBLE = program(
    """
    d = Z * Z
    g = Y * Y
    u = X -1 d
    v = X +1 d
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

# Mixed addition of (px, py): 8 products, 3 squares.
ADD = program(
    """
    d = Z * Z
    a = px * d -1 X
    e = Z * d
    b = py * e -1 Y
    d = a * a
    e = a * d
    v = X * d
    c = e +2 v
    X = b * b -1 c
    v = v -1 X
    e = Y * e
    Y = b * v -1 e
    Z = Z * a
    """
)

# The first point of a sum.
START = program("X = px +0 px \n Y = py +0 py \n Z = one +0 one")


def put(name, value):
    """Set an element to an integer from 0 to P - 1."""
    unpack(W, AT[name], (value * R % P).to_bytes(32, "little"), 0, 1)


def get_raw(name):
    """An element as an integer modulo P, still times R = 2^260."""
    out = bytearray(33)
    pack(W, AT[name], out)
    value = int.from_bytes(out, "little")
    if out[32] & 0x80:  # negative: two's complement of 264 bits
        value -= 1 << 264
    return value % P


@micropython.viper
def unpack(w_: ptr32, element: int, data: ptr8, at: int, sign: int):
    """Set the element to sign (1 or -1) times the 32 bytes at `at`, least significant first, in balanced digits."""
    d = ptr32(int(w_) + element)
    window = 0
    bits = 0
    carry = 0
    i = 0
    while i < 20:
        while bits < 13 and i < 19:
            window |= data[at] << bits
            at += 1
            bits += 8
        if i == 19:  # 247 bits are gone: 9 are left, some of them in the window
            window |= data[at] << bits
        s = (window & 8191) + carry
        window = window >> 13
        bits -= 13
        carry = (s + _HALF) >> 13
        d[i] = (s - (carry << 13)) * sign
        i += 1


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


put("one", 1)
