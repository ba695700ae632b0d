"""Withdrawn certificates: reading what issuers publish, and making the lists that scanners look them up in."""
