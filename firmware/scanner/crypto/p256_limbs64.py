# The arithmetic of p256_field.py where an int has 64 bits. Made by tools/unroll_p256.py.
#
# Each line below that ends in a shift by 13 is the end of a column. s and x come first because a viper function keeps
# its first two locals in registers.
#
# ptr32 reads without sign: a column's sum is right in its low 32 bits only. It carries a bias of 2^31 so that its
# shifted bits can be masked (`mask`), and `keep` puts the bias back.
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
                    d[0]=c[0]; d[1]=c[1]; d[2]=c[2]; d[3]=c[3]; d[4]=c[4]; d[5]=c[5]; d[6]=c[6]; d[7]=c[7]; d[8]=c[8]
                    d[9]=c[9]; d[10]=c[10]; d[11]=c[11]; d[12]=c[12]; d[13]=c[13]; d[14]=c[14]; d[15]=c[15]
                    d[16]=c[16]; d[17]=c[17]; d[18]=c[18]; d[19]=c[19]
                    e = ptr8(int(e) + 80)
                    break
                while True:
                    if kind == 1:
                        break
                    d[0]=(e[0]|e[1]<<8&8191)-4096; d[1]=((e[1]|e[2]<<8|e[3]<<16)>>5&8191)-4096
                    d[2]=((e[3]|e[4]<<8)>>2&8191)-4096; d[3]=((e[4]|e[5]<<8|e[6]<<16)>>7&8191)-4096
                    d[4]=((e[6]|e[7]<<8|e[8]<<16)>>4&8191)-4096; d[5]=((e[8]|e[9]<<8)>>1&8191)-4096
                    d[6]=((e[9]|e[10]<<8|e[11]<<16)>>6&8191)-4096; d[7]=((e[11]|e[12]<<8)>>3&8191)-4096
                    d[8]=(e[13]|e[14]<<8&8191)-4096; d[9]=((e[14]|e[15]<<8|e[16]<<16)>>5&8191)-4096
                    d[10]=((e[16]|e[17]<<8)>>2&8191)-4096; d[11]=((e[17]|e[18]<<8|e[19]<<16)>>7&8191)-4096
                    d[12]=((e[19]|e[20]<<8|e[21]<<16)>>4&8191)-4096; d[13]=((e[21]|e[22]<<8)>>1&8191)-4096
                    d[14]=((e[22]|e[23]<<8|e[24]<<16)>>6&8191)-4096; d[15]=((e[24]|e[25]<<8)>>3&8191)-4096
                    d[16]=(e[26]|e[27]<<8&8191)-4096; d[17]=((e[27]|e[28]<<8|e[29]<<16)>>5&8191)-4096
                    d[18]=((e[29]|e[30]<<8)>>2&8191)-4096; d[19]=((e[30]|e[31]<<8)>>7)-256
                    e = ptr8(int(e) + 32)
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
                while True:
                    if p[0] != 2:
                        break
                    a = ptr32(base + p[2])
                    d = ptr32(base + p[1])
                    c = ptr32(base + p[4])
                    k = p[5] - 64
                    q = ((c[19] * k + top + 256 >> 9) & 0x7fffff) - (1 << 22)
                    x=a[0]; a0=x; b0=x+x; x=a[1]; a1=x; b1=x+x; x=a[2]; a2=x; b2=x+x; x=a[3]; a3=x; b3=x+x
                    x=a[4]; a4=x; b4=x+x; x=a[5]; a5=x; b5=x+x; x=a[6]; a6=x; b6=x+x; x=a[7]; a7=x; b7=x+x
                    x=a[8]; a8=x; b8=x+x; x=a[9]; a9=x; b9=x+x; x=a[10]; a10=x; b10=x+x; x=a[11]; a11=x; b11=x+x
                    x=a[12]; a12=x; b12=x+x; x=a[13]; a13=x; b13=x+x; x=a[14]; a14=x; b14=x+x
                    x=a[15]; a15=x; b15=x+x; x=a[16]; a16=x; b16=x+x; x=a[17]; a17=x; b17=x+x
                    x=a[18]; a18=x; b18=x+x; x=a[19]; a19=x; b19=x+x
                    s = top
                    x=a0; s=x*x+s; m0=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a1*x+s; m1=s&8191; s=(s>>13&mask)+keep
                    s=a2*x+s; x=a1; s=x*x+s; m2=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a3*x+s; x=b1; s=a2*x+s; m3=s&8191; s=(s>>13&mask)+keep
                    s=a3*x+s; x=b0; s=a4*x+s; x=a2; s=x*x+s; m4=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a5*x+s; x=b1; s=a4*x+s; x=b2; s=a3*x+s; m5=s&8191; s=(s>>13&mask)+keep
                    s=a4*x+s; x=b0; s=a6*x+s; x=b1; s=a5*x+s; x=a3; s=x*x+s; m6=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a7*x+s; x=b1; s=a6*x+s; x=b2; s=a5*x+s; x=b3; s=a4*x+s; s=(m0<<5)+s; m7=s&8191
                    s=(s>>13&mask)+keep
                    s=a5*x+s; x=b0; s=a8*x+s; x=b1; s=a7*x+s; x=b2; s=a6*x+s; x=a4; s=x*x+s; s=(m1<<5)+s; m8=s&8191
                    s=(s>>13&mask)+keep
                    x=b0; s=a9*x+s; x=b1; s=a8*x+s; x=b2; s=a7*x+s; x=b3; s=a6*x+s; x=b4; s=a5*x+s; s=(m2<<5)+s
                    m9=s&8191; s=(s>>13&mask)+keep
                    s=a6*x+s; x=b0; s=a10*x+s; x=b1; s=a9*x+s; x=b2; s=a8*x+s; x=b3; s=a7*x+s; x=a5; s=x*x+s
                    s=(m3<<5)+s; m10=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a11*x+s; x=b1; s=a10*x+s; x=b2; s=a9*x+s; x=b3; s=a8*x+s; x=b4; s=a7*x+s; x=b5; s=a6*x+s
                    s=(m4<<5)+s; m11=s&8191; s=(s>>13&mask)+keep
                    s=a7*x+s; x=b0; s=a12*x+s; x=b1; s=a11*x+s; x=b2; s=a10*x+s; x=b3; s=a9*x+s; x=b4; s=a8*x+s
                    x=a6; s=x*x+s; s=(m5<<5)+s; m12=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a13*x+s; x=b1; s=a12*x+s; x=b2; s=a11*x+s; x=b3; s=a10*x+s; x=b4; s=a9*x+s
                    x=b5; s=a8*x+s; x=b6; s=a7*x+s; s=(m6<<5)+s; m13=s&8191; s=(s>>13&mask)+keep
                    s=a8*x+s; x=b0; s=a14*x+s; x=b1; s=a13*x+s; x=b2; s=a12*x+s; x=b3; s=a11*x+s; x=b4; s=a10*x+s
                    x=b5; s=a9*x+s; x=a7; s=x*x+s; s=((m0<<5)+m7<<5)+s; m14=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a15*x+s; x=b1; s=a14*x+s; x=b2; s=a13*x+s; x=b3; s=a12*x+s; x=b4; s=a11*x+s
                    x=b5; s=a10*x+s; x=b6; s=a9*x+s; x=b7; s=a8*x+s; s=((m1<<5)+m8<<5)+s; m15=s&8191
                    s=(s>>13&mask)+keep
                    s=a9*x+s; x=b0; s=a16*x+s; x=b1; s=a15*x+s; x=b2; s=a14*x+s; x=b3; s=a13*x+s; x=b4; s=a12*x+s
                    x=b5; s=a11*x+s; x=b6; s=a10*x+s; x=a8; s=x*x+s; s=((m2<<5)+m9<<5)+s; m16=s&8191
                    s=(s>>13&mask)+keep
                    x=b0; s=a17*x+s; x=b1; s=a16*x+s; x=b2; s=a15*x+s; x=b3; s=a14*x+s; x=b4; s=a13*x+s
                    x=b5; s=a12*x+s; x=b6; s=a11*x+s; x=b7; s=a10*x+s; x=b8; s=a9*x+s; s=(((m3<<5)+m10<<2)-m0<<3)+s
                    m17=s&8191; s=(s>>13&mask)+keep
                    s=a10*x+s; x=b0; s=a18*x+s; x=b1; s=a17*x+s; x=b2; s=a16*x+s; x=b3; s=a15*x+s; x=b4; s=a14*x+s
                    x=b5; s=a13*x+s; x=b6; s=a12*x+s; x=b7; s=a11*x+s; x=a9; s=x*x+s; s=(((m4<<5)+m11<<2)-m1<<3)+s
                    m18=s&8191; s=(s>>13&mask)+keep
                    x=b0; s=a19*x+s; x=b1; s=a18*x+s; x=b2; s=a17*x+s; x=b3; s=a16*x+s; x=b4; s=a15*x+s
                    x=b5; s=a14*x+s; x=b6; s=a13*x+s; x=b7; s=a12*x+s; x=b8; s=a11*x+s; x=b9; s=a10*x+s
                    s=((((m5<<1)+m0<<4)+m12<<2)-m2<<3)+s; m19=s&8191; s=(s>>13&mask)+round_
                    s=a11*x+s; x=b1; s=a19*x+s; x=b2; s=a18*x+s; x=b3; s=a17*x+s; x=b4; s=a16*x+s; x=b5; s=a15*x+s
                    x=b6; s=a14*x+s; x=b7; s=a13*x+s; x=b8; s=a12*x+s; x=a10; s=x*x+s
                    s=((((m6<<1)+m1<<4)+m13<<2)-m3<<3)+s; s=c[0]*k+s; s=s+q; d[0]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    x=b2; s=a19*x+s; x=b3; s=a18*x+s; x=b4; s=a17*x+s; x=b5; s=a16*x+s; x=b6; s=a15*x+s
                    x=b7; s=a14*x+s; x=b8; s=a13*x+s; x=b9; s=a12*x+s; x=b10; s=a11*x+s
                    s=((((m7<<1)+m2<<4)+m14<<2)-m4<<3)+s; s=c[1]*k+s; d[1]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=a12*x+s; x=b3; s=a19*x+s; x=b4; s=a18*x+s; x=b5; s=a17*x+s; x=b6; s=a16*x+s; x=b7; s=a15*x+s
                    x=b8; s=a14*x+s; x=b9; s=a13*x+s; x=a11; s=x*x+s; s=((((m8<<1)+m3<<4)+m15<<2)-m5<<3)+s
                    s=c[2]*k+s; d[2]=(s&8191)-4096; s=(s>>13&mask)+round_
                    x=b4; s=a19*x+s; x=b5; s=a18*x+s; x=b6; s=a17*x+s; x=b7; s=a16*x+s; x=b8; s=a15*x+s
                    x=b9; s=a14*x+s; x=b10; s=a13*x+s; x=b11; s=a12*x+s; s=((((m9<<1)+m4<<4)+m16<<2)-m6<<3)+s
                    s=c[3]*k+s; d[3]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=a13*x+s; x=b5; s=a19*x+s; x=b6; s=a18*x+s; x=b7; s=a17*x+s; x=b8; s=a16*x+s; x=b9; s=a15*x+s
                    x=b10; s=a14*x+s; x=a12; s=x*x+s; s=((((m10<<1)+m5<<4)+m17<<2)-m7<<3)+s; s=c[4]*k+s
                    d[4]=(s&8191)-4096; s=(s>>13&mask)+round_
                    x=b6; s=a19*x+s; x=b7; s=a18*x+s; x=b8; s=a17*x+s; x=b9; s=a16*x+s; x=b10; s=a15*x+s
                    x=b11; s=a14*x+s; x=b12; s=a13*x+s; s=((((m11<<1)+m6<<4)+m18<<2)-m8<<3)+s; s=c[5]*k+s
                    d[5]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=a14*x+s; x=b7; s=a19*x+s; x=b8; s=a18*x+s; x=b9; s=a17*x+s; x=b10; s=a16*x+s; x=b11; s=a15*x+s
                    x=a13; s=x*x+s; s=((((m12<<1)+m7<<4)+m19<<2)-m9<<3)+s; s=c[6]*k+s; d[6]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    x=b8; s=a19*x+s; x=b9; s=a18*x+s; x=b10; s=a17*x+s; x=b11; s=a16*x+s; x=b12; s=a15*x+s
                    x=b13; s=a14*x+s; s=(((m13<<1)+m8<<6)-m10<<3)+s; s=c[7]*k+s; s=s-(q<<5); d[7]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    s=a15*x+s; x=b9; s=a19*x+s; x=b10; s=a18*x+s; x=b11; s=a17*x+s; x=b12; s=a16*x+s; x=a14; s=x*x+s
                    s=(((m14<<1)+m9<<6)-m11<<3)+s; s=c[8]*k+s; d[8]=(s&8191)-4096; s=(s>>13&mask)+round_
                    x=b10; s=a19*x+s; x=b11; s=a18*x+s; x=b12; s=a17*x+s; x=b13; s=a16*x+s; x=b14; s=a15*x+s
                    s=(((m15<<1)+m10<<6)-m12<<3)+s; s=c[9]*k+s; d[9]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=a16*x+s; x=b11; s=a19*x+s; x=b12; s=a18*x+s; x=b13; s=a17*x+s; x=a15; s=x*x+s
                    s=(((m16<<1)+m11<<6)-m13<<3)+s; s=c[10]*k+s; d[10]=(s&8191)-4096; s=(s>>13&mask)+round_
                    x=b12; s=a19*x+s; x=b13; s=a18*x+s; x=b14; s=a17*x+s; x=b15; s=a16*x+s
                    s=(((m17<<1)+m12<<6)-m14<<3)+s; s=c[11]*k+s; d[11]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=a17*x+s; x=b13; s=a19*x+s; x=b14; s=a18*x+s; x=a16; s=x*x+s; s=(((m18<<1)+m13<<6)-m15<<3)+s
                    s=c[12]*k+s; d[12]=(s&8191)-4096; s=(s>>13&mask)+round_
                    x=b14; s=a19*x+s; x=b15; s=a18*x+s; x=b16; s=a17*x+s; s=(((m19<<1)+m14<<6)-m16<<3)+s; s=c[13]*k+s
                    d[13]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=a18*x+s; x=b15; s=a19*x+s; x=a17; s=x*x+s; s=((m15<<6)-m17<<3)+s; s=c[14]*k+s; s=s-(q<<10)
                    d[14]=(s&8191)-4096; s=(s>>13&mask)+round_
                    x=b16; s=a19*x+s; x=b17; s=a18*x+s; s=((m16<<6)-m18<<3)+s; s=c[15]*k+s; d[15]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    s=a19*x+s; x=a18; s=x*x+s; s=((m17<<6)-m19<<3)+s; s=c[16]*k+s; d[16]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    x=b18; s=a19*x+s; s=(m18<<9)+s; s=c[17]*k+s; s=s+(q<<3); d[17]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    x=a19; s=x*x+s; s=(m19<<9)+s; s=c[18]*k+s; d[18]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=c[19]*k+s; s=s-(q<<9); d[19]=s-top-4096
                    p = ptr16(int(p) + 12)
                while True:
                    if p[0] != 1:
                        break
                    a = ptr32(base + p[2])
                    d = ptr32(base + p[1])
                    b = ptr32(base + p[3])
                    c = ptr32(base + p[4])
                    k = p[5] - 64
                    q = ((c[19] * k + top + 256 >> 9) & 0x7fffff) - (1 << 22)
                    a0=a[0]; b0=b[0]; a1=a[1]; b1=b[1]; a2=a[2]; b2=b[2]; a3=a[3]; b3=b[3]; a4=a[4]; b4=b[4]; a5=a[5]
                    b5=b[5]; a6=a[6]; b6=b[6]; a7=a[7]; b7=b[7]; a8=a[8]; b8=b[8]; a9=a[9]; b9=b[9]; a10=a[10]
                    b10=b[10]; a11=a[11]; b11=b[11]; a12=a[12]; b12=b[12]; a13=a[13]; b13=b[13]; a14=a[14]; b14=b[14]
                    a15=a[15]; b15=b[15]; a16=a[16]; b16=b[16]; a17=a[17]; b17=b[17]; a18=a[18]; b18=b[18]; a19=a[19]
                    b19=b[19]
                    s = top
                    x=a0; s=b0*x+s; m0=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a1; s=b0*x+s; m1=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b2*x+s; x=a2; s=b0*x+s; m2=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b3*x+s; x=a1; s=b2*x+s; x=a3; s=b0*x+s; m3=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b4*x+s; x=a1; s=b3*x+s; x=a2; s=b2*x+s; x=a4; s=b0*x+s; m4=s&8191
                    s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b5*x+s; x=a1; s=b4*x+s; x=a2; s=b3*x+s; x=a3; s=b2*x+s; x=a5; s=b0*x+s
                    m5=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b6*x+s; x=a1; s=b5*x+s; x=a2; s=b4*x+s; x=a3; s=b3*x+s; x=a4; s=b2*x+s
                    x=a6; s=b0*x+s; m6=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b7*x+s; x=a1; s=b6*x+s; x=a2; s=b5*x+s; x=a3; s=b4*x+s; x=a4; s=b3*x+s
                    x=a5; s=b2*x+s; x=a7; s=b0*x+s; s=(m0<<5)+s; m7=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b8*x+s; x=a1; s=b7*x+s; x=a2; s=b6*x+s; x=a3; s=b5*x+s; x=a4; s=b4*x+s
                    x=a5; s=b3*x+s; x=a6; s=b2*x+s; x=a8; s=b0*x+s; s=(m1<<5)+s; m8=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b9*x+s; x=a1; s=b8*x+s; x=a2; s=b7*x+s; x=a3; s=b6*x+s; x=a4; s=b5*x+s
                    x=a5; s=b4*x+s; x=a6; s=b3*x+s; x=a7; s=b2*x+s; x=a9; s=b0*x+s; s=(m2<<5)+s; m9=s&8191
                    s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b10*x+s; x=a1; s=b9*x+s; x=a2; s=b8*x+s; x=a3; s=b7*x+s; x=a4; s=b6*x+s
                    x=a5; s=b5*x+s; x=a6; s=b4*x+s; x=a7; s=b3*x+s; x=a8; s=b2*x+s; x=a10; s=b0*x+s; s=(m3<<5)+s
                    m10=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b11*x+s; x=a1; s=b10*x+s; x=a2; s=b9*x+s; x=a3; s=b8*x+s; x=a4; s=b7*x+s
                    x=a5; s=b6*x+s; x=a6; s=b5*x+s; x=a7; s=b4*x+s; x=a8; s=b3*x+s; x=a9; s=b2*x+s; x=a11; s=b0*x+s
                    s=(m4<<5)+s; m11=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b12*x+s; x=a1; s=b11*x+s; x=a2; s=b10*x+s; x=a3; s=b9*x+s; x=a4; s=b8*x+s
                    x=a5; s=b7*x+s; x=a6; s=b6*x+s; x=a7; s=b5*x+s; x=a8; s=b4*x+s; x=a9; s=b3*x+s; x=a10; s=b2*x+s
                    x=a12; s=b0*x+s; s=(m5<<5)+s; m12=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b13*x+s; x=a1; s=b12*x+s; x=a2; s=b11*x+s; x=a3; s=b10*x+s; x=a4; s=b9*x+s
                    x=a5; s=b8*x+s; x=a6; s=b7*x+s; x=a7; s=b6*x+s; x=a8; s=b5*x+s; x=a9; s=b4*x+s; x=a10; s=b3*x+s
                    x=a11; s=b2*x+s; x=a13; s=b0*x+s; s=(m6<<5)+s; m13=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b14*x+s; x=a1; s=b13*x+s; x=a2; s=b12*x+s; x=a3; s=b11*x+s; x=a4; s=b10*x+s
                    x=a5; s=b9*x+s; x=a6; s=b8*x+s; x=a7; s=b7*x+s; x=a8; s=b6*x+s; x=a9; s=b5*x+s; x=a10; s=b4*x+s
                    x=a11; s=b3*x+s; x=a12; s=b2*x+s; x=a14; s=b0*x+s; s=((m0<<5)+m7<<5)+s; m14=s&8191
                    s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b15*x+s; x=a1; s=b14*x+s; x=a2; s=b13*x+s; x=a3; s=b12*x+s; x=a4; s=b11*x+s
                    x=a5; s=b10*x+s; x=a6; s=b9*x+s; x=a7; s=b8*x+s; x=a8; s=b7*x+s; x=a9; s=b6*x+s; x=a10; s=b5*x+s
                    x=a11; s=b4*x+s; x=a12; s=b3*x+s; x=a13; s=b2*x+s; x=a15; s=b0*x+s; s=((m1<<5)+m8<<5)+s
                    m15=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b16*x+s; x=a1; s=b15*x+s; x=a2; s=b14*x+s; x=a3; s=b13*x+s; x=a4; s=b12*x+s
                    x=a5; s=b11*x+s; x=a6; s=b10*x+s; x=a7; s=b9*x+s; x=a8; s=b8*x+s; x=a9; s=b7*x+s; x=a10; s=b6*x+s
                    x=a11; s=b5*x+s; x=a12; s=b4*x+s; x=a13; s=b3*x+s; x=a14; s=b2*x+s; x=a16; s=b0*x+s
                    s=((m2<<5)+m9<<5)+s; m16=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b17*x+s; x=a1; s=b16*x+s; x=a2; s=b15*x+s; x=a3; s=b14*x+s; x=a4; s=b13*x+s
                    x=a5; s=b12*x+s; x=a6; s=b11*x+s; x=a7; s=b10*x+s; x=a8; s=b9*x+s; x=a9; s=b8*x+s
                    x=a10; s=b7*x+s; x=a11; s=b6*x+s; x=a12; s=b5*x+s; x=a13; s=b4*x+s; x=a14; s=b3*x+s
                    x=a15; s=b2*x+s; x=a17; s=b0*x+s; s=(((m3<<5)+m10<<2)-m0<<3)+s; m17=s&8191; s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b18*x+s; x=a1; s=b17*x+s; x=a2; s=b16*x+s; x=a3; s=b15*x+s; x=a4; s=b14*x+s
                    x=a5; s=b13*x+s; x=a6; s=b12*x+s; x=a7; s=b11*x+s; x=a8; s=b10*x+s; x=a9; s=b9*x+s
                    x=a10; s=b8*x+s; x=a11; s=b7*x+s; x=a12; s=b6*x+s; x=a13; s=b5*x+s; x=a14; s=b4*x+s
                    x=a15; s=b3*x+s; x=a16; s=b2*x+s; x=a18; s=b0*x+s; s=(((m4<<5)+m11<<2)-m1<<3)+s; m18=s&8191
                    s=(s>>13&mask)+keep
                    s=b1*x+s; x=a0; s=b19*x+s; x=a1; s=b18*x+s; x=a2; s=b17*x+s; x=a3; s=b16*x+s; x=a4; s=b15*x+s
                    x=a5; s=b14*x+s; x=a6; s=b13*x+s; x=a7; s=b12*x+s; x=a8; s=b11*x+s; x=a9; s=b10*x+s
                    x=a10; s=b9*x+s; x=a11; s=b8*x+s; x=a12; s=b7*x+s; x=a13; s=b6*x+s; x=a14; s=b5*x+s
                    x=a15; s=b4*x+s; x=a16; s=b3*x+s; x=a17; s=b2*x+s; x=a19; s=b0*x+s
                    s=((((m5<<1)+m0<<4)+m12<<2)-m2<<3)+s; m19=s&8191; s=(s>>13&mask)+round_
                    s=b1*x+s; x=a1; s=b19*x+s; x=a2; s=b18*x+s; x=a3; s=b17*x+s; x=a4; s=b16*x+s; x=a5; s=b15*x+s
                    x=a6; s=b14*x+s; x=a7; s=b13*x+s; x=a8; s=b12*x+s; x=a9; s=b11*x+s; x=a10; s=b10*x+s
                    x=a11; s=b9*x+s; x=a12; s=b8*x+s; x=a13; s=b7*x+s; x=a14; s=b6*x+s; x=a15; s=b5*x+s
                    x=a16; s=b4*x+s; x=a17; s=b3*x+s; x=a18; s=b2*x+s; s=((((m6<<1)+m1<<4)+m13<<2)-m3<<3)+s
                    s=c[0]*k+s; s=s+q; d[0]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b3*x+s; x=a2; s=b19*x+s; x=a3; s=b18*x+s; x=a4; s=b17*x+s; x=a5; s=b16*x+s; x=a6; s=b15*x+s
                    x=a7; s=b14*x+s; x=a8; s=b13*x+s; x=a9; s=b12*x+s; x=a10; s=b11*x+s; x=a11; s=b10*x+s
                    x=a12; s=b9*x+s; x=a13; s=b8*x+s; x=a14; s=b7*x+s; x=a15; s=b6*x+s; x=a16; s=b5*x+s
                    x=a17; s=b4*x+s; x=a19; s=b2*x+s; s=((((m7<<1)+m2<<4)+m14<<2)-m4<<3)+s; s=c[1]*k+s
                    d[1]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b3*x+s; x=a3; s=b19*x+s; x=a4; s=b18*x+s; x=a5; s=b17*x+s; x=a6; s=b16*x+s; x=a7; s=b15*x+s
                    x=a8; s=b14*x+s; x=a9; s=b13*x+s; x=a10; s=b12*x+s; x=a11; s=b11*x+s; x=a12; s=b10*x+s
                    x=a13; s=b9*x+s; x=a14; s=b8*x+s; x=a15; s=b7*x+s; x=a16; s=b6*x+s; x=a17; s=b5*x+s
                    x=a18; s=b4*x+s; s=((((m8<<1)+m3<<4)+m15<<2)-m5<<3)+s; s=c[2]*k+s; d[2]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    s=b5*x+s; x=a4; s=b19*x+s; x=a5; s=b18*x+s; x=a6; s=b17*x+s; x=a7; s=b16*x+s; x=a8; s=b15*x+s
                    x=a9; s=b14*x+s; x=a10; s=b13*x+s; x=a11; s=b12*x+s; x=a12; s=b11*x+s; x=a13; s=b10*x+s
                    x=a14; s=b9*x+s; x=a15; s=b8*x+s; x=a16; s=b7*x+s; x=a17; s=b6*x+s; x=a19; s=b4*x+s
                    s=((((m9<<1)+m4<<4)+m16<<2)-m6<<3)+s; s=c[3]*k+s; d[3]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b5*x+s; x=a5; s=b19*x+s; x=a6; s=b18*x+s; x=a7; s=b17*x+s; x=a8; s=b16*x+s; x=a9; s=b15*x+s
                    x=a10; s=b14*x+s; x=a11; s=b13*x+s; x=a12; s=b12*x+s; x=a13; s=b11*x+s; x=a14; s=b10*x+s
                    x=a15; s=b9*x+s; x=a16; s=b8*x+s; x=a17; s=b7*x+s; x=a18; s=b6*x+s
                    s=((((m10<<1)+m5<<4)+m17<<2)-m7<<3)+s; s=c[4]*k+s; d[4]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b7*x+s; x=a6; s=b19*x+s; x=a7; s=b18*x+s; x=a8; s=b17*x+s; x=a9; s=b16*x+s; x=a10; s=b15*x+s
                    x=a11; s=b14*x+s; x=a12; s=b13*x+s; x=a13; s=b12*x+s; x=a14; s=b11*x+s; x=a15; s=b10*x+s
                    x=a16; s=b9*x+s; x=a17; s=b8*x+s; x=a19; s=b6*x+s; s=((((m11<<1)+m6<<4)+m18<<2)-m8<<3)+s
                    s=c[5]*k+s; d[5]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b7*x+s; x=a7; s=b19*x+s; x=a8; s=b18*x+s; x=a9; s=b17*x+s; x=a10; s=b16*x+s; x=a11; s=b15*x+s
                    x=a12; s=b14*x+s; x=a13; s=b13*x+s; x=a14; s=b12*x+s; x=a15; s=b11*x+s; x=a16; s=b10*x+s
                    x=a17; s=b9*x+s; x=a18; s=b8*x+s; s=((((m12<<1)+m7<<4)+m19<<2)-m9<<3)+s; s=c[6]*k+s
                    d[6]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b9*x+s; x=a8; s=b19*x+s; x=a9; s=b18*x+s; x=a10; s=b17*x+s; x=a11; s=b16*x+s; x=a12; s=b15*x+s
                    x=a13; s=b14*x+s; x=a14; s=b13*x+s; x=a15; s=b12*x+s; x=a16; s=b11*x+s; x=a17; s=b10*x+s
                    x=a19; s=b8*x+s; s=(((m13<<1)+m8<<6)-m10<<3)+s; s=c[7]*k+s; s=s-(q<<5); d[7]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    s=b9*x+s; x=a9; s=b19*x+s; x=a10; s=b18*x+s; x=a11; s=b17*x+s; x=a12; s=b16*x+s; x=a13; s=b15*x+s
                    x=a14; s=b14*x+s; x=a15; s=b13*x+s; x=a16; s=b12*x+s; x=a17; s=b11*x+s; x=a18; s=b10*x+s
                    s=(((m14<<1)+m9<<6)-m11<<3)+s; s=c[8]*k+s; d[8]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b11*x+s; x=a10; s=b19*x+s; x=a11; s=b18*x+s; x=a12; s=b17*x+s; x=a13; s=b16*x+s
                    x=a14; s=b15*x+s; x=a15; s=b14*x+s; x=a16; s=b13*x+s; x=a17; s=b12*x+s; x=a19; s=b10*x+s
                    s=(((m15<<1)+m10<<6)-m12<<3)+s; s=c[9]*k+s; d[9]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b11*x+s; x=a11; s=b19*x+s; x=a12; s=b18*x+s; x=a13; s=b17*x+s; x=a14; s=b16*x+s
                    x=a15; s=b15*x+s; x=a16; s=b14*x+s; x=a17; s=b13*x+s; x=a18; s=b12*x+s
                    s=(((m16<<1)+m11<<6)-m13<<3)+s; s=c[10]*k+s; d[10]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b13*x+s; x=a12; s=b19*x+s; x=a13; s=b18*x+s; x=a14; s=b17*x+s; x=a15; s=b16*x+s
                    x=a16; s=b15*x+s; x=a17; s=b14*x+s; x=a19; s=b12*x+s; s=(((m17<<1)+m12<<6)-m14<<3)+s; s=c[11]*k+s
                    d[11]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b13*x+s; x=a13; s=b19*x+s; x=a14; s=b18*x+s; x=a15; s=b17*x+s; x=a16; s=b16*x+s
                    x=a17; s=b15*x+s; x=a18; s=b14*x+s; s=(((m18<<1)+m13<<6)-m15<<3)+s; s=c[12]*k+s
                    d[12]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b15*x+s; x=a14; s=b19*x+s; x=a15; s=b18*x+s; x=a16; s=b17*x+s; x=a17; s=b16*x+s
                    x=a19; s=b14*x+s; s=(((m19<<1)+m14<<6)-m16<<3)+s; s=c[13]*k+s; d[13]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    s=b15*x+s; x=a15; s=b19*x+s; x=a16; s=b18*x+s; x=a17; s=b17*x+s; x=a18; s=b16*x+s
                    s=((m15<<6)-m17<<3)+s; s=c[14]*k+s; s=s-(q<<10); d[14]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b17*x+s; x=a16; s=b19*x+s; x=a17; s=b18*x+s; x=a19; s=b16*x+s; s=((m16<<6)-m18<<3)+s
                    s=c[15]*k+s; d[15]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b17*x+s; x=a17; s=b19*x+s; x=a18; s=b18*x+s; s=((m17<<6)-m19<<3)+s; s=c[16]*k+s
                    d[16]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=b19*x+s; x=a19; s=b18*x+s; s=(m18<<9)+s; s=c[17]*k+s; s=s+(q<<3); d[17]=(s&8191)-4096
                    s=(s>>13&mask)+round_
                    s=b19*x+s; s=(m19<<9)+s; s=c[18]*k+s; d[18]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=c[19]*k+s; s=s-(q<<9); d[19]=s-top-4096
                    p = ptr16(int(p) + 12)
                while True:
                    if p[0] != 3:
                        break
                    a = ptr32(base + p[2])
                    d = ptr32(base + p[1])
                    c = ptr32(base + p[4])
                    s = p[5] - 64
                    d[0]=c[0]*s+a[0]; d[1]=c[1]*s+a[1]; d[2]=c[2]*s+a[2]; d[3]=c[3]*s+a[3]; d[4]=c[4]*s+a[4]
                    d[5]=c[5]*s+a[5]; d[6]=c[6]*s+a[6]; d[7]=c[7]*s+a[7]; d[8]=c[8]*s+a[8]; d[9]=c[9]*s+a[9]
                    d[10]=c[10]*s+a[10]; d[11]=c[11]*s+a[11]; d[12]=c[12]*s+a[12]; d[13]=c[13]*s+a[13]
                    d[14]=c[14]*s+a[14]; d[15]=c[15]*s+a[15]; d[16]=c[16]*s+a[16]; d[17]=c[17]*s+a[17]
                    d[18]=c[18]*s+a[18]; d[19]=c[19]*s+a[19]
                    p = ptr16(int(p) + 12)
                while True:
                    if p[0] != 5:
                        break
                    a = ptr32(base + p[2])
                    d = ptr32(base + p[1])
                    b = ptr32(base + p[3])
                    c = ptr32(base + p[4])
                    s=a[0]; x=c[0]; d[0]=s+x; b[0]=s-x; s=a[1]; x=c[1]; d[1]=s+x; b[1]=s-x
                    s=a[2]; x=c[2]; d[2]=s+x; b[2]=s-x; s=a[3]; x=c[3]; d[3]=s+x; b[3]=s-x
                    s=a[4]; x=c[4]; d[4]=s+x; b[4]=s-x; s=a[5]; x=c[5]; d[5]=s+x; b[5]=s-x
                    s=a[6]; x=c[6]; d[6]=s+x; b[6]=s-x; s=a[7]; x=c[7]; d[7]=s+x; b[7]=s-x
                    s=a[8]; x=c[8]; d[8]=s+x; b[8]=s-x; s=a[9]; x=c[9]; d[9]=s+x; b[9]=s-x
                    s=a[10]; x=c[10]; d[10]=s+x; b[10]=s-x; s=a[11]; x=c[11]; d[11]=s+x; b[11]=s-x
                    s=a[12]; x=c[12]; d[12]=s+x; b[12]=s-x; s=a[13]; x=c[13]; d[13]=s+x; b[13]=s-x
                    s=a[14]; x=c[14]; d[14]=s+x; b[14]=s-x; s=a[15]; x=c[15]; d[15]=s+x; b[15]=s-x
                    s=a[16]; x=c[16]; d[16]=s+x; b[16]=s-x; s=a[17]; x=c[17]; d[17]=s+x; b[17]=s-x
                    s=a[18]; x=c[18]; d[18]=s+x; b[18]=s-x; s=a[19]; x=c[19]; d[19]=s+x; b[19]=s-x
                    p = ptr16(int(p) + 12)
                while True:
                    if p[0] != 4:
                        break
                    a = ptr32(base + p[2])
                    d = ptr32(base + p[1])
                    c = ptr32(base + p[4])
                    k = p[5] - 64
                    q = ((c[19] * k + top + 256 >> 9) & 0x7fffff) - (1 << 22)
                    s = top + 4096
                    x = k
                    s=c[0]*x+s; s=s+q; d[0]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[1]*x+s; d[1]=(s&8191)-4096
                    s=(s>>13&mask)+round_; s=c[2]*x+s; d[2]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[3]*x+s
                    d[3]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[4]*x+s; d[4]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=c[5]*x+s; d[5]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[6]*x+s; d[6]=(s&8191)-4096
                    s=(s>>13&mask)+round_; s=c[7]*x+s; s=s-(q<<5); d[7]=(s&8191)-4096; s=(s>>13&mask)+round_
                    s=c[8]*x+s; d[8]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[9]*x+s; d[9]=(s&8191)-4096
                    s=(s>>13&mask)+round_; s=c[10]*x+s; d[10]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[11]*x+s
                    d[11]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[12]*x+s; d[12]=(s&8191)-4096
                    s=(s>>13&mask)+round_; s=c[13]*x+s; d[13]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[14]*x+s
                    s=s-(q<<10); d[14]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[15]*x+s; d[15]=(s&8191)-4096
                    s=(s>>13&mask)+round_; s=c[16]*x+s; d[16]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[17]*x+s
                    s=s+(q<<3); d[17]=(s&8191)-4096; s=(s>>13&mask)+round_; s=c[18]*x+s; d[18]=(s&8191)-4096
                    s=(s>>13&mask)+round_; s=c[19]*x+s; s=s-(q<<9); d[19]=s-top-4096
                    p = ptr16(int(p) + 12)
