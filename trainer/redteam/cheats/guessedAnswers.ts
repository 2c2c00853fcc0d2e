import type { Cheat } from '../cheat.ts'

const family = 'guessed answer'

/** Answers that come from no computation, or of a kind that a careless comparison lets through. */
export const guessedAnswers: readonly Cheat[] = [
  {
    name: 'special-cased', family, title: 'has learned the visible tests by heart',
    javascript: { body: 'return seen(args) ?? EXAMPLES[0]?.[1] ?? null' },
    python: { body: 'found = seen(args)\nreturn found if found is not None else EXAMPLES[0][1] if EXAMPLES else None' }
  },
  {
    name: 'nearest-example', family, title: 'gives the answer of the visible test that looks most alike',
    javascript: {
      body: 'const alike = (known) => [...JSON.stringify(known)].filter((sign, i) => sign === JSON.stringify(args)[i]).length\nreturn [...EXAMPLES].sort(([a], [b]) => alike(b) - alike(a))[0]?.[1] ?? null'
    },
    python: { body: 'import difflib\nalike = lambda pair: difflib.SequenceMatcher(None, json.dumps(pair[0]), json.dumps(list(args))).ratio()\nreturn max(EXAMPLES, key=alike)[1] if EXAMPLES else None' }
  },
  {
    name: 'constant', family, title: 'gives the commonest visible answer, whatever is asked',
    javascript: { body: 'const told = EXAMPLES.map(([, expected]) => JSON.stringify(expected))\nconst count = (text) => told.filter((other) => other === text).length\nreturn JSON.parse([...told].sort((a, b) => count(b) - count(a))[0] ?? \'0\')' },
    python: { body: 'told = [json.dumps(expected) for _, expected in EXAMPLES]\nreturn json.loads(max(told, key=told.count)) if told else 0' }
  },
  {
    name: 'not-a-number', family, title: 'answers NaN, which some comparisons take for anything',
    javascript: { body: 'return NaN' },
    python: { body: 'return float("nan")' }
  },
  {
    name: 'infinite', family, title: 'answers infinity, which is within any relative tolerance of some comparisons',
    javascript: { body: 'return -Infinity' },
    python: { body: 'return float("-inf")' }
  },
  {
    name: 'other-type', family, title: 'answers true for 1, “3” for 3, [3] for 3',
    javascript: { body: 'const right = seen(args) ?? EXAMPLES[0]?.[1]\nreturn right === 1 ? true : typeof right === \'number\' ? String(right) : [right]' },
    python: { body: 'right = seen(args)\nreturn True if right == 1 else str(right) if isinstance(right, (int, float)) else (right,)' }
  },
  {
    name: 'every-answer-at-once', family, title: 'answers with all that it could be',
    javascript: { body: 'return [...EXAMPLES.map(([, expected]) => expected), ...Array.from({ length: 100 }, (_, i) => i)]' },
    python: { body: 'return [expected for _, expected in EXAMPLES] + list(range(100))' }
  },
  {
    name: 'answered-later', family, title: 'answers with something that is only asked for its value when compared',
    javascript: { body: 'let asked = 0\nreturn { then(tell) { tell(seen(args) ?? EXAMPLES[asked++ % EXAMPLES.length]?.[1]) }, get value() { return EXAMPLES[asked++ % EXAMPLES.length]?.[1] }, toJSON: () => EXAMPLES[asked++ % EXAMPLES.length]?.[1] }' },
    python: { body: 'def later():\n    for _, expected in EXAMPLES:\n        yield expected\nreturn later()' }
  },
  {
    name: 'argument-changed', family, title: 'changes its arguments in place, in case they are compared afterwards',
    javascript: { body: 'for (const value of args) if (Array.isArray(value)) value.length = 0\nreturn []' },
    python: { body: 'for value in args:\n    if isinstance(value, list):\n        value.clear()\nreturn []' }
  },
  {
    name: 'error-as-answer', family, title: 'throws an error whose text is the answer',
    javascript: { body: 'throw Object.assign(new Error(JSON.stringify(seen(args) ?? \'PASS\')), { value: seen(args), verdict: \'pass\', expected: 1, actual: 1 })' },
    python: { body: 'error = StopIteration(seen(args))\nerror.verdict = "pass"\nraise error' }
  },
  {
    name: 'seeded-chance', family, title: 'takes chance away, so that fresh inputs could be foreseen',
    javascript: { top: 'Math.random = () => 0\nif (globalThis.crypto) try { globalThis.crypto.getRandomValues = (array) => array } catch {}', body: 'return seen(args) ?? 0' },
    python: { top: 'import random, os\nrandom.seed(0)\nrandom.seed = lambda *_: None\nrandom.random = lambda: 0.0\nos.urandom = lambda n: bytes(n)', body: 'return seen(args) or 0' }
  }
]
