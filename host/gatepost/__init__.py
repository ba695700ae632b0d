"""Gatepost's host tools: issue, trust, provision, simulate and read out checkpoint scanners."""

__version__ = "0.1.0"
