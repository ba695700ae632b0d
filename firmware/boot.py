# Runs first on every board, and must return: USB does not exist before it has.
#
# Byte 0x03 on the port is data of a frame here, never a request to stop the program.

import micropython

micropython.kbd_intr(-1)
