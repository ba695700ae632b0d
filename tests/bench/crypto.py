"""What a signature costs: milliseconds and memory on MicroPython, beside OpenSSL in the same run.

    python -m bench.crypto          (in tests/; GATEPOST_MICROPYTHON32 adds the 32-bit interpreter)

OpenSSL is called through `cryptography`, from numbers and bytes to an answer, as the scanner is. The rows named
"big integers" verify P-256 the plain way (prime_curve.py), which the limbs replace. Heap is what one call allocates,
with the collector off; the last lines are paid once. Times are the least of several runs; nothing is asserted.
Instructions on a 32-bit microcontroller, with what is asked of them: bench/mcu.py.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.trust import interpreters

MESSAGE = b"Signature1" * 40
RUNS = 5

ONCE = """
import gc, time
def spent(call):
    gc.collect()
    before, start = gc.mem_alloc(), time.ticks_us()
    kept = call()
    us = time.ticks_diff(time.ticks_us(), start)
    gc.collect()
    return us, gc.mem_alloc() - before
def load():
    from scanner.crypto import p256
result = [spent(load)]
from scanner.crypto import p256, p384, rsa, sha384
p256.verify(x, y, d, s)
result.append(spent(lambda: p256.table(x, y)))
"""
EACH = """
import gc, time
from scanner.crypto import p256, p384, prime_curve, rsa, sha384
call = lambda: %s
if not call():
    raise ValueError("refused")
times = []
for _ in range(runs):
    gc.collect()
    start = time.ticks_us()
    call()
    times.append(time.ticks_diff(time.ticks_us(), start))
gc.collect()
gc.disable()
before = gc.mem_alloc()
call()
heap = gc.mem_alloc() - before
gc.enable()
result = min(times), heap
"""


def curve(named: ec.EllipticCurve, digest: bytes, hash_: Any) -> tuple[dict[str, Any], Callable[[], None]]:
    """A key and a signature as the scanner holds them, and OpenSSL's way to the same answer."""
    private = ec.generate_private_key(named)
    size = named.key_size // 8
    numbers = private.public_key().public_numbers()
    ecdsa = ec.ECDSA(Prehashed(hash_))
    r, s = decode_dss_signature(private.sign(digest, ecdsa))

    def openssl() -> None:
        key = ec.EllipticCurvePublicNumbers(numbers.x, numbers.y, named).public_key()
        key.verify(encode_dss_signature(r, s), digest, ecdsa)

    x, y, r_, s_ = (value.to_bytes(size, "big") for value in (numbers.x, numbers.y, r, s))
    return {"x": x, "y": y, "d": digest, "s": r_ + s_}, openssl


PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)


def modulus(
    bits: int, digest: bytes, scheme: padding.AsymmetricPadding = PSS
) -> tuple[dict[str, Any], Callable[[], None]]:
    private = rsa.generate_private_key(65537, bits)
    numbers = private.public_key().public_numbers()
    signature = private.sign(digest, scheme, Prehashed(hashes.SHA256()))

    def openssl() -> None:
        key = rsa.RSAPublicNumbers(numbers.e, numbers.n).public_key()
        key.verify(signature, digest, scheme, Prehashed(hashes.SHA256()))

    n = numbers.n.to_bytes(bits // 8, "big")
    return {"n": n, "e": numbers.e, "d": digest, "s": signature}, openssl


def least(call: Callable[[], None]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    sha256, sha384 = hashlib.sha256(MESSAGE).digest(), hashlib.sha384(MESSAGE).digest()
    p256, by_p256 = curve(ec.SECP256R1(), sha256, hashes.SHA256())
    p384, by_p384 = curve(ec.SECP384R1(), sha384, hashes.SHA384())
    rsa2048, by_2048 = modulus(2048, sha256)
    rsa4096, by_4096 = modulus(4096, sha256)
    data = {"data": MESSAGE}
    rows: list[tuple[str, str, dict[str, Any], Callable[[], Any]]] = [
        ("ES256, any key", "p256.verify(x, y, d, s)", p256, by_p256),
        ("ES256, key with a table", "p256.verify(x, y, d, s, table)", p256, by_p256),
        ("ES256, big integers", "p256._CURVE.verify(x, y, d, s)", p256, by_p256),
        ("ES384", "p384.verify(x, y, d, s)", p384, by_p384),
        ("PS256, 2048 bits", "rsa.verify_pss(n, e, d, s)", rsa2048, by_2048),
        (
            "PKCS #1 v1.5, 2048 bits",
            "rsa.verify_pkcs1(n, e, d, s)",
            *modulus(2048, sha256, padding.PKCS1v15()),
        ),
        ("PS256, 4096 bits", "rsa.verify_pss(n, e, d, s)", rsa4096, by_4096),
        ("SHA-384, 400 bytes", "sha384.digest(data)", data, lambda: hashlib.sha384(MESSAGE).digest()),
    ]
    devices = interpreters()
    once = [device.run(ONCE, **p256) for device in devices]
    print(f"{'':<24}{'OpenSSL ms':>12}" + "".join(f"{d.name + ' ms':>12}{'heap KB':>10}" for d in devices))
    for name, call, values, openssl in rows:
        line = f"{name:<24}{1e3 * least(openssl):>12.3f}"
        for device in devices:
            table = device.call("scanner.crypto.p256:table", p256["x"], p256["y"]) if "table" in call else b""
            us, heap = device.run(EACH % call, table=table, runs=RUNS, **values)
            line += f"{us / 1e3:>12.2f}{heap / 1024:>10.1f}"
        print(line)
    for i, name in enumerate(("compile and load P-256", "make a key's table")):
        print(f"{name:<24}{'':>12}" + "".join(f"{o[i][0] / 1e3:>12.2f}{o[i][1] / 1024:>10.1f}" for o in once))
    for device in devices:
        device.close()


if __name__ == "__main__":
    main()
