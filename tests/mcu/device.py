# Runs on the emulated core: takes a request from memory, has the tests' server answer it, counts instructions.
import gc

import core
import server
import uctypes

_MASK = 0x3FFFFFFF


def serve(request, size, place):
    """Answer the packed request at `request`; the packed answer goes to `place`. Its size, and ticks spent."""
    ticks = []
    do = server._do

    def counted(asked):
        gc.collect()
        start = core.ticks()
        try:
            return do(asked)
        finally:
            ticks.append((core.ticks() - start) & _MASK)

    server._do = counted
    try:
        out = server.answer(uctypes.bytearray_at(request, size))
    finally:
        server._do = do
    uctypes.bytearray_at(place, len(out))[:] = out
    return len(out), ticks[0] if ticks else 0
