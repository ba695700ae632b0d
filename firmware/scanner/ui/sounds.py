# What each verdict sounds like: (frequency in Hz, duration in ms) one after the other, 0 Hz is silence.
#
# Told apart by rhythm alone, for a buzzer of one pitch, a guard hard of hearing at some frequency, or a noisy hall:
# PASS is one long tone, CHECK three even ones, REFUSE five hurried ones and a long end. Pitch only adds to it.

PASS = ((1760, 280),)
CHECK = ((1175, 120), (0, 120), (1175, 120), (0, 120), (1175, 120))
REFUSE = ((880, 60), (0, 50), (880, 60), (0, 50), (880, 60), (0, 50), (880, 60), (0, 50), (440, 450))

# By verdict number.
VERDICTS = (PASS, CHECK, REFUSE)

SEEN = ((2637, 25),)  # a code was read, the check begins
FAULT = ((330, 700),)


def length(tones):
    """Milliseconds of a pattern."""
    return sum(tone[1] for tone in tones)
