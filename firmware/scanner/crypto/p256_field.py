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
            while True:
                if p[0] != 1:
                    break
                b = ptr32(base + p[3])
                s = top
                s=a[0]*b[0]+s; m[0]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[1]+s; s=a[1]*b[0]+s; m[1]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[2]+s; s=a[1]*b[1]+s; s=a[2]*b[0]+s; m[2]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[3]+s; s=a[1]*b[2]+s; s=a[2]*b[1]+s; s=a[3]*b[0]+s; m[3]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[4]+s; s=a[1]*b[3]+s; s=a[2]*b[2]+s; s=a[3]*b[1]+s; s=a[4]*b[0]+s; m[4]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[5]+s; s=a[1]*b[4]+s; s=a[2]*b[3]+s; s=a[3]*b[2]+s; s=a[4]*b[1]+s; s=a[5]*b[0]+s; m[5]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[6]+s; s=a[1]*b[5]+s; s=a[2]*b[4]+s; s=a[3]*b[3]+s; s=a[4]*b[2]+s; s=a[5]*b[1]+s
                s=a[6]*b[0]+s; m[6]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[7]+s; s=a[1]*b[6]+s; s=a[2]*b[5]+s; s=a[3]*b[4]+s; s=a[4]*b[3]+s; s=a[5]*b[2]+s
                s=a[6]*b[1]+s; s=a[7]*b[0]+s; s=(m[0]<<5)+s; m[7]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[8]+s; s=a[1]*b[7]+s; s=a[2]*b[6]+s; s=a[3]*b[5]+s; s=a[4]*b[4]+s; s=a[5]*b[3]+s
                s=a[6]*b[2]+s; s=a[7]*b[1]+s; s=a[8]*b[0]+s; s=(m[1]<<5)+s; m[8]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[9]+s; s=a[1]*b[8]+s; s=a[2]*b[7]+s; s=a[3]*b[6]+s; s=a[4]*b[5]+s; s=a[5]*b[4]+s
                s=a[6]*b[3]+s; s=a[7]*b[2]+s; s=a[8]*b[1]+s; s=a[9]*b[0]+s; s=(m[2]<<5)+s; m[9]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[10]+s; s=a[1]*b[9]+s; s=a[2]*b[8]+s; s=a[3]*b[7]+s; s=a[4]*b[6]+s; s=a[5]*b[5]+s
                s=a[6]*b[4]+s; s=a[7]*b[3]+s; s=a[8]*b[2]+s; s=a[9]*b[1]+s; s=a[10]*b[0]+s; s=(m[3]<<5)+s
                m[10]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[11]+s; s=a[1]*b[10]+s; s=a[2]*b[9]+s; s=a[3]*b[8]+s; s=a[4]*b[7]+s; s=a[5]*b[6]+s
                s=a[6]*b[5]+s; s=a[7]*b[4]+s; s=a[8]*b[3]+s; s=a[9]*b[2]+s; s=a[10]*b[1]+s; s=a[11]*b[0]+s
                s=(m[4]<<5)+s; m[11]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[12]+s; s=a[1]*b[11]+s; s=a[2]*b[10]+s; s=a[3]*b[9]+s; s=a[4]*b[8]+s; s=a[5]*b[7]+s
                s=a[6]*b[6]+s; s=a[7]*b[5]+s; s=a[8]*b[4]+s; s=a[9]*b[3]+s; s=a[10]*b[2]+s; s=a[11]*b[1]+s
                s=a[12]*b[0]+s; s=(m[5]<<5)+s; m[12]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[13]+s; s=a[1]*b[12]+s; s=a[2]*b[11]+s; s=a[3]*b[10]+s; s=a[4]*b[9]+s; s=a[5]*b[8]+s
                s=a[6]*b[7]+s; s=a[7]*b[6]+s; s=a[8]*b[5]+s; s=a[9]*b[4]+s; s=a[10]*b[3]+s; s=a[11]*b[2]+s
                s=a[12]*b[1]+s; s=a[13]*b[0]+s; s=(m[6]<<5)+s; m[13]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[14]+s; s=a[1]*b[13]+s; s=a[2]*b[12]+s; s=a[3]*b[11]+s; s=a[4]*b[10]+s; s=a[5]*b[9]+s
                s=a[6]*b[8]+s; s=a[7]*b[7]+s; s=a[8]*b[6]+s; s=a[9]*b[5]+s; s=a[10]*b[4]+s; s=a[11]*b[3]+s
                s=a[12]*b[2]+s; s=a[13]*b[1]+s; s=a[14]*b[0]+s; s=(m[7]<<5)+s; s=(m[0]<<10)+s; m[14]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[15]+s; s=a[1]*b[14]+s; s=a[2]*b[13]+s; s=a[3]*b[12]+s; s=a[4]*b[11]+s; s=a[5]*b[10]+s
                s=a[6]*b[9]+s; s=a[7]*b[8]+s; s=a[8]*b[7]+s; s=a[9]*b[6]+s; s=a[10]*b[5]+s; s=a[11]*b[4]+s
                s=a[12]*b[3]+s; s=a[13]*b[2]+s; s=a[14]*b[1]+s; s=a[15]*b[0]+s; s=(m[8]<<5)+s; s=(m[1]<<10)+s
                m[15]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[16]+s; s=a[1]*b[15]+s; s=a[2]*b[14]+s; s=a[3]*b[13]+s; s=a[4]*b[12]+s; s=a[5]*b[11]+s
                s=a[6]*b[10]+s; s=a[7]*b[9]+s; s=a[8]*b[8]+s; s=a[9]*b[7]+s; s=a[10]*b[6]+s; s=a[11]*b[5]+s
                s=a[12]*b[4]+s; s=a[13]*b[3]+s; s=a[14]*b[2]+s; s=a[15]*b[1]+s; s=a[16]*b[0]+s; s=(m[9]<<5)+s
                s=(m[2]<<10)+s; m[16]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[17]+s; s=a[1]*b[16]+s; s=a[2]*b[15]+s; s=a[3]*b[14]+s; s=a[4]*b[13]+s; s=a[5]*b[12]+s
                s=a[6]*b[11]+s; s=a[7]*b[10]+s; s=a[8]*b[9]+s; s=a[9]*b[8]+s; s=a[10]*b[7]+s; s=a[11]*b[6]+s
                s=a[12]*b[5]+s; s=a[13]*b[4]+s; s=a[14]*b[3]+s; s=a[15]*b[2]+s; s=a[16]*b[1]+s; s=a[17]*b[0]+s
                s=(m[10]<<5)+s; s=(m[3]<<10)+s; s=s-(m[0]<<3); m[17]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[18]+s; s=a[1]*b[17]+s; s=a[2]*b[16]+s; s=a[3]*b[15]+s; s=a[4]*b[14]+s; s=a[5]*b[13]+s
                s=a[6]*b[12]+s; s=a[7]*b[11]+s; s=a[8]*b[10]+s; s=a[9]*b[9]+s; s=a[10]*b[8]+s; s=a[11]*b[7]+s
                s=a[12]*b[6]+s; s=a[13]*b[5]+s; s=a[14]*b[4]+s; s=a[15]*b[3]+s; s=a[16]*b[2]+s; s=a[17]*b[1]+s
                s=a[18]*b[0]+s; s=(m[11]<<5)+s; s=(m[4]<<10)+s; s=s-(m[1]<<3); m[18]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[19]+s; s=a[1]*b[18]+s; s=a[2]*b[17]+s; s=a[3]*b[16]+s; s=a[4]*b[15]+s; s=a[5]*b[14]+s
                s=a[6]*b[13]+s; s=a[7]*b[12]+s; s=a[8]*b[11]+s; s=a[9]*b[10]+s; s=a[10]*b[9]+s; s=a[11]*b[8]+s
                s=a[12]*b[7]+s; s=a[13]*b[6]+s; s=a[14]*b[5]+s; s=a[15]*b[4]+s; s=a[16]*b[3]+s; s=a[17]*b[2]+s
                s=a[18]*b[1]+s; s=a[19]*b[0]+s; s=(m[12]<<5)+s; s=(m[5]<<10)+s; s=s-(m[2]<<3); s=(m[0]<<9)+s
                m[19]=s&8191; s=(s>>13&mask)+round_
                s=a[1]*b[19]+s; s=a[2]*b[18]+s; s=a[3]*b[17]+s; s=a[4]*b[16]+s; s=a[5]*b[15]+s; s=a[6]*b[14]+s
                s=a[7]*b[13]+s; s=a[8]*b[12]+s; s=a[9]*b[11]+s; s=a[10]*b[10]+s; s=a[11]*b[9]+s; s=a[12]*b[8]+s
                s=a[13]*b[7]+s; s=a[14]*b[6]+s; s=a[15]*b[5]+s; s=a[16]*b[4]+s; s=a[17]*b[3]+s; s=a[18]*b[2]+s
                s=a[19]*b[1]+s; s=(m[13]<<5)+s; s=(m[6]<<10)+s; s=s-(m[3]<<3); s=(m[1]<<9)+s; s=c[0]*k+s; s=s+q
                d[0]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[2]*b[19]+s; s=a[3]*b[18]+s; s=a[4]*b[17]+s; s=a[5]*b[16]+s; s=a[6]*b[15]+s; s=a[7]*b[14]+s
                s=a[8]*b[13]+s; s=a[9]*b[12]+s; s=a[10]*b[11]+s; s=a[11]*b[10]+s; s=a[12]*b[9]+s; s=a[13]*b[8]+s
                s=a[14]*b[7]+s; s=a[15]*b[6]+s; s=a[16]*b[5]+s; s=a[17]*b[4]+s; s=a[18]*b[3]+s; s=a[19]*b[2]+s
                s=(m[14]<<5)+s; s=(m[7]<<10)+s; s=s-(m[4]<<3); s=(m[2]<<9)+s; s=c[1]*k+s; d[1]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[3]*b[19]+s; s=a[4]*b[18]+s; s=a[5]*b[17]+s; s=a[6]*b[16]+s; s=a[7]*b[15]+s; s=a[8]*b[14]+s
                s=a[9]*b[13]+s; s=a[10]*b[12]+s; s=a[11]*b[11]+s; s=a[12]*b[10]+s; s=a[13]*b[9]+s; s=a[14]*b[8]+s
                s=a[15]*b[7]+s; s=a[16]*b[6]+s; s=a[17]*b[5]+s; s=a[18]*b[4]+s; s=a[19]*b[3]+s; s=(m[15]<<5)+s
                s=(m[8]<<10)+s; s=s-(m[5]<<3); s=(m[3]<<9)+s; s=c[2]*k+s; d[2]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[4]*b[19]+s; s=a[5]*b[18]+s; s=a[6]*b[17]+s; s=a[7]*b[16]+s; s=a[8]*b[15]+s; s=a[9]*b[14]+s
                s=a[10]*b[13]+s; s=a[11]*b[12]+s; s=a[12]*b[11]+s; s=a[13]*b[10]+s; s=a[14]*b[9]+s; s=a[15]*b[8]+s
                s=a[16]*b[7]+s; s=a[17]*b[6]+s; s=a[18]*b[5]+s; s=a[19]*b[4]+s; s=(m[16]<<5)+s; s=(m[9]<<10)+s
                s=s-(m[6]<<3); s=(m[4]<<9)+s; s=c[3]*k+s; d[3]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[5]*b[19]+s; s=a[6]*b[18]+s; s=a[7]*b[17]+s; s=a[8]*b[16]+s; s=a[9]*b[15]+s; s=a[10]*b[14]+s
                s=a[11]*b[13]+s; s=a[12]*b[12]+s; s=a[13]*b[11]+s; s=a[14]*b[10]+s; s=a[15]*b[9]+s; s=a[16]*b[8]+s
                s=a[17]*b[7]+s; s=a[18]*b[6]+s; s=a[19]*b[5]+s; s=(m[17]<<5)+s; s=(m[10]<<10)+s; s=s-(m[7]<<3)
                s=(m[5]<<9)+s; s=c[4]*k+s; d[4]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[6]*b[19]+s; s=a[7]*b[18]+s; s=a[8]*b[17]+s; s=a[9]*b[16]+s; s=a[10]*b[15]+s; s=a[11]*b[14]+s
                s=a[12]*b[13]+s; s=a[13]*b[12]+s; s=a[14]*b[11]+s; s=a[15]*b[10]+s; s=a[16]*b[9]+s; s=a[17]*b[8]+s
                s=a[18]*b[7]+s; s=a[19]*b[6]+s; s=(m[18]<<5)+s; s=(m[11]<<10)+s; s=s-(m[8]<<3); s=(m[6]<<9)+s
                s=c[5]*k+s; d[5]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[7]*b[19]+s; s=a[8]*b[18]+s; s=a[9]*b[17]+s; s=a[10]*b[16]+s; s=a[11]*b[15]+s; s=a[12]*b[14]+s
                s=a[13]*b[13]+s; s=a[14]*b[12]+s; s=a[15]*b[11]+s; s=a[16]*b[10]+s; s=a[17]*b[9]+s; s=a[18]*b[8]+s
                s=a[19]*b[7]+s; s=(m[19]<<5)+s; s=(m[12]<<10)+s; s=s-(m[9]<<3); s=(m[7]<<9)+s; s=c[6]*k+s
                d[6]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[8]*b[19]+s; s=a[9]*b[18]+s; s=a[10]*b[17]+s; s=a[11]*b[16]+s; s=a[12]*b[15]+s; s=a[13]*b[14]+s
                s=a[14]*b[13]+s; s=a[15]*b[12]+s; s=a[16]*b[11]+s; s=a[17]*b[10]+s; s=a[18]*b[9]+s; s=a[19]*b[8]+s
                s=(m[13]<<10)+s; s=s-(m[10]<<3); s=(m[8]<<9)+s; s=c[7]*k+s; s=s-(q<<5); d[7]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[9]*b[19]+s; s=a[10]*b[18]+s; s=a[11]*b[17]+s; s=a[12]*b[16]+s; s=a[13]*b[15]+s; s=a[14]*b[14]+s
                s=a[15]*b[13]+s; s=a[16]*b[12]+s; s=a[17]*b[11]+s; s=a[18]*b[10]+s; s=a[19]*b[9]+s; s=(m[14]<<10)+s
                s=s-(m[11]<<3); s=(m[9]<<9)+s; s=c[8]*k+s; d[8]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[10]*b[19]+s; s=a[11]*b[18]+s; s=a[12]*b[17]+s; s=a[13]*b[16]+s; s=a[14]*b[15]+s; s=a[15]*b[14]+s
                s=a[16]*b[13]+s; s=a[17]*b[12]+s; s=a[18]*b[11]+s; s=a[19]*b[10]+s; s=(m[15]<<10)+s; s=s-(m[12]<<3)
                s=(m[10]<<9)+s; s=c[9]*k+s; d[9]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[11]*b[19]+s; s=a[12]*b[18]+s; s=a[13]*b[17]+s; s=a[14]*b[16]+s; s=a[15]*b[15]+s; s=a[16]*b[14]+s
                s=a[17]*b[13]+s; s=a[18]*b[12]+s; s=a[19]*b[11]+s; s=(m[16]<<10)+s; s=s-(m[13]<<3); s=(m[11]<<9)+s
                s=c[10]*k+s; d[10]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[12]*b[19]+s; s=a[13]*b[18]+s; s=a[14]*b[17]+s; s=a[15]*b[16]+s; s=a[16]*b[15]+s; s=a[17]*b[14]+s
                s=a[18]*b[13]+s; s=a[19]*b[12]+s; s=(m[17]<<10)+s; s=s-(m[14]<<3); s=(m[12]<<9)+s; s=c[11]*k+s
                d[11]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[13]*b[19]+s; s=a[14]*b[18]+s; s=a[15]*b[17]+s; s=a[16]*b[16]+s; s=a[17]*b[15]+s; s=a[18]*b[14]+s
                s=a[19]*b[13]+s; s=(m[18]<<10)+s; s=s-(m[15]<<3); s=(m[13]<<9)+s; s=c[12]*k+s; d[12]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[14]*b[19]+s; s=a[15]*b[18]+s; s=a[16]*b[17]+s; s=a[17]*b[16]+s; s=a[18]*b[15]+s; s=a[19]*b[14]+s
                s=(m[19]<<10)+s; s=s-(m[16]<<3); s=(m[14]<<9)+s; s=c[13]*k+s; d[13]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[15]*b[19]+s; s=a[16]*b[18]+s; s=a[17]*b[17]+s; s=a[18]*b[16]+s; s=a[19]*b[15]+s; s=s-(m[17]<<3)
                s=(m[15]<<9)+s; s=c[14]*k+s; s=s-(q<<10); d[14]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[16]*b[19]+s; s=a[17]*b[18]+s; s=a[18]*b[17]+s; s=a[19]*b[16]+s; s=s-(m[18]<<3); s=(m[16]<<9)+s
                s=c[15]*k+s; d[15]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[17]*b[19]+s; s=a[18]*b[18]+s; s=a[19]*b[17]+s; s=s-(m[19]<<3); s=(m[17]<<9)+s; s=c[16]*k+s
                d[16]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[18]*b[19]+s; s=a[19]*b[18]+s; s=(m[18]<<9)+s; s=c[17]*k+s; s=s+(q<<3); d[17]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[19]*b[19]+s; s=(m[19]<<9)+s; s=c[18]*k+s; d[18]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=c[19]*k+s; s=s-(q<<9); d[19]=s-top-4096
                break
            while True:
                if p[0] != 2:
                    break
                b = ptr32(base + 80)
                b[1]=a[1]+a[1]; b[2]=a[2]+a[2]; b[3]=a[3]+a[3]; b[4]=a[4]+a[4]; b[5]=a[5]+a[5]; b[6]=a[6]+a[6]
                b[7]=a[7]+a[7]; b[8]=a[8]+a[8]; b[9]=a[9]+a[9]; b[10]=a[10]+a[10]; b[11]=a[11]+a[11]
                b[12]=a[12]+a[12]; b[13]=a[13]+a[13]; b[14]=a[14]+a[14]; b[15]=a[15]+a[15]; b[16]=a[16]+a[16]
                b[17]=a[17]+a[17]; b[18]=a[18]+a[18]; b[19]=a[19]+a[19]
                s = top
                s=a[0]*a[0]+s; m[0]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[1]+s; m[1]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[2]+s; s=a[1]*a[1]+s; m[2]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[3]+s; s=a[1]*b[2]+s; m[3]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[4]+s; s=a[1]*b[3]+s; s=a[2]*a[2]+s; m[4]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[5]+s; s=a[1]*b[4]+s; s=a[2]*b[3]+s; m[5]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[6]+s; s=a[1]*b[5]+s; s=a[2]*b[4]+s; s=a[3]*a[3]+s; m[6]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[7]+s; s=a[1]*b[6]+s; s=a[2]*b[5]+s; s=a[3]*b[4]+s; s=(m[0]<<5)+s; m[7]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[8]+s; s=a[1]*b[7]+s; s=a[2]*b[6]+s; s=a[3]*b[5]+s; s=a[4]*a[4]+s; s=(m[1]<<5)+s; m[8]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[9]+s; s=a[1]*b[8]+s; s=a[2]*b[7]+s; s=a[3]*b[6]+s; s=a[4]*b[5]+s; s=(m[2]<<5)+s; m[9]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[10]+s; s=a[1]*b[9]+s; s=a[2]*b[8]+s; s=a[3]*b[7]+s; s=a[4]*b[6]+s; s=a[5]*a[5]+s
                s=(m[3]<<5)+s; m[10]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[11]+s; s=a[1]*b[10]+s; s=a[2]*b[9]+s; s=a[3]*b[8]+s; s=a[4]*b[7]+s; s=a[5]*b[6]+s
                s=(m[4]<<5)+s; m[11]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[12]+s; s=a[1]*b[11]+s; s=a[2]*b[10]+s; s=a[3]*b[9]+s; s=a[4]*b[8]+s; s=a[5]*b[7]+s
                s=a[6]*a[6]+s; s=(m[5]<<5)+s; m[12]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[13]+s; s=a[1]*b[12]+s; s=a[2]*b[11]+s; s=a[3]*b[10]+s; s=a[4]*b[9]+s; s=a[5]*b[8]+s
                s=a[6]*b[7]+s; s=(m[6]<<5)+s; m[13]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[14]+s; s=a[1]*b[13]+s; s=a[2]*b[12]+s; s=a[3]*b[11]+s; s=a[4]*b[10]+s; s=a[5]*b[9]+s
                s=a[6]*b[8]+s; s=a[7]*a[7]+s; s=(m[7]<<5)+s; s=(m[0]<<10)+s; m[14]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[15]+s; s=a[1]*b[14]+s; s=a[2]*b[13]+s; s=a[3]*b[12]+s; s=a[4]*b[11]+s; s=a[5]*b[10]+s
                s=a[6]*b[9]+s; s=a[7]*b[8]+s; s=(m[8]<<5)+s; s=(m[1]<<10)+s; m[15]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[16]+s; s=a[1]*b[15]+s; s=a[2]*b[14]+s; s=a[3]*b[13]+s; s=a[4]*b[12]+s; s=a[5]*b[11]+s
                s=a[6]*b[10]+s; s=a[7]*b[9]+s; s=a[8]*a[8]+s; s=(m[9]<<5)+s; s=(m[2]<<10)+s; m[16]=s&8191
                s=(s>>13&mask)+keep
                s=a[0]*b[17]+s; s=a[1]*b[16]+s; s=a[2]*b[15]+s; s=a[3]*b[14]+s; s=a[4]*b[13]+s; s=a[5]*b[12]+s
                s=a[6]*b[11]+s; s=a[7]*b[10]+s; s=a[8]*b[9]+s; s=(m[10]<<5)+s; s=(m[3]<<10)+s; s=s-(m[0]<<3)
                m[17]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[18]+s; s=a[1]*b[17]+s; s=a[2]*b[16]+s; s=a[3]*b[15]+s; s=a[4]*b[14]+s; s=a[5]*b[13]+s
                s=a[6]*b[12]+s; s=a[7]*b[11]+s; s=a[8]*b[10]+s; s=a[9]*a[9]+s; s=(m[11]<<5)+s; s=(m[4]<<10)+s
                s=s-(m[1]<<3); m[18]=s&8191; s=(s>>13&mask)+keep
                s=a[0]*b[19]+s; s=a[1]*b[18]+s; s=a[2]*b[17]+s; s=a[3]*b[16]+s; s=a[4]*b[15]+s; s=a[5]*b[14]+s
                s=a[6]*b[13]+s; s=a[7]*b[12]+s; s=a[8]*b[11]+s; s=a[9]*b[10]+s; s=(m[12]<<5)+s; s=(m[5]<<10)+s
                s=s-(m[2]<<3); s=(m[0]<<9)+s; m[19]=s&8191; s=(s>>13&mask)+round_
                s=a[1]*b[19]+s; s=a[2]*b[18]+s; s=a[3]*b[17]+s; s=a[4]*b[16]+s; s=a[5]*b[15]+s; s=a[6]*b[14]+s
                s=a[7]*b[13]+s; s=a[8]*b[12]+s; s=a[9]*b[11]+s; s=a[10]*a[10]+s; s=(m[13]<<5)+s; s=(m[6]<<10)+s
                s=s-(m[3]<<3); s=(m[1]<<9)+s; s=c[0]*k+s; s=s+q; d[0]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[2]*b[19]+s; s=a[3]*b[18]+s; s=a[4]*b[17]+s; s=a[5]*b[16]+s; s=a[6]*b[15]+s; s=a[7]*b[14]+s
                s=a[8]*b[13]+s; s=a[9]*b[12]+s; s=a[10]*b[11]+s; s=(m[14]<<5)+s; s=(m[7]<<10)+s; s=s-(m[4]<<3)
                s=(m[2]<<9)+s; s=c[1]*k+s; d[1]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[3]*b[19]+s; s=a[4]*b[18]+s; s=a[5]*b[17]+s; s=a[6]*b[16]+s; s=a[7]*b[15]+s; s=a[8]*b[14]+s
                s=a[9]*b[13]+s; s=a[10]*b[12]+s; s=a[11]*a[11]+s; s=(m[15]<<5)+s; s=(m[8]<<10)+s; s=s-(m[5]<<3)
                s=(m[3]<<9)+s; s=c[2]*k+s; d[2]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[4]*b[19]+s; s=a[5]*b[18]+s; s=a[6]*b[17]+s; s=a[7]*b[16]+s; s=a[8]*b[15]+s; s=a[9]*b[14]+s
                s=a[10]*b[13]+s; s=a[11]*b[12]+s; s=(m[16]<<5)+s; s=(m[9]<<10)+s; s=s-(m[6]<<3); s=(m[4]<<9)+s
                s=c[3]*k+s; d[3]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[5]*b[19]+s; s=a[6]*b[18]+s; s=a[7]*b[17]+s; s=a[8]*b[16]+s; s=a[9]*b[15]+s; s=a[10]*b[14]+s
                s=a[11]*b[13]+s; s=a[12]*a[12]+s; s=(m[17]<<5)+s; s=(m[10]<<10)+s; s=s-(m[7]<<3); s=(m[5]<<9)+s
                s=c[4]*k+s; d[4]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[6]*b[19]+s; s=a[7]*b[18]+s; s=a[8]*b[17]+s; s=a[9]*b[16]+s; s=a[10]*b[15]+s; s=a[11]*b[14]+s
                s=a[12]*b[13]+s; s=(m[18]<<5)+s; s=(m[11]<<10)+s; s=s-(m[8]<<3); s=(m[6]<<9)+s; s=c[5]*k+s
                d[5]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[7]*b[19]+s; s=a[8]*b[18]+s; s=a[9]*b[17]+s; s=a[10]*b[16]+s; s=a[11]*b[15]+s; s=a[12]*b[14]+s
                s=a[13]*a[13]+s; s=(m[19]<<5)+s; s=(m[12]<<10)+s; s=s-(m[9]<<3); s=(m[7]<<9)+s; s=c[6]*k+s
                d[6]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[8]*b[19]+s; s=a[9]*b[18]+s; s=a[10]*b[17]+s; s=a[11]*b[16]+s; s=a[12]*b[15]+s; s=a[13]*b[14]+s
                s=(m[13]<<10)+s; s=s-(m[10]<<3); s=(m[8]<<9)+s; s=c[7]*k+s; s=s-(q<<5); d[7]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[9]*b[19]+s; s=a[10]*b[18]+s; s=a[11]*b[17]+s; s=a[12]*b[16]+s; s=a[13]*b[15]+s; s=a[14]*a[14]+s
                s=(m[14]<<10)+s; s=s-(m[11]<<3); s=(m[9]<<9)+s; s=c[8]*k+s; d[8]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[10]*b[19]+s; s=a[11]*b[18]+s; s=a[12]*b[17]+s; s=a[13]*b[16]+s; s=a[14]*b[15]+s; s=(m[15]<<10)+s
                s=s-(m[12]<<3); s=(m[10]<<9)+s; s=c[9]*k+s; d[9]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[11]*b[19]+s; s=a[12]*b[18]+s; s=a[13]*b[17]+s; s=a[14]*b[16]+s; s=a[15]*a[15]+s; s=(m[16]<<10)+s
                s=s-(m[13]<<3); s=(m[11]<<9)+s; s=c[10]*k+s; d[10]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[12]*b[19]+s; s=a[13]*b[18]+s; s=a[14]*b[17]+s; s=a[15]*b[16]+s; s=(m[17]<<10)+s; s=s-(m[14]<<3)
                s=(m[12]<<9)+s; s=c[11]*k+s; d[11]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[13]*b[19]+s; s=a[14]*b[18]+s; s=a[15]*b[17]+s; s=a[16]*a[16]+s; s=(m[18]<<10)+s; s=s-(m[15]<<3)
                s=(m[13]<<9)+s; s=c[12]*k+s; d[12]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[14]*b[19]+s; s=a[15]*b[18]+s; s=a[16]*b[17]+s; s=(m[19]<<10)+s; s=s-(m[16]<<3); s=(m[14]<<9)+s
                s=c[13]*k+s; d[13]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[15]*b[19]+s; s=a[16]*b[18]+s; s=a[17]*a[17]+s; s=s-(m[17]<<3); s=(m[15]<<9)+s; s=c[14]*k+s
                s=s-(q<<10); d[14]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[16]*b[19]+s; s=a[17]*b[18]+s; s=s-(m[18]<<3); s=(m[16]<<9)+s; s=c[15]*k+s; d[15]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[17]*b[19]+s; s=a[18]*a[18]+s; s=s-(m[19]<<3); s=(m[17]<<9)+s; s=c[16]*k+s; d[16]=(s&8191)-4096
                s=(s>>13&mask)+round_
                s=a[18]*b[19]+s; s=(m[18]<<9)+s; s=c[17]*k+s; s=s+(q<<3); d[17]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=a[19]*a[19]+s; s=(m[19]<<9)+s; s=c[18]*k+s; d[18]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=c[19]*k+s; s=s-(q<<9); d[19]=s-top-4096
                break
            while True:
                if p[0] != 3:
                    break
                s = k
                d[0]=c[0]*s+a[0]; d[1]=c[1]*s+a[1]; d[2]=c[2]*s+a[2]; d[3]=c[3]*s+a[3]; d[4]=c[4]*s+a[4]
                d[5]=c[5]*s+a[5]; d[6]=c[6]*s+a[6]; d[7]=c[7]*s+a[7]; d[8]=c[8]*s+a[8]; d[9]=c[9]*s+a[9]
                d[10]=c[10]*s+a[10]; d[11]=c[11]*s+a[11]; d[12]=c[12]*s+a[12]; d[13]=c[13]*s+a[13]
                d[14]=c[14]*s+a[14]; d[15]=c[15]*s+a[15]; d[16]=c[16]*s+a[16]; d[17]=c[17]*s+a[17]
                d[18]=c[18]*s+a[18]; d[19]=c[19]*s+a[19]
                break
            while True:
                if p[0] != 4:
                    break
                s = round_ + (1 << 18)
                s=c[0]*k+s; s=s+q; d[0]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[1]*k+s; d[1]=(s&8191)-4096
                s=(s>>13&mask)+round_; s=c[2]*k+s; d[2]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[3]*k+s
                d[3]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[4]*k+s; d[4]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=c[5]*k+s; d[5]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[6]*k+s; d[6]=(s&8191)-4096
                s=(s>>13&mask)+round_; s=c[7]*k+s; s=s-(q<<5); d[7]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[8]*k+s
                d[8]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[9]*k+s; d[9]=(s&8191)-4096; s=(s>>13&mask)+round_
                s=c[10]*k+s; d[10]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[11]*k+s; d[11]=(s&8191)-4096
                s=(s>>13&mask)+round_; s=c[12]*k+s; d[12]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[13]*k+s
                d[13]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[14]*k+s; s=s-(q<<10); d[14]=(s&8191)-4096
                s=(s>>13&mask)+round_; s=c[15]*k+s; d[15]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[16]*k+s
                d[16]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[17]*k+s; s=s+(q<<3); d[17]=(s&8191)-4096
                s=(s>>13&mask)+round_; s=c[18]*k+s; d[18]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[19]*k+s
                s=s-(q<<9); d[19]=s-top-4096
                break
            p = ptr16(int(p) + 12)
