"""Accounts that hold money."""


class NotEnough(Exception):
    """More was asked for than an account holds."""


class Account:
    def __init__(self, balance=0):
        self.balance = balance

    def put(self, cents):
        self.balance += cents
        return self

    def take(self, cents):
        if cents > self.balance:
            raise NotEnough(cents - self.balance)
        self.balance -= cents
        return cents
