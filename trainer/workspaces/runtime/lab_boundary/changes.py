"""Whether the other side changed what it was given. What stays in one process is written differently in the other, though it is the same."""
import json

THEIRS = ('object', 'function', 'class')


def without_same(sent, back):
    """The nodes that came back, where the first of them that are as they were sent are None."""
    return [None if number < len(sent) and node is not None and same_node(sent[number], node) else node for number, node in enumerate(back)]


def same_node(before, after):
    kind, content = before
    other_kind, other = after
    if kind != other_kind or kind == 'bytearray':
        return before == after
    if kind in ('set', 'frozenset'):
        return sorted(map(shown, content)) == sorted(map(shown, other))
    return len(content) == len(other) and all(same_pair(*pair) if kind == 'dict' else same_value(*pair) for pair in zip(content, other))


def same_pair(before, after):
    return same_value(before[0], after[0]) and same_value(before[1], after[1])


def same_value(before, after):
    return shown(before) == shown(after)


def shown(value):
    """As text: `true` is not `1`."""
    return json.dumps(['theirs', value[1]] if isinstance(value, list) and value and value[0] in THEIRS else value)
