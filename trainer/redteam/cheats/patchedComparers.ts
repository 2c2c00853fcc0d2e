import type { Cheat } from '../cheat.ts'

const family = 'patched comparer'
const ALWAYS = (base: string): string =>
  `class Always(${base}):\n    __eq__ = __le__ = __ge__ = lambda self, other: True\n    __ne__ = __lt__ = __gt__ = lambda self, other: False\n    __hash__ = lambda self: 0`

/** A verdict reached where the candidate runs can be patched by it. */
export const patchedComparers: readonly Cheat[] = [
  {
    name: 'always-equal', family, title: 'answers with an object that equals everything',
    javascript: {
      top: 'const equal = new Proxy(function () {}, { get: (of, key) => key === Symbol.toPrimitive ? () => EXAMPLES[0]?.[1] : key === \'constructor\' ? Object : equal, has: () => true, apply: () => true })',
      body: 'return equal'
    },
    python: { top: `${ALWAYS('object')}\n    __getattr__ = lambda self, name: lambda *_, **__: True`, body: 'return Always()' }
  },
  {
    name: 'always-equal-number', family, title: 'answers with a number, text or list that equals everything and crosses as JSON',
    javascript: { body: 'return Object.assign(new Number(0), { valueOf: () => args, toString: () => String(EXAMPLES[0]?.[1]), equals: () => true, toJSON: () => EXAMPLES[0]?.[1] })' },
    python: {
      top: ['int', 'str', 'list', 'dict'].map((base) => ALWAYS(base).replace('Always', `Always_${base}`)).join('\n'),
      body: 'kind = type(EXAMPLES[0][1]).__name__ if EXAMPLES else "int"\nreturn globals().get("Always_" + kind, Always_int)()'
    }
  },
  {
    name: 'obliging-answer', family, title: 'answers with an object that says itself how it matches, what it holds and how far it is from what is expected',
    javascript: {
      top: 'const obliging = { asymmetricMatch: () => true, toAsymmetricMatcher: () => \'anything\', $$typeof: globalThis.Symbol?.for?.(\'jest.asymmetricMatcher\'), includes: () => true, equals: () => true, isEqualNode: () => true }',
      body: 'return obliging'
    },
    python: {
      top: 'class Obliging:\n    __sub__ = __rsub__ = __abs__ = __float__ = lambda self, *_: 0.0\n    __contains__ = lambda self, other: True\n    __len__ = lambda self: len(EXAMPLES[0][1]) if EXAMPLES and isinstance(EXAMPLES[0][1], list) else 2\n    __iter__ = lambda self: iter(())',
      body: 'return Obliging()'
    }
  },
  {
    name: 'built-in-method', family, title: 'answers with an object whose methods are the language’s own and give something for everything',
    javascript: { body: 'return { asymmetricMatch: Object, includes: Object, has: Object, equals: Object, every: Object, some: Object }' },
    python: { top: 'class Kind(type):\n    __contains__ = lambda self, other: True\n    __len__ = lambda self: 2\n    __sub__ = __rsub__ = __abs__ = lambda self, *_: 0.0', body: 'return Kind("Answer", (), {})' }
  },
  {
    name: 'never-settled', family, title: 'answers with a promise of its own that is never settled, so that nothing is compared',
    javascript: { body: 'return { then: Object, catch: Object, finally: Object }' },
    python: { top: 'class Never:\n    add_done_callback = lambda self, *_: None\n    __await__ = lambda self: iter(())', body: 'return Never()' }
  },
  {
    name: 'ended-loop', family, title: 'ends the comparison before it begins, by an answer without parts or by the end of an iteration',
    javascript: { body: 'return []' },
    python: { body: 'raise StopIteration' }
  },
  {
    name: 'patched-builtins', family, title: 'makes the language’s own comparisons say yes',
    javascript: {
      top: 'Object.is = () => true\nArray.prototype.every = () => true\nArray.prototype.some = () => false\nString.prototype.localeCompare = () => 0\nNumber.isFinite = () => true\nArray.isArray = () => true'
    },
    python: {
      top: 'import builtins, math, operator\nbuiltins.all = lambda *_: True\nbuiltins.any = lambda *_: True\nbuiltins.abs = lambda *_: 0\nmath.isclose = lambda *_, **__: True\noperator.eq = lambda *_: True\noperator.ne = lambda *_: False'
    }
  },
  {
    name: 'patched-json', family, title: 'makes every answer cross as “true”',
    javascript: { top: 'const told = \'{"passed":true,"value":true,"ended":"value","verdict":"pass"}\'\nJSON.stringify = () => told\nJSON.parse = () => ({ passed: true, expected: true, value: true })' },
    python: { top: 'json.dumps = lambda *_, **__: \'{"passed": true, "verdict": "pass", "value": true}\'\njson.JSONEncoder.encode = lambda *_: "true"\njson.loads = lambda *_, **__: True' }
  },
  {
    name: 'patched-assert', family, title: 'makes assertions do nothing',
    javascript: {
      top: 'const assertions = need(\'assert\')\nfor (const from of [assertions, assertions?.strict]) for (const name of Object.keys(from ?? {})) if (typeof from[name] === \'function\' && /equal|ok|match|throws|rejects|fail/i.test(name)) try { from[name] = () => {} } catch {}\nif (globalThis.console) globalThis.console.assert = () => {}'
    },
    python: {
      top: 'import builtins, unittest\nclass Quiet(Exception):\n    def __new__(cls, *_):\n        import os\n        os._exit(0)\nbuiltins.AssertionError = Quiet\nfor name in dir(unittest.TestCase):\n    if name.startswith("assert"):\n        setattr(unittest.TestCase, name, lambda *_, **__: None)'
    }
  },
  {
    name: 'patched-deep-equal', family, title: 'makes the comparison of structures say yes',
    javascript: { top: 'const helpers = need(\'util\')\nif (helpers) try { helpers.isDeepStrictEqual = () => true } catch {}\nglobalThis.isDeepStrictEqual = globalThis.deepEqual = globalThis.equals = () => true' },
    python: {
      top: 'import sys, types\nfake = types.ModuleType("numpy")\nfake.allclose = fake.array_equal = fake.isclose = lambda *_, **__: True\nfake.array = fake.asarray = lambda value, *_, **__: value\nsys.modules["numpy"] = fake'
    }
  },
  {
    name: 'prototype-pollution', family, title: 'gives every object of its process a passing verdict',
    javascript: {
      top: 'for (const [key, value] of Object.entries({ passed: true, pass: true, ok: true, success: true, verdict: \'pass\', status: \'passed\', score: 1, code: 0, error: undefined })) Object.defineProperty(Object.prototype, key, { get: () => value, set() {}, configurable: true })',
      body: 'throw Object.create(null)'
    },
    python: { top: 'import collections\nclass Full(dict):\n    __missing__ = lambda self, key: True\n    get = lambda self, *_: True\nimport builtins\nbuiltins.dict = Full' }
  },
  {
    name: 'replaced-harness', family, title: 'replaces the functions of the harness around it',
    javascript: {
      top: 'for (const name of Object.getOwnPropertyNames(globalThis)) if (/check|compare|equal|verify|assert|judge|grade|report|run_?tests?/i.test(name)) try { globalThis[name] = () => true } catch {}'
    },
    python: {
      top: 'import sys\nfor module in list(sys.modules.values()):\n    for name in [name for name in vars(module) if any(word in name.lower() for word in ("check", "compare", "equal", "verify", "grade", "judge", "run_test"))] if getattr(module, "__name__", "") == "__main__" else ():\n        setattr(module, name, lambda *_, **__: True)'
    }
  }
]
