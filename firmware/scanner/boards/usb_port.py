# The USB serial port of boards whose console it is: frames travel over standard input and output.
#
# MicroPython's stdin blocks until all that was asked for is there, so bytes are taken one at a time while poll() says
# that there is one. stdout waits for half a second when the pipe is full and then drops, and on an ESP32 poll() says
# that it would be taken all the same. So little is written at once, and what was not taken whole is a host that does
# not read: he is left alone for a while, or the camera would wait for him. main.py has made 0x03 a byte like any other.
#
# The stubs are the unix port's:
# pyright: reportMissingImports=false, reportCallIssue=false, reportAttributeAccessIssue=false

import select
import sys
from time import sleep_ms, ticks_diff, ticks_ms

from micropython import const

_PACKET = const(64)  # bytes of a full-speed USB packet
_LEFT_ALONE_MS = const(1000)  # less than the server's patience, so that he gets another chance


class UsbPort:
    """Non-blocking, like every board's `serial`."""

    # Requests under way: the driver holds some hundred bytes, and nobody has seen yet what happens beyond them.
    window = 1

    def __init__(self):
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._one = bytearray(1)
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)
        self._stuck = None  # since when the host does not read

    def readinto(self, buffer):
        """Bytes read, or None where there are none."""
        # A byte costs what these few lines cost, so they hold everything in locals.
        count = 0
        room = len(buffer)
        one = self._one
        poll = self._readable.ipoll
        read = self._in.readinto
        while count < room and next(poll(0), None):
            if not read(one):
                break
            buffer[count] = one[0]
            count += 1
        return count or None

    def write(self, data):
        """Bytes taken, or None where the host does not drain the port."""
        if self._stuck is not None:
            if ticks_diff(ticks_ms(), self._stuck) < _LEFT_ALONE_MS:
                return None
            self._stuck = None
        for _ in self._writable.ipoll(0):
            packet = data[:_PACKET]
            sent = self._out.write(packet)
            if (sent or 0) < len(packet):
                self._stuck = ticks_ms()
            return sent
        return None

    def wait(self, milliseconds):
        """Whether a byte is there, waiting so long for it, and all of that where the host does not read."""
        if milliseconds and self._stuck is not None:
            sleep_ms(milliseconds)
            milliseconds = 0
        for _ in self._readable.ipoll(milliseconds):
            return True
        return False
