# The scanner's end of the cable: one request at a time, served between two frames of the camera.
#
# The port never blocks the scan. Bytes are taken as they come; an answer leaves in the pieces the port accepts, and
# while one is under way no further request is read. A USB port gives and takes some 64 bytes at a time: as long as a
# frame is on its way and moves, a turn stays with it for a few hundredths of a second, or each piece would wait for a
# frame of the camera. A host that stops reading loses its answer after a while (USB
# drivers may hang on a full pipe for ever), and the loss is counted.

from time import ticks_diff, ticks_ms

from micropython import const

from scanner.link import frames, messages
from scanner.link.messages import LinkError
from scanner.link.pieces import Pieces

_CHUNK = const(1024)  # bytes read at once
_ROOM = const(8192)  # bytes taken in one poll, so that a flood of them cannot starve the camera
_TURN_MS = const(40)  # and the time for a frame that moves, either way
_GAP_MS = const(4)  # without a byte, after which it does not move
_PATIENCE_MS = const(2000)  # an answer that makes no progress for this long is dropped


class Server:
    """`port` has non-blocking readinto(buffer) and write(view); `methods` maps names to functions of (params); `fault`
    is told of exceptions that no method should raise; `gate` says who may ask for what (None: everybody everything).
    """

    def __init__(self, port, methods, fault, gate=None):
        self._port = port
        self._methods = methods
        self._fault = fault
        self._gate = gate
        self._receiver = frames.Receiver()
        self._sender = frames.Sender()
        self._chunk = memoryview(bytearray(_CHUNK))
        self._at = self._end = 0  # what of the chunk is still to be looked at
        self._out = None
        self._pieces = None  # of an answer that comes in several
        self._number = 0  # the request that they answer
        self._moved = ticks_ms()  # when the answer last made progress
        self._heard = self._moved  # when the last byte came
        self.dropped_answers = 0

    def poll(self):
        """Move what can be moved without waiting. Never raises for what the host sent."""
        if self._gate is not None:
            self._gate.tick()
        began = ticks_ms()
        room = _ROOM
        while ticks_diff(ticks_ms(), began) < _TURN_MS:
            if self._out is None and self._at == self._end:
                if room <= 0:
                    return
                if self._read():
                    room -= self._end
                elif self._pieces is not None:
                    self._out = self._next_piece()
                    self._moved = ticks_ms()
                elif not self._receiver.under_way or ticks_diff(ticks_ms(), self._heard) > _GAP_MS:
                    return
                else:
                    continue
            if self._out is not None:
                if not self._send(self._out) and ticks_diff(ticks_ms(), self._moved) > _GAP_MS:
                    return
                continue
            taken, message = self._receiver.feed(self._chunk, self._at, self._end)
            self._at += taken
            if message is not None:
                self._pieces = None  # whoever asks for something else has no use for the rest
                self._out = self._serve(message)
                began = self._moved = ticks_ms()  # what a request takes is not the answer's time

    @property
    def busy(self):
        """Whether an answer is under way."""
        return self._out is not None or self._pieces is not None

    def quiet(self, milliseconds):
        """Whether no answer is under way, and none was for so long."""
        return not self.busy and ticks_diff(ticks_ms(), self._moved) >= milliseconds

    def counters(self):
        """What was lost on this link since the start."""
        return {
            "discarded_bytes": self._receiver.discarded_bytes,
            "discarded_frames": self._receiver.discarded_frames,
            "dropped_answers": self.dropped_answers,
        }

    def _read(self):
        count = self._port.readinto(self._chunk)
        self._at = 0
        self._end = count or 0
        if count:
            self._heard = ticks_ms()
        return self._end > 0

    def _send(self, left):
        """Push out what is left of the answer; returns whether it is gone."""
        sent = self._port.write(left) or 0
        if sent:
            self._moved = ticks_ms()
        self._out = left[sent:] if sent < len(left) else None
        if self._out is not None and ticks_diff(ticks_ms(), self._moved) > _PATIENCE_MS:
            self._out = self._pieces = None
            self.dropped_answers += 1
        return self._out is None

    def _serve(self, message):
        # The frame of the answer, or of its first piece.
        number = None
        try:
            number, method, params, token = messages.read_request(message)
            if method not in self._methods:
                raise LinkError("unknown_method", method[:40])
            if self._gate is not None:
                self._gate.check(method, token)
            result = self._methods[method](params)
            if isinstance(result, Pieces):
                self._pieces, self._number = result, number
                return self._next_piece()
            return self._answer(number, messages.answer(number, result))
        except Exception as error:  # noqa: BLE001 - the edge: a fault in a method must not stop the scanner
            return self._failure(number, error)

    def _next_piece(self):
        try:
            length, more = self._pieces.answer(self._number, self._sender.message)
        except Exception as error:  # noqa: BLE001 - as above
            self._pieces = None
            return self._failure(self._number, error)
        if not more:
            self._pieces = None
        return self._sender.seal(length)

    def _answer(self, number, reply):
        if len(reply) > frames.MAX_MESSAGE:
            reply = messages.failure(number, "too_long", "the answer does not fit in a frame")
        return self._sender.build(reply)

    def _failure(self, number, error):
        if isinstance(error, LinkError):
            code, message = error.code, error.message
        else:
            self._fault(error)
            code = "flash_failed" if isinstance(error, OSError) else "internal_fault"
            message = str(error) if isinstance(error, OSError) else type(error).__name__
        return self._answer(number, messages.failure(number, code, message))
