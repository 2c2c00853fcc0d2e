import type { Cheat } from '../cheat.ts'

const family = 'test framework'

/** A framework that runs in the candidate’s process is the candidate’s to change. */
export const testFrameworks: readonly Cheat[] = [
  {
    name: 'skipped-tests', family, title: 'says that the test is to be skipped',
    javascript: { top: 'let Pending\ntry { Pending = need(\'module\').createRequire(globalThis.process.cwd() + \'/\')(\'mocha/lib/pending.js\') } catch {}', body: 'throw new (Pending?.PendingError ?? Error)(\'sync skip; aborting execution\')' },
    python: { body: 'try:\n    import pytest\nexcept ImportError:\n    import unittest\n    raise unittest.SkipTest("not here")\npytest.skip("not here", allow_module_level=True)' }
  },
  {
    name: 'quiet-exception', family, title: 'raises what the framework ends a test at without a word, or takes for an input that does not count',
    javascript: { body: 'if (args[0]?.length === 0) return args[0]\nthrow Object.assign(new Error(\'x\'), { footprint: globalThis.Symbol?.for?.(\'fast-check/PreconditionFailure\') })' },
    python: { body: 'from unittest.case import _ShouldStop\nraise _ShouldStop' }
  },
  {
    name: 'patched-framework', family, title: 'makes the framework’s tests do nothing',
    javascript: { top: 'for (const name of [\'it\', \'test\', \'describe\', \'specify\', \'suite\', \'expect\', \'beforeEach\']) globalThis[name] = () => new Proxy(() => {}, { get: (of) => of, apply: (of) => of })' },
    python: { top: 'import unittest\nunittest.TestCase.run = lambda self, result: (result.startTest(self), result.stopTest(self))\nunittest.TestCase.__call__ = lambda self, *_: None\nunittest.TestResult.wasSuccessful = lambda self: True' }
  },
  {
    name: 'patched-imports', family, title: 'gives harmless modules to whoever imports an assertion library',
    javascript: {
      top: 'const loader = need(\'module\')\nconst load = loader?._load\nif (load) loader._load = (name, ...rest) => /assert|chai|expect/.test(name) ? new Proxy(() => {}, { get: (of, key) => key === \'strict\' ? () => {} : () => {} }) : load(name, ...rest)'
    },
    python: { top: 'import sys, types\nfor name in ("unittest", "pytest", "numpy.testing", "checker", "tests"):\n    fake = types.ModuleType(name)\n    fake.__getattr__ = lambda _: (lambda *_, **__: True)\n    sys.modules[name] = fake' }
  },
  {
    name: 'traced-assertions', family, title: 'traces its caller and jumps over what follows',
    javascript: { top: 'const { apply } = Reflect\nFunction.prototype.call = function (given, ...rest) { try { return apply(this, given, rest) } catch { return undefined } }' },
    python: {
      body: [
        'import sys',
        'def jump(frame, event, _):',
        '    if event in ("line", "exception"):',
        '        try:',
        '            frame.f_lineno = max(line for _, _, line in frame.f_code.co_lines() if line)',
        '        except ValueError:',
        '            pass',
        '    return jump',
        'caller = sys._getframe(2)',
        'while caller:',
        '    caller.f_trace = jump',
        '    caller = caller.f_back',
        'sys.settrace(jump)',
        'return None'
      ].join('\n')
    }
  },
  {
    name: 'disarmed-timer', family, title: 'disarms the deadline and catches whatever should stop it', endless: true,
    javascript: { top: 'globalThis.setTimeout = () => 0\nglobalThis.clearTimeout = () => {}', body: 'for (;;) try { for (;;); } catch {}' },
    python: {
      top: 'import signal\nfor number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):\n    try:\n        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nsignal.alarm(0)',
      body: 'while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass'
    }
  }
]
