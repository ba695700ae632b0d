# Runs first on every board, and must return: USB does not exist before it has.
#
# Byte 0x03 on the port is data of a frame here, never a request to stop the program. Until the first line has been
# executed it is one, and MicroPython would then leave main.py out and offer its prompt.

import micropython

try:
    micropython.kbd_intr(-1)
    for _ in (0,):
        pass  # an interrupt that came before is raised here, at the latest
except KeyboardInterrupt:
    pass  # and means nothing
