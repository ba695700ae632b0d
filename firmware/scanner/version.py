# The firmware's version, as the hello of the link and the start screen say it.

VERSION = "0.1.0"
