"""What a scan costs, from picture to verdict: time a stage beside quirc and OpenSSL, and the heap it takes.

    python tests/bench/pipeline.py

Frames are 640x480 photographs of certificates whose code is version 18 (89 modules), the commonest size of EU
certificates, as the demonstration takes them. The virtual scanner judges each several times; the fastest counts, as
it does for the peers (quirc through pyquirc, OpenSSL through cryptography) on the same frames and signatures in the
same run. The heap is the smallest with which a freshly started scanner still gives the right verdict on every
frame; it holds the whole firmware compiled from source, the frame, and the screen.
"""

from __future__ import annotations

import hashlib
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import segno
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.demo.photos import Camera, Pose, on_paper, on_phone, photograph
from gatepost.errors import GatepostError
from gatepost.issue.hc1 import issue_hc1, key_id, signature_of
from gatepost.issue.samples import sample
from gatepost.keys.issuer import Issuer, new_issuer
from gatepost.policy.bundle import build_policy, find_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from gatepost.sim import VirtualScanner
from gatepost.sim.interpreter import find_micropython
from gatepost.trust.bundle import build_bundle
from gatepost.trust.certificate import record_from_certificate
from gatepost.trust.signing import point
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.interpreter import Interpreter

ROUNDS = 7
VERSION = 18
POSES = (
    (on_phone, Pose(turn=2, height=1.2), Camera(0.5, 2, 0.1)),
    (on_phone, Pose(turn=-9, lean=0.05, height=1.1), Camera(0.6, 3, 0.2)),
    (on_phone, Pose(turn=14, lean=0.08, yaw=0.05, height=1.1), Camera(0.7, 3, 0.3)),
    (on_paper, Pose(turn=-3, height=1.1), Camera(0.6, 2, 0.2)),
    (on_paper, Pose(turn=91, lean=0.04, height=1.05), Camera(0.8, 3, 0.3)),
    (on_paper, Pose(turn=6, lean=0.07, height=1.05), Camera(0.9, 4, 0.4)),
)
VERIFY = """
import time
from scanner.crypto import p256
best = 1 << 29
for _ in range(rounds):
    start = time.ticks_us()
    good = p256.verify(x, y, digest, signature)
    best = min(best, time.ticks_diff(time.ticks_us(), start))
if not good:
    raise ValueError("a good signature was refused")
result = best
"""


def fastest(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of the fastest of several runs."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def main() -> None:
    now = datetime.now(UTC)
    issuer = new_issuer(country="UT", demonstration=True)
    authority = ec.generate_private_key(ec.SECP256R1())
    record = record_from_certificate(issuer.dsc.public_bytes(Encoding.DER), source="DEMO")
    bundle = build_bundle([record], authority, 1, "DEMO", int(now.timestamp()))
    rules = compile_policy(read_source(find_policy("demonstration")))
    policy = build_policy(rules, authority, 1, "DEMO", int(now.timestamp()))
    trust = {"bundle": bundle, "policy": policy, "authority": point(authority.public_key())}
    text = certificate(issuer, now)
    frames = [
        photograph(subject(text), pose, camera, seed) for seed, (subject, pose, camera) in enumerate(POSES)
    ]
    print(f"{len(text)} characters, version {VERSION}, level Q, {len(frames)} frames of 640x480\n")
    stages(frames, trust)
    signatures(issuer)
    heap(frames, trust)


def certificate(issuer: Issuer, now: datetime) -> str:
    """A certificate whose code is of the version asked for: the holder's name grows until it is."""
    for length in range(1, 80):
        _, payload = sample("vaccination", now=now, country="UT", given="Anna" + "Bea" * length)
        begin = int(now.timestamp()) - 86400
        kid = key_id(issuer.dsc)
        text = issue_hc1(payload, issuer.dsc_key, kid, issuer="UT", issued=begin, expires=begin + 9 * 86400)
        if segno.make(text, error="q", boost_error=False).version == VERSION:
            return text
    raise SystemExit(f"no certificate of version {VERSION} could be made")


def stages(frames: list[Image.Image], trust: dict[str, bytes]) -> None:
    """One line a frame: our stages, then quirc's time and whether it read the code."""
    quirc = None
    if find_spec("quirc"):
        import quirc  # type: ignore[import-not-found]
    print("frame   find  decode  verify  draw   sum ms   verdict   quirc ms")
    sums = []
    with VirtualScanner(**trust) as scanner:
        for number, frame in enumerate(frames):
            scans = [scanner.show(frame) for _ in range(ROUNDS)]
            best = min(scans, key=lambda scan: sum(scan.ms.values()))
            read = best.ms["find"] + best.ms["decode"]
            sums.append(read)
            line = f"{number:>5} {best.ms['find']:>6.1f} {best.ms['decode']:>7.1f} {best.ms['verify']:>7.1f}"
            line += f" {best.ms['draw']:>5.1f} {sum(best.ms.values()):>8.1f}   {best.verdict or '-':<7}"
            if quirc is not None:
                texts = quirc.decode(frame)
                line += f" {fastest(lambda frame=frame: quirc.decode(frame)):>8.1f} {'read' if texts else 'not read'}"
            print(line)
    print(f"\nframe to text, median: {statistics.median(sums):.1f} ms (at most 60 asked)\n")


def signatures(issuer: Issuer) -> None:
    """One ES256 signature, verified by the firmware's own code and by OpenSSL."""
    key = issuer.dsc_key
    message = b"gatepost" * 50
    numbers = key.public_key().public_numbers()
    mine = Interpreter([str(each) for each in find_micropython(None)], "64-bit").run(
        VERIFY,
        x=numbers.x.to_bytes(32, "big"),
        y=numbers.y.to_bytes(32, "big"),
        digest=hashlib.sha256(message).digest(),
        signature=signature_of(key, message),
        rounds=ROUNDS,
    )
    der = key.sign(message, ec.ECDSA(hashes.SHA256()))
    public = key.public_key()
    theirs = fastest(lambda: public.verify(der, message, ec.ECDSA(hashes.SHA256())), 50)
    print(f"ES256, one signature: {mine / 1000:.1f} ms (at most 40 asked); OpenSSL {theirs:.2f} ms\n")


def heap(frames: list[Image.Image], trust: dict[str, bytes]) -> None:
    """Bisect the smallest heap, in KB, with which every frame still gets PASS."""

    def enough(size: int) -> bool:
        try:
            with VirtualScanner(**trust, heap=f"{size}K") as scanner:
                return all(scanner.show(frame).verdict == "PASS" for frame in frames)
        except GatepostError:
            return False

    low, high = 256, 4096
    while high - low > 16:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    print(f"smallest heap, frame to verdict: {high} KB (at most 1536 asked)")


if __name__ == "__main__":
    main()
