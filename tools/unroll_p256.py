"""Write firmware/scanner/crypto/p256_field.py: the arithmetic modulo the prime of P-256, unrolled.

A product of two field elements is 400 products of limbs; written as straight lines a limb product costs 8
instructions on a 32-bit core, in a loop about 20. Nobody should type or review 600 such lines, so this program
makes them, and a test makes them again and compares. `python tools/unroll_p256.py` after a change here.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "firmware" / "scanner" / "crypto" / "p256_field.py"
LIMBS = 20
WIDTH = 118

# p = 2^256 - 2^224 + 2^192 + 2^96 - 1 in limbs of 13 bits: (limb, shift, sign); its lowest limb is -1.
PRIME = ((7, 5, "+"), (14, 10, "+"), (17, 3, "-"), (19, 9, "+"))
NEGATED = {"+": "-", "-": "+"}

HEAD = '''\
# Arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, the prime of P-256. Made by tools/unroll_p256.py.
#
# An element is 20 limbs of 13 bits, least significant first, in balanced digits (-4096 to 4095), times R = 2^260
# (Montgomery's form). A 32-bit core gives viper only the low 32 bits of a product: 13-bit digits are what lets the
# 20 products of a column add up below 2^31, with room for factors that are sums: digits below 2N and 2N, or N and
# 6N, where N = 4096.
# p ends in 96 one bits, so -1/p mod 2^13 is 1 and a reduction's multiplier is the low limb itself.
#
# `run` is one function that interprets a short program of field operations, because a call costs a tenth of a
# multiplication and a whole point addition then needs one. An instruction is six halfwords: operation, the byte
# offsets of the elements d, a, b, c in the workspace, and the factor k + 64:
#
#   1  d = a·b/R + k·c     2  d = a·a/R + k·c     3  d = a + k·c, digits and all     4  d = k·c     0  end
#
# 1, 2 and 4 give balanced digits and take off the multiple q of p that brings k·c within p/2 of 0. A product of
# factors within Ap and Bp lies from -AB/16·p to (AB/16 + 1)·p: so the formulas of p256_point.py stay below 3p for
# ever, and the highest digit small. d may be a, b or c. Element 0 of the workspace holds the multipliers m,
# element 1 the doubled factor of a square. Each line below that ends in a shift by 13 is the end of a column.
#
# One 64-bit trap: ptr32 reads without sign. A column's sum is right in its low 32 bits only; it carries a bias of
# 2^31 so that its shifted bits can be masked (`mask`) to the same on both widths, and `keep` puts the bias back.
# s, a and b come first because a viper function keeps its first three locals in registers.
#
# The loops that run at most once are there for the compiler: on Thumb cores, MicroPython up to 1.26 miscodes a
# conditional jump over 4 KB or more. So every condition here guards a `break`, which is near; only jumps without a
# condition go far.
# ruff: noqa: E702
# fmt: off

import micropython


@micropython.viper
def run(s: int, a: ptr32, b: ptr32, w: ptr32, program: ptr16, times: int):
    """Run the program on the workspace w so many times. s, a and b are registers: pass 0, w and w."""
    top = 1
    top = top << 31
    mask = 0x7ffff
    keep = top - (1 << 18)
    round_ = keep + 4096
    m = ptr32(w)
    base = int(w)
    start = int(program)
    while True:
        if times == 0:
            break
        times -= 1
        p = ptr16(start)
        while True:
            if p[0] == 0:
                break
            d = ptr32(base + p[1])
            a = ptr32(base + p[2])
            c = ptr32(base + p[4])
            k = p[5] - 64
            q = ((c[19] * k + top + 256 >> 9) & 0x7fffff) - (1 << 22)
'''


def main() -> None:
    TARGET.write_text(source(), encoding="utf-8")


def source() -> str:
    body = HEAD
    body += _case(1) + "                b = ptr32(base + p[3])\n                s = top\n"
    body += _columns(
        [[f"a[{i}]*b[{k - i}]" for i in range(LIMBS) if 0 <= k - i < LIMBS] for k in range(2 * LIMBS)]
    )
    body += _END + _case(2) + "                b = ptr32(base + 80)\n"
    body += _packed([f"b[{i}]=a[{i}]+a[{i}]" for i in range(1, LIMBS)])
    body += "                s = top\n"
    body += _columns([_square(k) for k in range(2 * LIMBS)])
    body += _END + _case(3) + "                s = k\n"
    body += _packed([f"d[{i}]=c[{i}]*s+a[{i}]" for i in range(LIMBS)])
    body += _END + _case(4) + "                s = round_ + (1 << 18)\n"
    body += _packed([x for i in range(LIMBS) for x in (f"s=c[{i}]*k+s", *_without_q(i), *_digit(i))])
    return body + _END + "            p = ptr16(int(p) + 12)\n"


_END = "                break\n"


def _case(operation: int) -> str:
    # What follows, up to _END, runs for this operation alone.
    return f"            while True:\n                if p[0] != {operation}:\n                    break\n"


def _square(k: int) -> list[str]:
    crossed = [f"a[{i}]*b[{k - i}]" for i in range(LIMBS) if i < k - i < LIMBS]
    return crossed + ([f"a[{k // 2}]*a[{k // 2}]"] if k % 2 == 0 and k < 2 * LIMBS - 1 else [])


def _columns(products: list[list[str]]) -> str:
    # Montgomery's product, column by column: each adds its limb products and the multipliers that p shifts here.
    text = ""
    for k in range(2 * LIMBS):
        statements = [f"s={product}+s" for product in products[k]]
        for limb, shift, sign in PRIME:
            if 0 <= k - limb < LIMBS:
                added = f"(m[{k - limb}]<<{shift})"
                statements.append(f"s={added}+s" if sign == "+" else f"s=s-{added}")
        if k < LIMBS:
            last = "round_" if k == LIMBS - 1 else "keep"
            statements += [f"m[{k}]=s&8191", f"s=(s>>13&mask)+{last}"]
        else:
            i = k - LIMBS
            statements += [f"s=c[{i}]*k+s", *_without_q(i), *_digit(i)]
        text += _packed(statements)
    return text


def _without_q(i: int) -> list[str]:
    # Minus q·p, in limb i of the result.
    if i == 0:
        return ["s=s+q"]
    return [f"s=s{NEGATED[sign]}(q<<{shift})" for limb, shift, sign in PRIME if limb == i]


def _digit(i: int) -> list[str]:
    # The sum carries the bias and half a digit; the last limb keeps whatever is left.
    if i == LIMBS - 1:
        return [f"d[{i}]=s-top-4096"]
    return [f"d[{i}]=(s&8191)-4096", "s=(s>>13&mask)+round_"]


def _packed(statements: list[str]) -> str:
    lines = [" " * 16]
    for statement in statements:
        if len(lines[-1]) + len(statement) + 1 > WIDTH:
            lines.append(" " * 16)
        lines[-1] += statement + "; "
    return "".join(line.rstrip("; ") + "\n" for line in lines)


if __name__ == "__main__":
    main()
