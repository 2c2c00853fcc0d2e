import { z } from 'zod'
import type { Environment } from '../../environments/environment.ts'
import { Limits } from '../../protocol/execution.ts'
import type { CodeTask, TestCase } from '../../protocol/execution.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { WeightedReward } from '../../rewards/scoreRollout.ts'
import { testsReward } from '../../rewards/tests.ts'
import type { Scripted } from './runProgram.fixture.ts'

/** `list`: numbers → their squares; `number`: numbers → the sum of these; `stdin`: a table whose first line is always the same. */
export type SquaresStyle = 'list' | 'number' | 'stdin'

export const SOLUTIONS: Readonly<Record<SquaresStyle, Readonly<Record<Scripted, string>>>> = {
  list: { javascript: 'function squares(numbers) { return numbers.map((n) => n * n) }', python: 'def squares(numbers):\n    return [n * n for n in numbers]' },
  number: { javascript: 'function squares(numbers) { return numbers.reduce((sum, n) => sum + n * n, 0) }', python: 'def squares(numbers):\n    return sum(n * n for n in numbers)' },
  stdin: {
    javascript: 'const n = Number(require(\'fs\').readFileSync(0, \'utf8\'))\nconsole.log([\'i square\', ...Array.from({ length: n }, (_, i) => `${i} ${i * i}`)].join(\'\\n\'))',
    python: 'n = int(input())\nprint("i square")\nfor i in range(n):\n    print(i, i * i)'
  }
}

/** One shown test and one hidden. Completions are programs as they stand. */
export function squaresEnvironment(language: Scripted, style: SquaresStyle): Environment {
  const problem: Problem = { id: `squares-${style}`, environment: 'squares', prompt: 'The squares of numbers.', params: {} }
  const task = (text: string): CodeTask => ({
    kind: 'code', language, limits: Limits.parse({}), tests: [3, 5].map((n, i) => testOf(n, style, i === 0)),
    files: [{ path: language === 'python' ? 'program.py' : 'program.js', text }]
  })
  return {
    name: 'squares', title: 'Squares', description: 'For tests.', options: z.unknown(), mix: z.unknown(), vocabulary: [],
    generate: () => problem,
    solution: () => SOLUTIONS[style][language],
    demonstrate: () => SOLUTIONS[style][language],
    render: () => ({ spans: [], wellFormed: true, why: 'a program' }),
    grade: (completion, _, execution) => {
      const correct = execution?.tests.every(({ verdict }) => verdict === 'pass') ?? false
      return { correct, score: Number(correct), answer: completion, why: correct ? 'all tests pass' : 'a test fails' }
    },
    checkSteps: () => [],
    code: { task, feedback: () => '' }
  }
}

function testOf(n: number, style: SquaresStyle, visible: boolean): TestCase {
  const numbers = Array.from({ length: n }, (_, i) => i)
  const squares = numbers.map((i) => i * i)
  const common = { name: `squares of ${n} numbers`, visible, fresh: false }
  if (style === 'stdin') return { ...common, style, stdin: `${n}\n`, expected: ['i square', ...squares.map((square, i) => `${i} ${square}`)].join('\n') }
  return { ...common, style: 'call', function: 'squares', args: [numbers], expected: style === 'list' ? squares : squares.reduce((sum, square) => sum + square, 0), tolerance: 0 }
}

export const paidForTests = (scoring: 'all' | 'partial'): readonly WeightedReward[] => [{ reward: testsReward({ scoring }), weight: 1 }]
