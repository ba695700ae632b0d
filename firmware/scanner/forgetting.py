# Zeros over all of the heap that nobody uses: what a certificate left there must not be found later.
#
# MicroPython's garbage collector gives memory back as it is, with names and dates in it, until something else is put
# there. So after each traveller the free heap is filled once with new bytearrays, which come zeroed, from large ones
# to the smallest, and given back. Not more than was free is taken: a port whose heap can grow is not made to.

import gc

from micropython import const

_LARGEST = const(65536)
_SMALLEST = const(8)  # bytes, with a header: no free block is smaller


def scrub():
    """Collect the garbage, and overwrite all that is free then."""
    gc.collect()
    # No collection in between: each failing allocation would cause one.
    gc.disable()
    try:
        held = _fill(gc.mem_free())
    finally:
        gc.enable()
    del held
    gc.collect()


def _fill(left):
    # A chain, because a list would need ever larger pieces for itself.
    held = None
    size = _LARGEST
    while size >= _SMALLEST and left > 0:
        try:
            held = (bytearray(size), held)
            left -= size
        except MemoryError:
            size >>= 1
    return held
