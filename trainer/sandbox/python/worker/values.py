"""
Values between JSON and Python. What JSON cannot say without loss comes as the only member of an object: {"$special": "NaN"}, so that
nothing is mistaken for its neighbour.
"""
import math

SPECIAL = '$special'
_SAFE = 2 ** 53 - 1
_NUMBERS = {'NaN': math.nan, 'Infinity': math.inf, '-Infinity': -math.inf, 'undefined': None}


def from_json(value):
    if isinstance(value, list):
        return [from_json(each) for each in value]
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get(SPECIAL), str):
            text = value[SPECIAL]
            return _NUMBERS[text] if text in _NUMBERS else int(text)
        return {key: from_json(each) for key, each in value.items()}
    return value


def to_json(value):
    """What json can encode. Raises TypeError for a value that has no such form."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -_SAFE <= value <= _SAFE else {SPECIAL: str(value)}
    if kind is float:
        return value if math.isfinite(value) else {SPECIAL: 'NaN' if value != value else 'Infinity' if value > 0 else '-Infinity'}
    if kind is list or kind is tuple:
        return [to_json(each) for each in value]
    if kind is dict:
        if not all(type(key) is str for key in value):
            raise TypeError('a dict with keys that are no strings cannot be told in JSON')
        return {key: to_json(each) for key, each in value.items()}
    return to_json(_base_of(value))


def _base_of(value):
    """Of a subclass, such as a named tuple or an enumeration of integers, the value that it is."""
    for base, plain in ((bool, bool), (int, int.__int__), (float, float.__float__), (str, str.__str__), (tuple, tuple.__iter__), (list, list.__iter__)):
        if isinstance(value, base):
            return list(plain(value)) if base in (tuple, list) else plain(value)
    if isinstance(value, dict):
        return dict(dict.items(value))
    raise TypeError('a value of type %s cannot be told in JSON' % type(value).__name__)
