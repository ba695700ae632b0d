# Arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, the prime of P-256: what `run` does, and which `run`.
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
# ever, and the highest digit small. d may be a, b or c. Elements 0 and 1 of the workspace are px and py.
#
# tools/unroll_p256.py writes `run` twice. On 64 bits ptr32 reads without sign, and every column of a product has to
# undo that; on 32 bits, which is what boards have, it need not, and is a twentieth faster. A board gets one of them.

import sys

if sys.maxsize >> 32:
    from scanner.crypto.p256_limbs64 import run
else:
    from scanner.crypto.p256_limbs32 import run  # noqa: F401

OFFSET = sum([4096 << 13 * i for i in range(19)]) + (256 << 247)
