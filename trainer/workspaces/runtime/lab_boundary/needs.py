"""What an attempt does besides giving data.

Told as it comes: that an export gives functions or objects, changes what it was given, or has an operator answer for a value of the
tests. Where an attempt is run a second time it may do no more than the original was found to need. Where nobody has solved the
problem, so that this is not known, what comes in is as the level says, changes come back where nothing else does, and no operator
answers.
"""
import json
import os

MOST_TOLD = 1000


class Needs:
    """`tell` writes a line of the report."""

    def __init__(self, tell):
        grant = json.loads(os.environ['LAB_NEEDS']) if 'LAB_NEEDS' in os.environ else None
        self.all_granted = grant is None
        self.granted = frozenset(grant['needs'] if grant else ())
        self.is_solved = bool(grant and grant['solved'])
        self.tell = tell
        self.told = set()

    def may_give(self, kind, roots):
        """Whether what came of these exports may be a function or an object."""
        return self.all(kind, roots, True)

    def may_change(self, roots, gives_nothing):
        """Whether what these exports were given stays as they left it."""
        return self.all('change', roots, gives_nothing)

    def may_operate(self, method, roots):
        """Whether an operator of what came of these exports may answer for a value of the tests."""
        return self.all(f'operator {method}', roots, False)

    def all(self, what, roots, unsolved):
        return all([self.may(f'{what} {root}', unsolved) for root in roots or ('?',)])

    def may(self, name, unsolved):
        if not self.all_granted:
            return name in self.granted or (not self.is_solved and unsolved)
        if name not in self.told and len(self.told) <= MOST_TOLD:
            self.told.add(name)
            # That there is more is told as well: nobody is granted what is not named.
            self.tell({'need': 'more' if len(self.told) > MOST_TOLD else name})
        return True
