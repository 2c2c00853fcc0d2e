import pytest

from ledger.account import Account, NotEnough


def test_put_and_take():
    account = Account(100).put(50)
    assert account.take(120) == 120
    assert account.balance == 30


def test_take_too_much():
    account = Account(10)
    with pytest.raises(NotEnough) as raised:
        account.take(25)
    assert raised.value.args == (15,)
    assert account.balance == 10
