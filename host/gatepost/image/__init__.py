"""A board's whole flash as one file: MicroPython, a partition table, the firmware, and what it trusts."""
