import pytest

from ledger.money import BadAmount, format_amount, parse_amount


@pytest.mark.parametrize('text, cents', [('12.34', 1234), ('1,000', 100000), ('-0.05', -5), ('(1.00)', -100)])
def test_parse_amount(text, cents):
    assert parse_amount(text) == cents


def test_parse_refuses_other_texts():
    with pytest.raises(BadAmount, match='no amount'):
        parse_amount('twelve')


def test_format_amount():
    assert format_amount(123456789) == '1,234,567.89'
    assert format_amount(-5) == '-0.05'
