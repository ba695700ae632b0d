# Colours of the screens: RGB565 as framebuf stores it, and the ink that reads on each of them.
#
# The three verdicts differ in hue for an eye that lacks red or green cones (blue-green, amber, vermilion after the
# palette of Okabe and Ito) and in lightness for one that lacks both; tests/unit/test_ui_colours.py computes it.
# Contrast is that of WCAG 2.2, section 1.4.3: at least 4.5 to 1 for text.

from micropython import const


def rgb(red, green, blue):
    """8-bit red, green, blue to RGB565."""
    return (red & 0xF8) << 8 | (green & 0xFC) << 3 | blue >> 3


BLACK = rgb(0, 0, 0)
WHITE = rgb(255, 255, 255)
NIGHT = rgb(11, 25, 38)  # screens without a verdict
NIGHT_RAISED = rgb(32, 52, 70)
MIST = rgb(164, 184, 200)  # quiet text on NIGHT
ALARM = rgb(255, 140, 102)  # what is wrong, on NIGHT
CARD = rgb(255, 255, 255)
CARD_INK = rgb(16, 20, 28)
CARD_QUIET = rgb(70, 78, 92)
AMBER = rgb(247, 176, 0)
BANNER = rgb(96, 34, 140)  # violet is no verdict's colour: not for real use
BANNER_STRIPE = rgb(126, 62, 170)

# By verdict: PASS, CHECK, REFUSE.
VERDICTS = (rgb(0, 124, 112), AMBER, rgb(184, 52, 10))

_LINEAR = const(24)  # 2.4 times ten, the exponent of the sRGB curve


def luminance(colour):
    """Relative luminance (WCAG) of an RGB565 colour, 0.0 to 1.0."""
    total = 0.0
    for value, weight in (
        ((colour >> 11) / 31, 0.2126),
        ((colour >> 5 & 63) / 63, 0.7152),
        ((colour & 31) / 31, 0.0722),
    ):
        total += weight * (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** (_LINEAR / 10))
    return total


def contrast(one, other):
    """Contrast ratio of two RGB565 colours, 1.0 to 21.0."""
    a = luminance(one) + 0.05
    b = luminance(other) + 0.05
    return a / b if a > b else b / a


def ink_on(paper):
    """Black or white, whichever reads better on `paper`."""
    return WHITE if contrast(WHITE, paper) >= contrast(BLACK, paper) else BLACK


def mix(one, other, part):
    """`part` thirds of `other` in `one` (0 to 3), channel by channel."""
    rest = 3 - part
    red = ((one >> 11) * rest + (other >> 11) * part + 1) // 3
    green = ((one >> 5 & 63) * rest + (other >> 5 & 63) * part + 1) // 3
    blue = ((one & 31) * rest + (other & 31) * part + 1) // 3
    return red << 11 | green << 5 | blue
