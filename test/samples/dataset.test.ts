import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEnvironment } from '../../trainer/environments/registry.ts'
import type { OpenEnvironment } from '../../trainer/environments/registry.ts'
import type { Problem, Split } from '../../trainer/protocol/problem.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { Place } from '../process/tinyRun.ts'
import { loadSample, samplesFolder } from './sampleFiles.ts'

const DRAWS = 600
const dataset = readFileSync(join(samplesFolder, 'jsonl', 'problems.jsonl'), 'utf8')
const rows = dataset.trim().split('\n').map((line) => JSON.parse(line) as { question: string; answer: string })

async function openDataset(folder: string): Promise<OpenEnvironment> {
  const { environment } = loadSample('jsonl/dataset.run.json', ['model={}']).run
  assert.ok(environment && environment.name === 'jsonl')
  return openEnvironment({ ...environment, options: { ...environment.options, path: 'problems.jsonl' } }, folder)
}

function problemsOf({ environment, options }: OpenEnvironment, split: Split): Map<string, Problem> {
  const drawn = Array.from({ length: DRAWS }, (_, i) => environment.generate(randomStream(split, i), split, options))
  return new Map(drawn.map((problem) => [problem.id, problem]))
}

describe('samples: a dataset of one’s own', () => {
  it('has answers that follow from their working', () => {
    for (const { answer } of rows) {
      const calculations = [...answer.matchAll(/(\d+) ([-+*/]) (\d+) = (\d+)/g)]
      assert.ok(calculations.length > 0)
      for (const [text, a, operator, b, result] of calculations) assert.equal(Number(result), calculate(Number(a), operator!, Number(b)), text)
      assert.equal(/#### (\d+)$/.exec(answer)?.[1], calculations.at(-1)?.[4])
    }
  })

  it('loads whole, in disjoint splits, and every gold answer scores 1', async () => {
    const opened = await openDataset(join(samplesFolder, 'jsonl'))
    assert.deepEqual(opened.environment.notices ?? [], [])
    const splits = (['train', 'tuning', 'heldOut'] as const).map((split) => problemsOf(opened, split))
    assert.deepEqual(splits.reduce((sum, { size }) => sum + size, 0), rows.length)
    const all = new Map(splits.flatMap((problems) => [...problems]))
    assert.equal(all.size, rows.length)
    for (const problem of all.values()) {
      const { environment } = opened
      assert.equal(environment.grade(environment.solution(problem), problem).score, 1, problem.prompt)
      assert.equal(environment.grade(`I think it is\n#### ${Number(problem.gold) + 1}`, problem).score, 0)
    }
  })

  it('names lines that cannot be used', async () => {
    const place = new Place()
    place.write('problems.jsonl', `${dataset}{"question": "How many?", "answer": "#### many"}\n{"question": "cut off\n`)
    const { environment } = await openDataset(place.folder)
    place.remove()
    assert.match(environment.notices?.join() ?? '', /^2 lines of .*problems\.jsonl were left out: line 61 .*many.*; line 62 is not JSON/)
  })
})

function calculate(a: number, operator: string, b: number): number {
  return { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[operator]!
}
