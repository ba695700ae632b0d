"""What the tests share: a resident MicroPython interpreter and the values that travel to it."""
