"""The supervisor's side of a scanner's journal: collect, verify, read, export.

Written apart from the firmware's `scanner/journal`, from the same description of the bytes; the tests hold the two
against each other.
"""
