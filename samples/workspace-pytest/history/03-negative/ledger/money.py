"""Amounts of money in whole cents."""
import re


class BadAmount(ValueError):
    """A text that is no amount."""


def parse_amount(text):
    """Cents of an amount such as `1,234.50`; one in parentheses is negative."""
    inner = re.fullmatch(r'\s*\((.*)\)\s*', text)
    if inner is not None:
        return -parse_amount(inner.group(1))
    match = re.fullmatch(r'\s*(-?)([\d,]+)(?:\.(\d{2}))?\s*', text)
    if match is None:
        raise BadAmount(f'no amount: {text!r}')
    sign, whole, cents = match.groups()
    value = int(whole.replace(',', '')) * 100 + int(cents or 0)
    return -value if sign else value


def format_amount(cents):
    """The amount with two digits and commas between thousands."""
    sign = '-' if cents < 0 else ''
    whole, rest = divmod(abs(cents), 100)
    return f'{sign}{whole:,}.{rest:02d}'
