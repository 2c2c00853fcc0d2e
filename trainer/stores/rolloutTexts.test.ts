import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import { newRun, rollout, temporaryFolder } from './fixtures.ts'
import { readRolloutTexts } from './rolloutTexts.ts'
import type { RolloutTexts } from './rolloutTexts.ts'
import { createRun } from './runDirectory.ts'

/** Step 1 in a shard, step 2 sealed, step 3 open with a line that is being written. */
async function makeRun(): Promise<{ readonly directory: string; readonly rollouts: readonly Rollout[] }> {
  const directory = join(temporaryFolder(), 'run')
  const run = await createRun(newRun(directory))
  const rollouts = [1, 2, 3].map((step) => rollout({ step, sample: step, tokens: 4 }))
  for (const [i, record] of rollouts.entries()) {
    const open = run.rollouts.openStep({ kind: 'train', step: i + 1 })
    open.append(record)
    if (i < 2) open.seal([record])
    if (i === 0) await run.rollouts.compact({ throughStep: 1, all: true })
  }
  run.close()
  appendFileSync(join(directory, 'rollouts', 'open-000003.jsonl'), JSON.stringify({ ...rollouts[2]!, id: 'torn' }).slice(0, 200))
  return { directory, rollouts }
}

async function read(directory: string, ids?: ReadonlySet<string>): Promise<RolloutTexts[]> {
  const found: RolloutTexts[] = []
  await readRolloutTexts(directory, ids, (one) => found.push(one))
  return found.sort((a, b) => (a.id < b.id ? -1 : 1))
}

function textsOf({ id, kind, problemId, gold, answer, environment, correct, superseded, steps, segments }: Rollout): RolloutTexts {
  return {
    id, kind, problemId, ...(gold === undefined ? {} : { gold }), answer, environment, correct, superseded, steps,
    segments: segments.map(({ text, spans, tokens, tokenEnds, samplePrompt, trainPrompt }) => ({
      text, spans, tokens, tokenEnds, samplePrompt: promptOf(samplePrompt), ...(trainPrompt ? { trainPrompt: promptOf(trainPrompt) } : {})
    }))
  }
}

const promptOf = ({ text, messages }: Rollout['segments'][number]['samplePrompt']) => ({ text, ...(messages && { messages }) })

describe('readRolloutTexts', () => {
  it('reads shards, sealed steps and open ones, and leaves out what is being written', async () => {
    const { directory, rollouts } = await makeRun()
    assert.deepEqual(await read(directory), rollouts.map(textsOf))
  })

  it('reads those with the ids asked for, each once', async () => {
    const { directory, rollouts } = await makeRun()
    appendFileSync(join(directory, 'rollouts', 'open-000002.jsonl'), `${JSON.stringify(rollouts[1])}\n`)
    const ids = new Set([rollouts[0]!.id, rollouts[1]!.id, 'unknown'])
    assert.deepEqual((await read(directory, ids)).map(({ id }) => id), [rollouts[0]!.id, rollouts[1]!.id])
    assert.deepEqual(await read(directory, new Set()), [])
    assert.deepEqual(await read(temporaryFolder()), [])
  })

  it('names the line of a record that is none', async () => {
    const { directory } = await makeRun()
    const file = join(directory, 'rollouts', 'step-000004.jsonl')
    writeFileSync(file, '{"id": "x", "kind": "train"}\n')
    await assert.rejects(read(directory), { code: 'damaged-rollouts', place: `${file}:1`, message: /problemId/ })
    assert.equal((await read(directory, new Set(['y']))).length, 0)
  })
})
