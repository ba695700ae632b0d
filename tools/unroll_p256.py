"""Write firmware/scanner/crypto/p256_field.py: the arithmetic modulo the prime of P-256, unrolled.

A product of two field elements is 400 products of limbs; written as straight lines a limb product costs 7
instructions on a 32-bit core, in a loop about 20. Nobody should type or review 600 such lines, so this program
makes them, and a test makes them again and compares. `python tools/unroll_p256.py` after a change here.

Why the lines look as they do: in a compiled module viper keeps two locals in registers, here s and x, and all others
on the stack. With the limbs of both factors in locals, `x=a2; s=b3*x+s` is 2 + 5 instructions. From memory,
`s=a[2]*b[3]+s` would be 9, and one x for several columns gains nothing, because a sum on the stack costs 3 more.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "firmware" / "scanner" / "crypto" / "p256_field.py"
LIMBS = 20
WIDTH = 118

# p = 2^256 - 2^224 + 2^192 + 2^96 - 1 in limbs of 13 bits: (limb, shift, sign); its lowest limb is -1.
PRIME = ((14, 10, "+"), (19, 9, "+"), (7, 5, "+"), (17, 3, "-"))
NEGATED = {"+": "-", "-": "+"}

HEAD = '''\
# Arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, the prime of P-256. Made by tools/unroll_p256.py.
#
# An element is 20 limbs of 13 bits, least significant first, in balanced digits (-4096 to 4095), times R = 2^260
# (Montgomery's form). A 32-bit core gives viper only the low 32 bits of a product: 13-bit digits are what lets the
# 20 products of a column add up below 2^31, with room for factors that are sums: digits below 2N and 2N, or N and
# 6N, where N = 4096.
# p ends in 96 one bits, so -1/p mod 2^13 is 1 and a reduction's multiplier (m0 to m19) is the low limb itself.
#
# `run` interprets, because a call costs a tenth of a multiplication: a whole signature is one call. A script is pairs
# of halfwords, the byte offset of a program in `code` and what goes before it; offset 1 ends the script:
#
#   4 times     run the program so many times
#   at + 1      copy the elements x, y at this byte offset of the workspace to px, py, then run it once
#   at + 2      the same with the packed point at this byte offset of `points`
#   at + 3      ... of `others`
#
# A packed point is x and y, 32 bytes each, least significant first: the element plus OFFSET, modulo p, so that 13
# bits of it less 4096 (at the top: 9 bits less 256) are a balanced digit, without a carry.
#
# A program is instructions of six halfwords: operation, the byte offsets of the elements d, a, b, c in the workspace,
# and the factor k + 64:
#
#   1  d = a·b/R + k·c     2  d = a·a/R + k·c     4  d = k·c     0  end
#   3  d = a + k·c, digits and all     5  d = a + c and b = a - c, digits and all
#
# 1, 2 and 4 give balanced digits and take off the multiple q of p that brings k·c within p/2 of 0. A product of
# factors within Ap and Bp lies from -AB/16·p to (AB/16 + 1)·p: so the formulas of p256_point.py stay below 3p for
# ever, and the highest digit small. d may be a, b or c. Elements 0 and 1 of the workspace are px and py. Each line
# below that ends in a shift by 13 is the end of a column.
#
# One 64-bit trap: ptr32 reads without sign. A column's sum is right in its low 32 bits only; it carries a bias of
# 2^31 so that its shifted bits can be masked (`mask`) to the same on both widths, and `keep` puts the bias back.
# s and x come first because a viper function keeps its first two locals in registers.
#
# The loops that run at most once are there for the compiler: on Thumb cores, MicroPython up to 1.26 miscodes a
# conditional jump over 4 KB or more. So every condition here guards a `break`, which is near; only jumps without a
# condition go far.
# ruff: noqa: E702
# fmt: off

import micropython

OFFSET = sum([4096 << 13 * i for i in range(19)]) + (256 << 247)


@micropython.viper
def run(s: int, x: int, w: ptr32, code: ptr16, script: ptr16, points: ptr8, others: ptr8):
    """Run the script on the workspace w. s and x are registers: pass 0 and 0."""
    top = 1
    top = top << 31
    mask = 0x7ffff
    keep = top - (1 << 18)
    round_ = keep + 4096
    base = int(w)
    while True:
        if script[0] == 1:
            break
        start = int(code) + script[0]
        times = script[1]
        script = ptr16(int(script) + 4)
        kind = times & 3
        times = times >> 2
        while True:
            if kind == 0:
                break
            e = ptr8(int(points) + (times << 2))
            while True:
                if kind == 2:
                    break
                e = ptr8(int(others) + (times << 2))
                if kind == 1:
                    e = ptr8(base + (times << 2))
                break
            times = 0
            while True:
                if times == 2:
                    break
                d = ptr32(base + 80 * times)
                times += 1
                while True:
                    if kind != 1:
                        break
                    c = ptr32(e)
@COPY@                    e = ptr8(int(e) + 80)
                    break
                while True:
                    if kind == 1:
                        break
@UNPACK@                    e = ptr8(int(e) + 32)
                    break
            times = 1
            break
        while True:
            if times == 0:
                break
            times -= 1
            p = ptr16(start)
            while True:
                if p[0] == 0:
                    break
'''
DEEP = " " * 20


def main() -> None:
    TARGET.write_text(source(), encoding="utf-8")


def source() -> str:
    body = HEAD.replace("@COPY@", _packed([f"d[{i}]=c[{i}]" for i in range(LIMBS)]))
    body = body.replace("@UNPACK@", _packed([_field(i) for i in range(LIMBS)]))
    body += _case(2, "dc") + _QUOTIENT
    body += _packed([f"x=a[{i}]; a{i}=x; b{i}=x+x" for i in range(LIMBS)])
    body += f"{DEEP}s = top\n"
    body += _columns([_square(k) for k in range(2 * LIMBS)]) + _NEXT
    body += _case(1, "dbc") + _QUOTIENT
    body += _packed([x for i in range(LIMBS) for x in (f"a{i}=a[{i}]", f"b{i}=b[{i}]")])
    body += f"{DEEP}s = top\n"
    body += _columns([_product(k) for k in range(2 * LIMBS)]) + _NEXT
    body += _case(3, "dc") + f"{DEEP}s = p[5] - 64\n"
    body += _packed([f"d[{i}]=c[{i}]*s+a[{i}]" for i in range(LIMBS)]) + _NEXT
    body += _case(5, "dbc")
    body += _packed([f"s=a[{i}]; x=c[{i}]; d[{i}]=s+x; b[{i}]=s-x" for i in range(LIMBS)]) + _NEXT
    body += _case(4, "dc") + _QUOTIENT + f"{DEEP}s = round_ + (1 << 18)\n{DEEP}x = k\n"
    body += _packed([x for i in range(LIMBS) for x in (f"s=c[{i}]*x+s", *_without_q(i), *_digit(i))])
    return body + _NEXT


_QUOTIENT = f"""\
{DEEP}k = p[5] - 64
{DEEP}q = ((c[19] * k + top + 256 >> 9) & 0x7fffff) - (1 << 22)
"""
_NEXT = f"{DEEP}p = ptr16(int(p) + 12)\n"


def _case(operation: int, elements: str) -> str:
    # What follows, up to _NEXT, runs as long as the operation is this one.
    text = f"                while True:\n{DEEP}if p[0] != {operation}:\n{DEEP}    break\n"
    for name in "a" + elements:
        text += f"{DEEP}{name} = ptr32(base + p[{'dabc'.index(name) + 1}])\n"
    return text


def _field(i: int) -> str:
    # Digit i of a packed coordinate.
    at, shift = divmod(13 * i, 8)
    bits = 13 if i < LIMBS - 1 else 9
    parts = [f"e[{at + j}]" + (f"<<{8 * j}" if j else "") for j in range((shift + bits + 7) // 8)]
    text = "|".join(parts)
    if shift:
        text = f"({text})>>{shift}"
    if i < LIMBS - 1:
        return f"d[{i}]=({text}&8191)-4096"
    return f"d[{i}]=({text})-256"


def _product(k: int) -> list[tuple[str, str]]:
    # Column k of a product: what is to be in x, and its factor.
    return [(f"a{i}", f"b{k - i}") for i in range(LIMBS) if 0 <= k - i < LIMBS]


def _square(k: int) -> list[tuple[str, str]]:
    # Of a square: b is a doubled.
    crossed = [(f"b{i}", f"a{k - i}") for i in range(LIMBS) if i < k - i < LIMBS]
    return crossed + ([(f"a{k // 2}", "x")] if k % 2 == 0 and k < 2 * LIMBS - 1 else [])


def _columns(products: list[list[tuple[str, str]]]) -> str:
    # Montgomery's product, column by column: each adds its limb products and the multipliers that p shifts here. A
    # column begins with the limb that the one before left in x.
    text, held = "", ""
    for k in range(2 * LIMBS):
        column = sorted(products[k], key=lambda pair: pair[0] != held)
        statements = []
        for limb, factor in column:
            statements.append(f"s={factor}*x+s" if limb == held else f"x={limb}; s={factor}*x+s")
            held = limb
        statements += _multipliers(k)
        if k < LIMBS:
            last = "round_" if k == LIMBS - 1 else "keep"
            statements += [f"m{k}=s&8191", f"s=(s>>13&mask)+{last}"]
        else:
            i = k - LIMBS
            statements += [f"s=c[{i}]*k+s", *_without_q(i), *_digit(i)]
        text += _packed(statements)
    return text


def _multipliers(k: int) -> list[str]:
    # The multipliers in column k, each times its part of p, by Horner's rule over the shifts.
    text, before = "", 0
    for limb, shift, sign in PRIME:
        if 0 <= k - limb < LIMBS:
            text = f"({text}<<{before - shift}){sign}m{k - limb}" if text else f"m{k - limb}"
            before = shift
    return [f"s=({text}<<{before})+s"] if text else []


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
    lines = [DEEP]
    for statement in statements:
        if len(lines[-1]) + len(statement) + 1 > WIDTH:
            lines.append(DEEP)
        lines[-1] += statement + "; "
    return "".join(line.rstrip("; ") + "\n" for line in lines)


if __name__ == "__main__":
    main()
