# An answer that is longer than a message: it comes in pieces, one request for all of them.
#
# Each is an answer {id, more, piece, result} under the request's id: `result` is a byte string, `piece` counts from 0,
# and `more` says whether another one follows. A host that misses a number has lost a piece; one that asks for something
# else gets no more of them. The source writes its bytes where they will be sent from, behind a head that is made once
# and differs by one byte from piece to piece: a piece costs its bytes and little else.

from struct import pack_into

from micropython import const

from scanner.codec import cbor

MOST = const(256)  # pieces of one answer: the last number still takes one byte behind its head
_LONGER = const(24)  # the first number that has a head
_BYTES = const(0x59)  # a byte string whose length takes two bytes, which is the shortest form from 256 on
_SHORT = const(256)
_RESULT = const(7)  # bytes of the key "result"


class Pieces:
    """`fill(view)` writes the next bytes and returns how many, 0 at the end. most: pieces, 1 to MOST."""

    def __init__(self, fill, most):
        self._fill = fill
        self._most = most
        self._number = 0
        self._head = bytearray()

    def answer(self, request, view):
        """Write the next answer to `request` into `view`: (its bytes, whether another one follows)."""
        number = self._number
        if number == 0 or number == _LONGER:
            self._head = bytearray(_encode(request, True, number, b"")[:-1])
        head = self._head
        start = len(head) + 3
        count = self._fill(view[start:])
        more = count > 0 and number + 1 < self._most
        self._number += 1
        if count < _SHORT or not more:
            last = _encode(request, more, number, bytes(view[start : start + count]))
            view[: len(last)] = last
            return len(last), more
        head[len(head) - _RESULT - 1] = number
        view[: len(head)] = head
        pack_into(">BH", view, start - 3, _BYTES, count)
        return start + count, more


def _encode(request, more, number, data):
    return cbor.encode({"id": request, "more": more, "piece": number, "result": data})
