# UTF-8 as RFC 3629 has it. MicroPython itself lets over-long forms, surrogates and values above U+10FFFF pass,
# and a text with two byte forms has two hashes: signed content must have one.

import micropython


def text(data):
    """`data` (bytes or memoryview) as a str. ValueError if it is not UTF-8."""
    if len(data) and not _valid(data, len(data)):
        raise ValueError("not UTF-8")
    return str(data, "utf-8")


@micropython.viper
def _valid(data: ptr8, count: int) -> int:
    at = 0
    while at < count:
        lead = data[at]
        at += 1
        if lead < 0x80:
            continue
        low = 0x80
        high = 0xBF
        if lead < 0xC2:
            return 0
        if lead < 0xE0:
            more = 1
        elif lead < 0xF0:
            more = 2
            if lead == 0xE0:
                low = 0xA0  # shorter forms exist below
            elif lead == 0xED:
                high = 0x9F  # surrogates above
        elif lead < 0xF5:
            more = 3
            if lead == 0xF0:
                low = 0x90  # shorter forms exist below
            elif lead == 0xF4:
                high = 0x8F  # beyond U+10FFFF
        else:
            return 0
        if at + more > count:
            return 0
        while more:
            follow = data[at]
            if follow < low or follow > high:
                return 0
            low = 0x80
            high = 0xBF
            at += 1
            more -= 1
    return 1
