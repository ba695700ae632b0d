# Clock chips on I2C: the DS3231 and the PCF8563 (and the BM8563, which is the same).
#
# Each knows whether its oscillator ever stopped, that is, whether the battery failed: then its time is nobody's word.

from micropython import const

_DS3231 = const(0x68)
_PCF8563 = const(0x51)
_STATUS = const(0x0F)  # of the DS3231
_STOPPED = const(0x80)  # there, and in the PCF8563's seconds
_FIRST = const(0x02)  # register of the PCF8563's seconds
_DAY = const(86400)


def find(i2c):
    """The clock chip on a bus, or None."""
    there = i2c.scan()
    if _DS3231 in there:
        return Ds3231(i2c)
    if _PCF8563 in there:
        return Pcf8563(i2c)
    return None


class Ds3231:
    """Seven registers from 0: seconds, minutes, hours, weekday, date, month, year; the stop flag in the status."""

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self):
        """Unix seconds, or None where the time was lost. Raises OSError where the chip does not answer."""
        if self._i2c.readfrom_mem(_DS3231, _STATUS, 1)[0] & _STOPPED:
            return None
        raw = self._i2c.readfrom_mem(_DS3231, 0, 7)
        return _seconds(raw[6], raw[5] & 0x1F, raw[4], raw[2] & 0x3F, raw[1], raw[0])

    def write(self, seconds):
        """Set the time and clear the stop flag."""
        year, month, date, hour, minute, second = _fields(seconds)
        self._i2c.writeto_mem(_DS3231, 0, bytes((second, minute, hour, 1, date, month, year)))
        status = self._i2c.readfrom_mem(_DS3231, _STATUS, 1)[0] & (0xFF - _STOPPED)
        self._i2c.writeto_mem(_DS3231, _STATUS, bytes((status,)))


class Pcf8563:
    """Seven registers from 2: seconds with the stop flag, minutes, hours, date, weekday, month, year."""

    def __init__(self, i2c):
        self._i2c = i2c

    def read(self):
        """Unix seconds, or None where the time was lost. Raises OSError where the chip does not answer."""
        raw = self._i2c.readfrom_mem(_PCF8563, _FIRST, 7)
        if raw[0] & _STOPPED:
            return None
        return _seconds(raw[6], raw[5] & 0x1F, raw[3] & 0x3F, raw[2] & 0x3F, raw[1] & 0x7F, raw[0] & 0x7F)

    def write(self, seconds):
        """Set the time; writing the seconds clears the stop flag."""
        year, month, date, hour, minute, second = _fields(seconds)
        self._i2c.writeto_mem(_PCF8563, _FIRST, bytes((second, minute, hour, date, 0, month, year)))


def _seconds(year, month, date, hour, minute, second):
    # From binary-coded decimals; None where they are no time: a chip that was never set holds anything.
    numbers = []
    for value in (year, month, date, hour, minute, second):
        if value >> 4 > 9 or value & 15 > 9:
            return None
        numbers.append((value >> 4) * 10 + (value & 15))
    year, month, date, hour, minute, second = numbers
    if not (1 <= month <= 12 and 1 <= date <= 31 and hour < 24 and minute < 60 and second < 60):
        return None
    # Years count from March, so that the leap day is the last; 2000 to 2099 have no exception but fours.
    if month < 3:
        year -= 1
        month += 12
    days = 365 * year + year // 4 + (153 * (month - 3) + 2) // 5 + date + 10957 + 59
    return days * _DAY + hour * 3600 + minute * 60 + second


def _fields(seconds):
    # To binary-coded decimals: year of the century, month, date, hour, minute, second.
    days = seconds // _DAY - 10957 - 60  # since 2000-03-01
    seconds %= _DAY
    year = (4 * days + 3) // 1461
    of_year = days - (365 * year + year // 4)
    month = (5 * of_year + 2) // 153
    date = of_year - (153 * month + 2) // 5 + 1
    month += 3
    if month > 12:
        month -= 12
        year += 1
    return [
        value // 10 << 4 | value % 10
        for value in (year, month, date, seconds // 3600, seconds // 60 % 60, seconds % 60)
    ]
