"""What programs in C take for the same work, measured on the same emulated core: constants to print beside ours.

Core: QEMU's mps2-an385, instructions counted as here. C: arm-none-eabi-gcc 12.2, -O2 -mcpu=cortex-m3 -mthumb, newlib;
quirc 927d680, micro-ecc 541b3a7, mbedTLS 3.6.6, BearSSL 0.6, P256-Cortex-M4 ecd3ec2 (UMAAL: needs a Cortex-M4). Their
results were checked. quirc computes in double, in software on this core; with an FPU (Cortex-M4F in float, M7 in
double) it takes far less, so both are given. Frames: 640x480, version 13 at 5.0 and 18 at 4.35 pixels a module.
None of the C programs uses tables of a known key.
"""

from __future__ import annotations

from typing import NamedTuple


class Baseline(NamedTuple):
    """Million instructions of one program; `where` says on what other core, if so."""

    name: str
    millions: float
    where: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.millions:.4g} M" + (f" ({self.where})" if self.where else "")


BASELINES: dict[str, tuple[Baseline, ...]] = {
    "version 13": (
        Baseline("quirc", 605.7),
        Baseline("quirc", 54.9, "M4F, float"),
        Baseline("quirc", 32.8, "M7, double"),
    ),
    "version 18": (
        Baseline("quirc", 919.1),
        Baseline("quirc", 77.3, "M4F, float"),
        Baseline("quirc", 43.8, "M7, double"),
    ),
    "texture": (Baseline("quirc", 14.30),),
    "blank": (Baseline("quirc", 15.41),),
    "P-256, new key": (
        Baseline("micro-ecc C", 10.97),
        Baseline("micro-ecc assembler", 5.29),
        Baseline("mbedTLS", 18.45),
        Baseline("BearSSL m31", 12.18),
        Baseline("P256-Cortex-M4", 0.68, "M4"),
    ),
    "RSA-2048, PKCS #1 v1.5": (Baseline("BearSSL i31", 3.12), Baseline("mbedTLS, first call", 3.67)),
}
# Million instructions asked for at most.
TARGETS: dict[str, float] = {
    "version 13": 9,
    "version 18": 13,
    "texture": 4,
    "blank": 4,
    "no code": 4,  # each single frame
    "unreadable": 60,
    "P-256, new key": 14,
    "P-256, known key": 6.5,
    "RSA-2048, PSS": 12,
    "RSA-2048, PKCS #1 v1.5": 12,
    "HC1 text to verdict, new key": 20,
    "HC1 text to verdict, known key": 12,
    "frame to verdict, new key": 33,
    "frame to verdict, known key": 25,
}
