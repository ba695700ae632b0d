# ECDSA verification on a prime curve y² = x³ - 3x + b with MicroPython's big integers (FIPS 186-5, 6.4.2).
#
# The plain form, for curves that a scanner meets rarely (P-384): no code beyond a page, any size of prime. One
# verification allocates freely, about two megabytes of short-lived integers. P-256 has limbs of its own.
# Points are Jacobian: x = X/Z², y = Y/Z³, and Z = 0 is the point at infinity. Only public values are handled
# here, so nothing runs in constant time.

from array import array

from micropython import const

from scanner.crypto.inverse import inverse

_WIDTH_Q = const(4)  # 4 odd multiples of the key, made anew for each signature
_WIDTH_G = const(6)  # 16 odd multiples of the generator, made once


class PrimeCurve:
    """A curve of prime order n over the integers mod p, a = -3, cofactor 1. All are ints; size is in bytes."""

    def __init__(self, size, p, n, b, gx, gy):
        self.size = size
        self.p = p
        self.n = n
        self.b = b
        self.g = (gx, gy)
        self._g_table = None

    def point(self, x, y):
        """The coordinates as integers if they are `size` bytes each and name a point of the curve, else None."""
        if len(x) != self.size or len(y) != self.size:
            return None
        p = self.p
        x = int.from_bytes(x, "big")
        y = int.from_bytes(y, "big")
        if x >= p or y >= p or (y * y - (x * x - 3) * x - self.b) % p:
            return None
        return x, y

    def verify(self, x, y, digest, signature):
        """Whether r || s, `size` bytes each, signs the digest under the key (x, y). Bad values give False."""
        size, n = self.size, self.n
        q = self.point(x, y)
        if q is None or len(signature) != 2 * size or len(digest) < size:
            return False
        r = int.from_bytes(signature[:size], "big")
        s = int.from_bytes(signature[size:], "big")
        if not (0 < r < n and 0 < s < n):
            return False
        # Of a longer hash the leftmost bits count; n fills its bytes on both curves, so whole bytes are dropped. A
        # shorter hash would be weaker than the curve: no algorithm of COSE or JOSE has one.
        e = int.from_bytes(digest[:size], "big")
        w = inverse(s, n, size)
        X, _, Z = self._sum(e * w % n, r * w % n, q)
        if not Z:
            return False
        # x(R) mod n == r, asked without a division: x(R) is r or, since n < p, r + n.
        p = self.p
        zz = Z * Z % p
        return r * zz % p == X or (r + n < p and (r + n) * zz % p == X)

    def _sum(self, u1, u2, q):
        # u1·G + u2·Q, both scalars in wNAF along one chain of doublings.
        if self._g_table is None:
            self._g_table = self._odd_multiples(self.g, 1 << (_WIDTH_G - 2))
        p = self.p
        tables = (self._g_table, self._odd_multiples(q, 1 << (_WIDTH_Q - 2)))
        digits = (naf(u1, _WIDTH_G), naf(u2, _WIDTH_Q))
        T = (1, 1, 0)
        for i in range(max(len(digits[0]), len(digits[1])) - 1, -1, -1):
            T = double(T, p)
            for k in (0, 1):
                d = digits[k][i] if i < len(digits[k]) else 0
                if d:
                    ax, ay = tables[k][(d if d > 0 else 0 - d) >> 1]
                    T = add(T, ax, ay if d > 0 else p - ay, p)
        return T

    def _odd_multiples(self, point, count):
        # P, 3P, 5P ... as affine points.
        p = self.p
        chain = []
        chain.append((point[0], point[1], 1))
        x2, y2 = affine([double(chain[0], p)], p, self.size)[0]
        while len(chain) < count:
            chain.append(add(chain[-1], x2, y2, p))
        return affine(chain, p, self.size)


def affine(points, p, size):
    """The points (X, Y, Z), none of them at infinity, as (x, y): one inversion for all (Montgomery's trick)."""
    products = [1]
    for T in points:
        products.append(products[-1] * T[2] % p)
    rest = inverse(products[-1], p, size)
    out = [(0, 0)] * len(points)
    for i in range(len(points) - 1, -1, -1):
        X, Y, Z = points[i]
        zi = rest * products[i] % p
        rest = rest * Z % p
        zi2 = zi * zi % p
        out[i] = (X * zi2 % p, Y * zi2 * zi % p)
    return out


def double(T, p):
    """2T, any point. dbl-2001-b of the explicit-formulas database: a = -3 turns 3X² + aZ⁴ into 3(X-Z²)(X+Z²)."""
    X, Y, Z = T
    if not Z:
        return T
    zz = Z * Z % p
    yy = Y * Y % p
    b = 4 * X * yy % p
    a = 3 * (X - zz) * (X + zz) % p
    X3 = (a * a - 2 * b) % p
    return X3, (a * (b - X3) - 8 * yy * yy) % p, 2 * Y * Z % p


def add(T, x, y, p):
    """T + (x, y), any points. H = 0 means the same x: the points are equal (double) or opposite (infinity)."""
    X, Y, Z = T
    if not Z:
        return x, y, 1
    zz = Z * Z % p
    h = (x * zz - X) % p
    r = (y * zz * Z - Y) % p
    if not h:
        return double(T, p) if not r else (1, 1, 0)
    hh = h * h % p
    hhh = h * hh % p
    v = X * hh % p
    X3 = (r * r - hhh - 2 * v) % p
    return X3, (r * (v - X3) - Y * hhh) % p, Z * h % p


def naf(k, width):
    """The signed digits of k, least significant first: 0, or odd and below 2^(width-1) in size; most are 0."""
    digits = array("b")
    full = 1 << width
    while k:
        d = 0
        if k & 1:
            d = k & (full - 1)
            if d >= full >> 1:
                d -= full
            k -= d
        digits.append(d)
        k >>= 1
    return digits
