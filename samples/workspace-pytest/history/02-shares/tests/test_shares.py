from ledger.shares import share


def test_share_loses_no_cent():
    assert share(100, [1, 1, 1]) == [34, 33, 33]
    assert sum(share(9999, [3, 5, 7])) == 9999


def test_share_by_weight():
    assert share(1000, [3, 1]) == [750, 250]
