"""Tells pytest's results, each as it comes, so that what passed before a hang is known."""
from .client import tell

# More than anybody is shown of a test.
MOST_CHARACTERS = 20_000


def pytest_runtest_logstart(nodeid, location):
    tell({'began': nodeid})


def pytest_runtest_logreport(report):
    named = {'name': report.nodeid, 'file': file_of(report), 'seconds': report.duration, 'output': (report.capstdout + report.capstderr)[:MOST_CHARACTERS]}
    if hasattr(report, 'wasxfail'):
        tell({'status': 'skipped', **named})
    elif report.failed:
        tell({'status': 'failed', 'failure': failure_of(report), **named})
    elif report.skipped:
        tell({'status': 'skipped', **named})
    elif report.when == 'call':
        tell({'status': 'passed', **named})


def pytest_collectreport(report):
    if report.failed:
        tell({'status': 'failed', 'name': report.nodeid, 'file': file_of(report), 'seconds': 0, 'failure': {'kind': 'exception', 'message': str(report.longrepr)[-4000:]}})


def file_of(report):
    return report.nodeid.split('::')[0]


def failure_of(report):
    crash = getattr(report.longrepr, 'reprcrash', None)
    message = str(getattr(crash, 'message', report.longrepr))
    assertion = report.when == 'call' and (message.startswith('AssertionError') or message.startswith('assert ') or message.startswith('Failed: DID NOT RAISE'))
    return {'kind': 'assertion' if assertion else 'exception', 'message': message[:4000]}


def pytest_sessionfinish(session):
    tell({'finished': True})
