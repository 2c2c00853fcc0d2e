import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { arithmeticChain } from '../../trainer/environments/arithmeticChain.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { finalState } from './finalState.ts'
import { lab, labSucceeds } from './labProcess.ts'
import { Place, TINY_MODEL } from './tinyRun.ts'

const OPTIONS = arithmeticChain.options.parse({ minOperations: 1, maxOperations: 2 })

/** Rows of every kind, as the environment would label its own traces, every second one false. */
function rowsOf(place: Place): void {
  const traces = Array.from({ length: 12 }, (_, i) => {
    const problem = arithmeticChain.generate(randomStream('rows', i), 'train', OPTIONS)
    const right = arithmeticChain.solution(problem)
    return { prompt: `${problem.prompt} `, right, wrong: right.replace(/(\d+) answer/, (_match, result: string) => `${(Number(result) + 1) % 50} answer`), false: i % 2 === 1 }
  })
  const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  place.write('rows/solutions.jsonl', lines(traces.map(({ prompt, right }) => ({ prompt, completion: right }))))
  place.write('rows/preferences.jsonl', lines(traces.map(({ prompt, right, wrong }) => ({ prompt, chosen: right, rejected: wrong, rationale: right }))))
  place.write('rows/steps.jsonl', lines(traces.map((trace) => ({ prompt: trace.prompt, completions: [trace.false ? trace.wrong : trace.right], labels: [!trace.false] }))))
}

const data = (kind: 'solutions' | 'preferences' | 'steps'): NonNullable<RunFileInput['data']> => ({ file: `rows/${kind}.jsonl`, kind, batchSize: 4 })
const ON_ROWS: Partial<RunFileInput> = {
  model: { ...TINY_MODEL, contextLength: 96 }, checkpoint: { every: 1, keep: 1 }, regulariser: {},
  evaluation: { problems: 3, samples: 2, k: [1] },
  stages: [
    { name: 'sft', steps: 7, algorithm: { name: 'sft' }, data: data('solutions') },
    { name: 'dpo', steps: 8, algorithm: { name: 'dpo', rationaleWeight: 1 }, data: data('preferences') },
    { name: 'prm', steps: 8, algorithm: { name: 'prm' }, data: data('steps') }
  ]
}

describe('process: runs on rows', function () {
  this.timeout(240_000)
  let place: Place
  beforeEach(() => {
    place = new Place()
    rowsOf(place)
  })
  afterEach(() => place.remove())

  it('end with the same bits after a kill in every stage, and refuse other rows', async () => {
    const file = place.runFile(ON_ROWS)
    await labSucceeds(place.folder, ['run', file, '--no-git', '--out', 'whole', '--json'])
    const expected = await finalState(place.at('whole'), 0)
    assert.ok(Object.keys(expected.files).some((name) => name.endsWith('optimizer.safetensors')))
    const killed = async (args: readonly string[], stage: string): Promise<void> => {
      const end = await lab(place.folder, args, (event, child) => {
        if (event.type === 'stageProgress' && event.stage === stage && event.done >= 6) child.kill('SIGKILL')
      })
      assert.equal(end.signal, 'SIGKILL')
    }
    await killed(['run', file, '--no-git', '--out', 'torn', '--json'], 'sft')
    const rows = place.at('rows', 'solutions.jsonl')
    const before = readFileSync(rows)
    writeFileSync(rows, Buffer.concat([before, before]))
    const refused = await lab(place.folder, ['resume', 'torn', '--json'])
    assert.equal(refused.code, 2, refused.err)
    assert.match(refused.err, /solutions\.jsonl is not what the run began with/)
    writeFileSync(rows, before)
    await killed(['resume', 'torn', '--json'], 'dpo')
    await killed(['resume', 'torn', '--json'], 'prm')
    await labSucceeds(place.folder, ['resume', 'torn', '--json'])
    assert.deepEqual((await finalState(place.at('torn'), 0)).files, expected.files)
  })

  it('train a step reward model that rewards a run, chooses among samples, and is itself read back', async () => {
    await labSucceeds(place.folder, ['run', place.runFile(ON_ROWS), '--no-git', '--out', 'prm', '--json'])
    const reward = { name: 'prm' as const, options: { model: 'prm/model', aggregate: 'product' as const } }
    const file = place.runFile({
      model: 'prm/model', steps: 2, stages: [{ name: 'rl' }], rewards: [reward, { name: 'answer' }], regulariser: {},
      evaluation: { problems: 3, samples: 2, k: [1], rerank: { model: 'prm/model' } }
    }, 'rl.run.json')
    const { events } = await labSucceeds(place.folder, ['run', file, '--no-git', '--out', 'rl', '--json'])
    const evaluated = events.flatMap((event) => (event.type === 'evaluation' ? [event] : []))
    assert.ok(evaluated.every(({ result }) => result.rerank?.problems === 3), JSON.stringify(evaluated))
    const run = await openRun(place.at('rl'))
    const rows = [1, 2].map((step) => run.rollouts.readStep({ kind: 'train', step }))
    const parts = (await Promise.all(rows)).flatMap((step) => step ?? []).map(({ reward: { parts: [first] } }) => first!)
    run.close()
    assert.ok(parts.every(({ name, score, why }) => name === 'prm' && score !== null && score >= 0 && score <= 1 && why.startsWith('product over')), JSON.stringify(parts[0]))
    assert.ok(new Set(parts.map(({ score }) => score)).size > 1)
    await labSucceeds(place.folder, ['run', place.runFile({ steps: 0, stages: [{ name: 'sft', steps: 1, algorithm: { name: 'sft' } }] }, 'plain.run.json'), '--no-git', '--out', 'plain'])
    const bare = place.runFile({ model: 'prm/model', rewards: [{ name: 'prm', options: { model: 'plain/model' } }] }, 'bare.run.json')
    const refused = await lab(place.folder, ['run', bare, '--no-git', '--out', 'refused'])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /plain\/model has no step reward head/)
    assert.equal(existsSync(place.at('refused')), false)
    const { out } = await labSucceeds(place.folder, ['eval', 'prm/model', '--environment', 'arithmetic-chain', '--problems', '2', '--samples', '2', '--max-tokens', '8', '--rerank', 'prm/model', '--json'])
    assert.ok((JSON.parse(out) as { rerank?: object }).rerank)
  })

  it('say where rows are wrong, before anything is made', async () => {
    place.write('rows/solutions.jsonl', '{"prompt": "1 + 1 :", "completion": "1 + 1 = 2 answer 2"}\n{"prompt": "1 + 1 :"}\n')
    for (const more of [[], ['--dry-run']]) {
      const end = await lab(place.folder, ['run', place.runFile(ON_ROWS), '--no-git', '--out', 'none', ...more])
      assert.equal(end.code, 2)
      assert.match(end.err, /solutions\.jsonl:2: "completion"/)
    }
    const dry = await lab(place.folder, ['run', place.runFile({ ...ON_ROWS, stages: [ON_ROWS.stages![1]!] }), '--no-git', '--dry-run'])
    assert.match(dry.out, /dpo, 8 steps on 12 preferences of /)
  })
})
