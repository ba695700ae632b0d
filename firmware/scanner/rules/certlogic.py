# CertLogic 1.3.3 as a stack machine: expressions are compiled on a computer to a few bytes a step, and run here
# without recursion, within a number of steps and a depth of stack that no expression leaves.
#
# An instruction is a byte and its operands: indices of constants and distances are 16 bits, big-endian. What goes
# wrong raises, and an expression that raises has no value: its rule is open, neither kept nor broken.

from micropython import const

from scanner.rules import datetimes

STEPS = const(2000)  # of one rule; published rules take 30 at most
_DEPTH = const(24)  # values on the stack
_LOOPS = const(3)  # a reduce inside a reduce inside a reduce
_SAFE = const(1 << 53)  # integers of JavaScript, and so of rules, are smaller

# Instructions, in the order of the compiler's table.
_CONSTANT = const(0)
_VAR = const(1)
_LIST = const(2)
_JUMP = const(3)
_UNLESS = const(4)
_AND = const(5)
_NOT = const(6)
_SAME = const(7)
_IN = const(8)
_ADD = const(9)
_COMPARE = const(10)
_ORDER = const(11)
_PLUS_TIME = const(12)
_BIRTH = const(13)
_UVCI = const(14)
_REDUCE = const(15)
_NEXT = const(16)

_WIDTHS = b"\2\2\1\2\2\2\0\0\0\0\1\1\3\0\2\2\2"


class Undecided(ValueError):
    """The expression has no value: the specification calls it an error."""


def evaluate(code, constants, data, budget=STEPS):
    """(value, steps) of compiled `code` (bytes) over `data`: None, bool, int, str, list, dict. Raises Undecided, and
    whatever else damaged code leads to."""
    stack = []
    loops = []
    at = steps = 0
    end = len(code)
    while at < end:
        steps += 1
        if steps > budget:
            raise Undecided("too many steps")
        step = code[at]
        width = _WIDTHS[step]
        number = code[at + 1] << 8 | code[at + 2] if width > 1 else code[at + 1] if width else 0
        at += 1 + width
        if step == _CONSTANT:
            stack.append(constants[number])
        elif step == _VAR:
            stack.append(_look_up(data, constants[number]))
        elif step == _UNLESS:
            if not truth(stack.pop()):
                at += number
        elif step == _AND:
            # Behind the last operand the distance is 0: its value stays, and must be truthy or falsy like the others.
            if not truth(stack[-1]):
                at += number
            elif number:
                stack.pop()
        elif step == _JUMP:
            at += number
        elif step == _NOT:
            stack.append(not truth(stack.pop()))
        elif step == _SAME:
            right = stack.pop()
            stack.append(same(stack.pop(), right))
        elif step == _IN:
            right = stack.pop()
            steps += len(right) >> 3 if type(right) is list else 0
            stack.append(_among(stack.pop(), right))
        elif step == _ADD:
            right = stack.pop()
            stack.append(_sum(stack.pop(), right))
        elif step in (_COMPARE, _ORDER):
            stack.append(_ordered(stack, number, int if step == _COMPARE else tuple))
        elif step == _PLUS_TIME:
            stack.append(_later(stack.pop(), constants[number], code[at - 1]))
        elif step == _BIRTH:
            stack.append(_moment(datetimes.birth, stack.pop()))
        elif step == _UVCI:
            stack.append(_fragment(stack.pop(), constants[number]))
        elif step == _LIST:
            items = [stack.pop() for _ in range(number)]
            items.reverse()
            stack.append(items)
        elif step == _REDUCE:
            initial = stack.pop()
            items = stack.pop()
            if items is not None and type(items) is not list:
                raise Undecided("reduce of what is no list")
            if not items:
                stack.append(initial)
                at += number
            elif len(loops) == _LOOPS:
                raise Undecided("too deep")
            else:
                loops.append((items, 1, data))
                data = {"accumulator": initial, "current": items[0]}
        elif step == _NEXT:
            items, done, outside = loops.pop()
            if done < len(items):
                loops.append((items, done + 1, outside))
                data = {"accumulator": stack.pop(), "current": items[done]}
                at -= number
            else:
                data = outside
        if len(stack) > _DEPTH:
            raise Undecided("too deep")
    if len(stack) != 1:
        raise Undecided("damaged")
    return stack[0], steps


def truth(value):
    """Whether a value is truthy; what is neither truthy nor falsy has no say."""
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return bool(value)
    raise Undecided("neither truthy nor falsy")


def same(left, right):
    """Strict equality: of different kinds, nothing is equal. Undecided of two lists or maps or times."""
    if type(left) is not type(right):
        return False
    if not (left is None or isinstance(left, (bool, int, str))):
        raise Undecided("equality of what is no scalar")
    return left == right


def _look_up(data, path):
    # A path is a list of names; a number among them is a place in a list.
    for name in path:
        if isinstance(data, dict):
            data = data.get(str(name))
        elif isinstance(data, list) and isinstance(name, int) and name < len(data):
            data = data[name]
        else:
            return None
    return data


def _among(value, items):
    if type(items) is not list:
        raise Undecided("in of what is no list")
    for item in items:  # noqa: SIM110 - a generator is another allocation
        # The types first: MicroPython prints a warning when it compares text with bytes.
        if type(item) is type(value) and same(item, value):
            return True
    return False


def _sum(left, right):
    if type(left) is not int or type(right) is not int:
        raise Undecided("sum of what is no integer")
    total = left + right
    if not -_SAFE < total < _SAFE:
        raise Undecided("sum too large")
    return total


def _ordered(stack, which, kind):
    # a < b, or a < b < c: two bits say which comparison, the next one whether there are three.
    right = stack.pop()
    middle = stack.pop()
    if which & 4:
        left = stack.pop()
        if type(left) is not kind:
            raise Undecided("order of what has none")
    if type(right) is not kind or type(middle) is not kind:
        raise Undecided("order of what has none")
    if not _holds(which & 3, middle, right):
        return False
    return not which & 4 or _holds(which & 3, left, middle)


def _holds(which, left, right):
    if which == 0:
        return left < right
    if which == 1:
        return left <= right
    return left > right if which == 2 else left >= right


def _later(text, amount, unit):
    return datetimes.plus(_moment(datetimes.parse, text), amount, unit)


def _moment(read, text):
    if type(text) is not str:
        raise Undecided("no text of a date")
    try:
        return read(text)
    except (ValueError, IndexError):
        raise Undecided("not a date-time")


def _fragment(identifier, number):
    # The number-th piece of a certificate identifier (UVCI), whatever separates them.
    if identifier is None:
        return None
    if type(identifier) is not str:
        raise Undecided("no text of an identifier")
    # Many issuers write the prefix small; its case changes nothing (RFC 8141, of URNs).
    if identifier[:9].upper() == "URN:UVCI:":
        identifier = identifier[9:]
    pieces = identifier.replace("/", ":").replace("#", ":").split(":")
    return pieces[number] if 0 <= number < len(pieces) else None
