"""Write firmware/scanner/crypto/p256_limbs32.py and 64: the arithmetic modulo the prime of P-256, unrolled.

A product of two field elements is 400 products of limbs; written as straight lines a limb product costs 7
instructions on a 32-bit core, in a loop about 20. Nobody should type or review 600 such lines, so this program
makes them, and a test makes them again and compares. `python tools/unroll_p256.py` after a change here.

Why the lines look as they do: in a compiled module viper keeps two locals in registers, here s and x, and all others
on the stack. With the limbs of both factors in locals, `x=a2; s=b3*x+s` is 2 + 5 instructions. From memory,
`s=a[2]*b[3]+s` would be 9, and one x for several columns gains nothing, because a sum on the stack costs 3 more.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "firmware" / "scanner" / "crypto"
LIMBS = 20
WIDTH = 118

# p = 2^256 - 2^224 + 2^192 + 2^96 - 1 in limbs of 13 bits: (limb, shift, sign); its lowest limb is -1.
PRIME = ((14, 10, "+"), (19, 9, "+"), (7, 5, "+"), (17, 3, "-"))
NEGATED = {"+": "-", "-": "+"}

HEAD = '''\
# The arithmetic of p256_field.py where an int has @BITS@ bits. Made by tools/unroll_p256.py.
#
# Each line below that ends in a shift by 13 is the end of a column. s and x come first because a viper function keeps
# its first two locals in registers.@TRAP@
#
# The loops that run at most once are there for the compiler: on Thumb cores, MicroPython up to 1.26 miscodes a
# conditional jump over 4 KB or more. So every condition here guards a `break`, which is near; only jumps without a
# condition go far.
# ruff: noqa: E702
# fmt: off

import micropython


@micropython.viper
def run(s: int, x: int, w: ptr32, code: ptr16, script: ptr16, points: ptr8, others: ptr8):
    """Run the script on the workspace w. s and x are registers: pass 0 and 0."""
@SETUP@    base = int(w)
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


class Width(NamedTuple):
    """How lines are written where an int has so many bits."""

    bits: int
    trap: str  # a comment
    setup: str
    first: str  # what the sum of the first column begins with
    carry: str  # from a column to the next
    rounding: str  # the same, with half a digit
    rounded: str  # what a sum begins with that has half a digit
    rest: str  # the highest digit, of a sum with half a digit
    quotient: str


NARROW = Width(
    32, "", "", "0", "s=s>>13", "s=(s>>13)+4096", "4096", "s-4096", "c[19] * k + 256 >> 9"
)  # fmt: skip
WIDE = Width(
    64,
    """
#
# ptr32 reads without sign: a column's sum is right in its low 32 bits only. It carries a bias of 2^31 so that its
# shifted bits can be masked (`mask`), and `keep` puts the bias back.""",
    """\
    top = 1
    top = top << 31
    mask = 0x7ffff
    keep = top - (1 << 18)
    round_ = keep + 4096
""",
    "top",
    "s=(s>>13&mask)+keep",
    "s=(s>>13&mask)+round_",
    "top + 4096",
    "s-top-4096",
    "((c[19] * k + top + 256 >> 9) & 0x7fffff) - (1 << 22)",
)


def main() -> None:
    for target, text in made().items():
        target.write_text(text, encoding="utf-8")


def made() -> dict[Path, str]:
    """What is to be written where."""
    return {FOLDER / f"p256_limbs{width.bits}.py": source(width) for width in (NARROW, WIDE)}


def source(width: Width) -> str:
    body = (
        HEAD.replace("@BITS@", str(width.bits)).replace("@TRAP@", width.trap).replace("@SETUP@", width.setup)
    )
    body = body.replace("@COPY@", _packed([f"d[{i}]=c[{i}]" for i in range(LIMBS)]))
    body = body.replace("@UNPACK@", _packed([_field(i) for i in range(LIMBS)]))
    quotient = f"{DEEP}k = p[5] - 64\n{DEEP}q = {width.quotient}\n"
    body += _case(2, "dc") + quotient
    body += _packed([f"x=a[{i}]; a{i}=x; b{i}=x+x" for i in range(LIMBS)])
    body += _columns(width, [_square(k) for k in range(2 * LIMBS)]) + _NEXT
    body += _case(1, "dbc") + quotient
    body += _packed([x for i in range(LIMBS) for x in (f"a{i}=a[{i}]", f"b{i}=b[{i}]")])
    body += _columns(width, [_product(k) for k in range(2 * LIMBS)]) + _NEXT
    body += _case(3, "dc") + f"{DEEP}s = p[5] - 64\n"
    body += _packed([f"d[{i}]=c[{i}]*s+a[{i}]" for i in range(LIMBS)]) + _NEXT
    body += _case(5, "dbc")
    body += _packed([f"s=a[{i}]; x=c[{i}]; d[{i}]=s+x; b[{i}]=s-x" for i in range(LIMBS)]) + _NEXT
    body += _case(4, "dc") + quotient + f"{DEEP}s = {width.rounded}\n{DEEP}x = k\n"
    body += _packed([x for i in range(LIMBS) for x in (f"s=c[{i}]*x+s", *_without_q(i), *_digit(width, i))])
    return body + _NEXT


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


def _columns(width: Width, products: list[list[tuple[str, str]]]) -> str:
    # Montgomery's product, column by column: each adds its limb products and the multipliers that p shifts here. A
    # column begins with the limb that the one before left in x.
    text, held = f"{DEEP}s = {width.first}\n", ""
    for k in range(2 * LIMBS):
        column = sorted(products[k], key=lambda pair: pair[0] != held)
        statements = []
        for limb, factor in column:
            statements.append(f"s={factor}*x+s" if limb == held else f"x={limb}; s={factor}*x+s")
            held = limb
        statements += _multipliers(k)
        if k < LIMBS:
            statements += [f"m{k}=s&8191", width.rounding if k == LIMBS - 1 else width.carry]
        else:
            i = k - LIMBS
            statements += [f"s=c[{i}]*k+s", *_without_q(i), *_digit(width, i)]
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


def _digit(width: Width, i: int) -> list[str]:
    # The sum carries the bias and half a digit; the last limb keeps whatever is left.
    if i == LIMBS - 1:
        return [f"d[{i}]={width.rest}"]
    return [f"d[{i}]=(s&8191)-4096", width.rounding]


def _packed(statements: list[str]) -> str:
    lines = [DEEP]
    for statement in statements:
        if len(lines[-1]) + len(statement) + 1 > WIDTH:
            lines.append(DEEP)
        lines[-1] += statement + "; "
    return "".join(line.rstrip("; ") + "\n" for line in lines)


if __name__ == "__main__":
    main()
