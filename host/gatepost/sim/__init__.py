"""The virtual scanner: the same firmware in a process on this computer."""

from gatepost.sim.scan import NO_CODE, Scan
from gatepost.sim.scanner import VirtualScanner

__all__ = ["NO_CODE", "Scan", "VirtualScanner"]
