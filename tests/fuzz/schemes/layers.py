"""A scheme as a stack of layers, from what is signed to the text of the code; and cases as changes to its layers.

A case starts from a seed at some layer. At each layer from there outwards its changes are made, and then the layer is
wrapped into the next, so that everything around a change is whole. A case is a few numbers, and comes again from them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Flaws = set[str]


@dataclass(frozen=True)
class Layer:
    """change(value, draw) -> value; wrap(value, draw or None, flaws) -> the next layer's value."""

    name: str
    change: Callable[[Any, random.Random], Any]
    wrap: Callable[[Any, random.Random | None, Flaws], Any]
    weight: int = 1


@dataclass(frozen=True)
class Seed:
    name: str
    layer: str
    value: Any = field(repr=False)
    now: int


@dataclass(frozen=True)
class Genome:
    """seed: its number; changes: (layer, number of the draw); quirk: 0, or the draw of an odd but right encoding."""

    seed: int
    changes: tuple[tuple[str, int], ...] = ()
    quirk: int = 0


@dataclass(frozen=True)
class Case:
    """frames: texts of the codes; flaws: of what is signed, which no reader may overlook."""

    genome: Genome
    frames: tuple[bytes, ...]
    now: int
    flaws: frozenset[str]


@dataclass(frozen=True)
class Scheme:
    """genuine(frames) -> signed content, ValueError where no trusted key signed it; check(content, now)
    raises Malformed where something is malformed in content that passed. Both are written apart from the firmware."""

    name: str
    layers: tuple[Layer, ...]
    seeds: tuple[Seed, ...]
    keys: list[dict[str, Any]]
    genuine: Callable[[tuple[bytes, ...]], Any]
    check: Callable[[Any, int], None]
    reading: tuple[tuple[Any, ...], ...] = ()

    def build(self, genome: Genome) -> Case:
        """The case that a genome stands for."""
        seed = self.seeds[genome.seed]
        names = [layer.name for layer in self.layers]
        value = seed.value
        flaws: Flaws = set()
        quirk = random.Random(genome.quirk) if genome.quirk else None
        for layer in self.layers[names.index(seed.layer) :]:
            for name, number in genome.changes:
                if name == layer.name:
                    value = layer.change(value, random.Random(number))
                    # A changed encoding may have lost its flaw.
                    if isinstance(value, dict) and isinstance(value.get("content"), bytes):
                        flaws.clear()
            value = layer.wrap(value, quirk, flaws)
        return Case(genome, tuple(value), seed.now, frozenset(flaws))

    def fresh(self, draw: random.Random) -> Genome:
        """A seed with a change."""
        return self.child(Genome(draw.randrange(len(self.seeds))), draw)

    def child(self, parent: Genome, draw: random.Random) -> Genome:
        """The parent with a change or some more, now and then with one less."""
        names = [layer.name for layer in self.layers]
        usable = self.layers[names.index(self.seeds[parent.seed].layer) :]
        changes = list(parent.changes)
        if changes and (len(changes) > 8 or draw.random() < 0.15):
            del changes[draw.randrange(len(changes))]
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            layer = draw.choices(usable, [each.weight for each in usable])[0]
            changes.append((layer.name, draw.randrange(1 << 48)))
        quirk = draw.randrange(1, 1 << 32) if draw.random() < 0.05 else parent.quirk
        return Genome(parent.seed, tuple(changes), quirk)


def signature(key: Any, message: bytes, wide: bool | None = None) -> bytes:
    """Raw ECDSA as COSE and JOSE have it, the same in every run; RSA-PSS of an RSA key."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    big = key.curve.name == "secp384r1"
    chosen: Any = hashes.SHA384() if (big if wide is None else wide) else hashes.SHA256()
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(chosen, deterministic_signing=True)))
    size = 48 if big else 32
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def public_key(record: dict[str, Any]) -> Any:
    """The key of a record of the trust list."""
    if record["kind"] == "RSA":
        return rsa.RSAPublicNumbers(record["e"], int.from_bytes(record["n"], "big")).public_key()
    curve = ec.SECP256R1() if record["kind"] == "P-256" else ec.SECP384R1()
    x, y = int.from_bytes(record["x"], "big"), int.from_bytes(record["y"], "big")
    return ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
