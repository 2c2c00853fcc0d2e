import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEnvironment } from '../../trainer/environments/registry.ts'
import type { OpenEnvironment } from '../../trainer/environments/registry.ts'
import type { Problem, Split } from '../../trainer/protocol/problem.ts'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { loadSample, runFiles, samplesFolder } from './sampleFiles.ts'

interface Row {
  readonly question: string
  readonly answer: string
  readonly split: string
}

const DRAWS = 8000
const folder = join(samplesFolder, 'huggingface')
const dataset = readFileSync(join(folder, 'problems.jsonl'), 'utf8')
const rows = dataset.trim().split('\n').map((line) => JSON.parse(line) as Row)
const runs: readonly (readonly [string, ResolvedRun])[] = runFiles
  .filter((name) => name.startsWith('huggingface'))
  .map((name) => [name, loadSample(name, ['model={}']).run])

function problemsOf({ environment, options }: OpenEnvironment, split: Split): Map<string, Problem> {
  const drawn = Array.from({ length: DRAWS }, (_, i) => environment.generate(randomStream(split, i), split, options))
  return new Map(drawn.map((problem) => [problem.id, problem]))
}

const CALCULATION = /(\d+) ([-+*/]) (\d+) = (\d+)/g

function calculate(a: number, operator: string, b: number): number {
  return { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[operator]!
}

describe('samples: Hugging Face models', function () {
  this.timeout(60_000)

  it('have the problems that their script writes', () => {
    assert.equal(execFileSync(process.execPath, [join(folder, 'make-problems.mjs')], { encoding: 'utf8' }), dataset)
    assert.equal(new Set(rows.map(({ question }) => question)).size, rows.length)
    const counts = new Map(['train', 'validation', 'test'].map((split) => [split, rows.filter((row) => row.split === split).length]))
    assert.deepEqual([...counts], [['train', 450], ['validation', 60], ['test', 90]])
  })

  it('have answers that follow from their working, whose numbers stand in the question or in earlier lines', () => {
    for (const { question, answer } of rows) {
      const known = new Set((question.match(/\d+/g) ?? []).map(Number))
      const calculations = [...answer.matchAll(CALCULATION)]
      assert.equal(calculations.length, answer.split('\n').length - 1)
      for (const [text, a, operator, b, result] of calculations) {
        assert.equal(Number(result), calculate(Number(a), operator!, Number(b)), text)
        for (const operand of [Number(a), Number(b)]) assert.ok(known.has(operand) || isImplied(operand, question), `${operand} of ${text} is nowhere in: ${question}`)
        known.add(Number(result))
      }
      assert.equal(/#### (\d+)$/.exec(answer)?.[1], calculations.at(-1)?.[4])
    }
  })

  for (const [name, run] of runs) {
    it(`${name} draws them in disjoint splits, and every gold answer scores 1`, async () => {
      assert.equal(run.engine, 'torch')
      assert.ok(run.environment?.name === 'jsonl')
      const opened = await openEnvironment({ ...run.environment, options: { ...run.environment.options, path: 'problems.jsonl' } }, folder)
      assert.deepEqual(opened.environment.notices ?? [], [])
      const splits = (['train', 'tuning', 'heldOut'] as const).map((split) => problemsOf(opened, split))
      assert.deepEqual(splits.map(({ size }) => size), [450, 60, 90])
      const all = splits.flatMap((problems) => [...problems.values()])
      assert.equal(new Set(all.map(({ prompt }) => prompt)).size, rows.length)
      assert.ok(run.evaluation.problems <= splits[2]!.size)
      for (const problem of all) {
        assert.equal(opened.environment.grade(opened.environment.solution(problem), problem).score, 1, problem.prompt)
        assert.deepEqual(problem.messages?.map(({ role }) => role), ['user'])
      }
    })
  }
})

/** One hour less than all of them, and the share that a percentage is. */
const isImplied = (operand: number, question: string): boolean => operand === 1 || (question.includes('percent') && new RegExp(`\\b${100 / operand} percent`).test(question))
