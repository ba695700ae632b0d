"""From HC1 text to verdict on the emulated core: signers, times and envelopes of the unit tests, run there too.

How to have a core: the docstring of test_mcu_machine.py.
"""

from unit.test_hc1_envelope import *  # noqa: F403 - each test there, with the fixture `mp` of this folder
from unit.test_hc1_signer import *  # noqa: F403
from unit.test_hc1_times import *  # noqa: F403
