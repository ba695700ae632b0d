"""The schemes that the fuzzer knows, by the names of its command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fuzz.schemes import hc1, israel, ith1, shc, vdsnc
from fuzz.schemes.layers import Scheme

SCHEMES: dict[str, Callable[[Path | None], Scheme]] = {
    "hc1": hc1.scheme,
    "shc": shc.scheme,
    "vdsnc": vdsnc.scheme,
    "israel": israel.scheme,
    "ith1": ith1.travel,
    "status": ith1.status,
}
