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
        self._chunk = memoryview(bytearray(_CHUNK))
        self._at = self._end = 0  # what of the chunk is still to be looked at
        self._out = None
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
            if self._out is not None and not self._send(self._out):
                if ticks_diff(ticks_ms(), self._moved) > _GAP_MS:
                    return
                continue
            if self._at == self._end:
                if room <= 0:
                    return
                if not self._read():
                    if not self._receiver.under_way or ticks_diff(ticks_ms(), self._heard) > _GAP_MS:
                        return
                    continue
                room -= self._end
            taken, message = self._receiver.feed(self._chunk, self._at, self._end)
            self._at += taken
            if message is not None:
                self._out = memoryview(frames.build(self._serve(message)))
                began = self._moved = ticks_ms()  # what a request takes is not the answer's time

    def quiet(self, milliseconds):
        """Whether no answer is under way, and none was for so long."""
        return self._out is None and ticks_diff(ticks_ms(), self._moved) >= milliseconds

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
            self._out = None
            self.dropped_answers += 1
        return self._out is None

    def _serve(self, message):
        number = None
        try:
            number, method, params, token = messages.read_request(message)
            if method not in self._methods:
                raise LinkError("unknown_method", method[:40])
            if self._gate is not None:
                self._gate.check(method, token)
            reply = messages.answer(number, self._methods[method](params))
            if len(reply) > frames.MAX_MESSAGE:
                raise LinkError("too_long", "the answer does not fit in a frame")
            return reply
        except LinkError as error:
            return messages.failure(number, error.code, error.message)
        except OSError as error:
            self._fault(error)
            return messages.failure(number, "flash_failed", str(error))
        except Exception as error:  # noqa: BLE001 - the edge: a fault in a method must not stop the scanner
            self._fault(error)
            return messages.failure(number, "internal_fault", type(error).__name__)
