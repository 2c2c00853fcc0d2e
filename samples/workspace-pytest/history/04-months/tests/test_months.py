from datetime import date

from ledger.months import months


def test_months_over_the_turn_of_the_year():
    assert list(months(date(2024, 11, 20), date(2025, 2, 1))) == [date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)]


def test_no_months():
    assert list(months(date(2025, 2, 1), date(2025, 1, 31))) == []
