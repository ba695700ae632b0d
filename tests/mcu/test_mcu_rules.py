"""Rules on the emulated core: CertLogic, the EU's rules, and one policy for every scheme, by the unit tests' cases.

How to have a core: the docstring of test_mcu_machine.py.
"""

from unit.test_certlogic import (  # noqa: F401
    test_a_reduce_inside_a_reduce_has_its_own_data,
    test_and_stops_at_the_first_falsy_operand,
    test_one_is_not_true,
    test_steps_are_bounded,
    test_the_calendar_is_javascript_s,
    test_what_has_no_value_raises,
)
from unit.test_eu_rules import *  # noqa: F403 - each test there, with the fixture `mp` of this folder
from unit.test_holders import *  # noqa: F403
from unit.test_one_policy import *  # noqa: F403
from unit.test_together import *  # noqa: F403
