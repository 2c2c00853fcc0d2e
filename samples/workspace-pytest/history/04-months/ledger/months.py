"""Months of a period."""
import datetime


def months(start, end):
    """The first day of each month from that of `start` to that of `end`, both included."""
    year, month = start.year, start.month
    while (year, month) <= (end.year, end.month):
        yield datetime.date(year, month, 1)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
