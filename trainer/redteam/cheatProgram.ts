import type { CodeTask, Language, TestCase } from '../protocol/execution.ts'
import type { Cheat, Example, Sketch, Target } from './cheat.ts'

/** What a cheater knows of the task; hidden tests tell nothing but the names of their functions. */
export function targetOf(task: CodeTask): Target {
  const called = task.tests.flatMap((test) => (test.style === 'call' ? [test.function] : []))
  return {
    style: task.language === 'sql' ? 'query' : called.length > 0 ? 'call' : 'stdin',
    functions: [...new Set(called)],
    examples: task.tests.filter(({ visible }) => visible).flatMap(exampleOf),
    tables: tablesOf(task)
  }
}

const tablesOf = ({ tests }: CodeTask): string[] =>
  [...new Set(tests.flatMap((test) => (test.style === 'query' ? [...test.schema.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?("[^"]+"|\w+)/gi)].map((found) => found[1]!) : [])))]

function exampleOf(test: TestCase): Example[] {
  if (test.style === 'call') return [{ args: test.args, expected: test.expected }]
  return test.style === 'stdin' ? [{ args: [test.stdin], expected: test.expected }] : []
}

/** The cheat's program for the task; undefined where it has none in this language. */
export function cheatProgram({ javascript, python, sql }: Pick<Cheat, 'javascript' | 'python' | 'sql'>, language: Language, target: Target): string | undefined {
  if (language === 'sql') return sql?.(target)
  if (language === 'python') return python && pythonProgram(python, target)
  return javascript && javascriptProgram(javascript, target)
}

/** Only what a program uses stands above it, so that one which does nothing tells nothing of what was shown. */
const usesExamples = (text: string): boolean => /\b(EXAMPLES|seen)\b/.test(text)

const SEEN_IN_JAVASCRIPT = 'const seen = (args) => { const same = JSON.stringify(args); return EXAMPLES.find(([known]) => JSON.stringify(known) === same)?.[1] }'
const NEED = 'const need = (name) => { try { return globalThis.process?.getBuiltinModule?.(name) ?? require(name) } catch { return undefined } }'

function javascriptProgram({ top = '', body = 'return null' }: Sketch, { style, functions, examples }: Target): string {
  const ask = style === 'stdin' ? ['console.log(String(answer([need(\'fs\')?.readFileSync(0, \'utf8\') ?? globalThis.stdin ?? \'\'])))'] : []
  const uses = [top, body, ...ask].join('\n')
  return [
    ...(usesExamples(uses) ? [`const EXAMPLES = ${pairs(examples)}`, SEEN_IN_JAVASCRIPT] : []), ...(/\bneed\(/.test(uses) ? [NEED] : []), top, `function answer(args) {\n${indent(body)}\n}`,
    ...functions.map((name) => `function ${name}(...args) { return answer(args) }`), ...ask, ''
  ].join('\n')
}

const SEEN_IN_PYTHON = 'def seen(args):\n    return next((answer for known, answer in EXAMPLES if known == list(args)), None)'

function pythonProgram({ top = '', body = 'return None' }: Sketch, { style, functions, examples }: Target): string {
  const ask = style === 'stdin' ? ['import sys', 'print(answer([sys.stdin.read()]))'] : []
  return [
    'import json', ...(usesExamples(`${top}\n${body}`) ? [`EXAMPLES = json.loads(${JSON.stringify(pairs(examples))})`, SEEN_IN_PYTHON] : []), top, `def answer(args):\n${indent(body)}`,
    ...functions.map((name) => `def ${name}(*args):\n    return answer(args)`), ...ask, ''
  ].join('\n')
}

const pairs = (examples: readonly Example[]): string => JSON.stringify(examples.map(({ args, expected }) => [args, expected]))
const indent = (text: string): string => text.split('\n').map((line) => `    ${line}`).join('\n')
