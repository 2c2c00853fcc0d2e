import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openWorkspaceWith } from '../rescoring/workspace.fixture.ts'
import { createScriptSandbox } from '../../sandbox/modules/scriptSandbox.fixture.ts'
import { openRun } from '../../stores/runDirectory.ts'
import { RunFile } from '../../protocol/runFile.ts'
import type { Rollout } from '../../protocol/rollout.ts'
import { createRun } from '../../stores/runDirectory.ts'
import { commandLine, folderWithModel } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import { testHost } from '../testHost.fixture.ts'
import type { RescoreEvent } from './rescoreCommand.ts'

type Rescored = Extract<RescoreEvent, { type: 'rescored' }>

const SHORT = 'export const short = (problem, completion, run, { most = 8 }) => ({ score: completion.length <= most ? 1 : 0, why: completion.length + " characters" })\n'
const AT = '2026-01-31T12:00:00.000Z'

/** Two groups of four; completions grow by three characters. */
function rollouts(): Rollout[] {
  return Array.from({ length: 8 }, (_, i): Rollout => {
    const [group, sampleIndex] = [i >> 2, i % 4]
    const text = 'abc'.repeat(sampleIndex + 1)
    return {
      version: 1, id: `t000001.1-00${group}-0${sampleIndex}`, kind: 'train', stage: 'rl', step: 1, attempt: 1, superseded: false, group: `t000001-00${group}`, sampleIndex,
      problemId: `p${group}`, environment: 'arithmetic-chain', params: { depth: 2 }, gold: '4',
      segments: [{ samplePrompt: { text: '2 + 2 :', tokens: [1] }, text, tokens: [1], tokenEnds: [text.length], logprobs: [-1], samplingLogprobs: [-1], entropies: [1], mask: [1], source: 'policy', spans: [], stopReason: i === 7 ? 'length' : 'endOfText' }],
      answer: null, correct: i === 3 ? null : i % 2 === 0, steps: [],
      reward: { total: i === 3 ? null : Number(i % 2 === 0) + 0.5, parts: [{ name: 'answer', score: i === 3 ? null : Number(i % 2 === 0), weight: 1, why: '' }, { name: 'short', score: 1, weight: 0.5, why: 'was short' }] },
      policyVersion: 0, seed: 1, timing: { sampledAt: AT, sampleSeconds: 1, rewardSeconds: 0 }, errors: [], tags: {}
    }
  })
}

describe('lab rescore', () => {
  const folder = folderWithModel()
  const services = openWorkspaceWith(createScriptSandbox())
  const lab = (args: string[], host = testHost({ cwd: folder })): Promise<Answer> => commandLine(folder, args, services, host)
  before(async () => {
    const run = await createRun({
      directory: join(folder, 'run'), runId: 'r', createdAt: new Date(AT), source: { path: join(folder, 'x.run.json'), text: '{}' },
      run: RunFile.parse({ model: 'base', environment: { name: 'arithmetic-chain' }, rewards: [{ name: 'answer' }, { name: 'module', path: 'rewards/short.reward.js', weight: 0.5, options: { most: 6 } }] })
    })
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const rollout of rollouts()) step.append(rollout)
    step.seal(rollouts())
    run.close()
    writeFileSync(join(folder, 'short.reward.js'), SHORT)
  })

  const rescored = async (...more: string[]): Promise<Rescored> => {
    const { code, out, err } = await lab(['rescore', 'run', '--json', '--reward', 'short.reward.js', ...more])
    assert.equal(code, EXIT.finished, err)
    return JSON.parse(out.trimEnd().split('\n').at(-1)!) as Rescored
  }
  const lines = (place: string): Record<string, unknown>[] => readFileSync(place.replace('<folder>', folder), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)

  it('puts the edited reward in the place of the part of its name, with the options of the run', async () => {
    const { reward, replaces, changes, scores } = await rescored()
    assert.deepEqual([reward, replaces], ['short', 'short'])
    // Of the eight one could not be graded; those of 3 and 6 characters keep their score.
    assert.deepEqual([changes.rollouts, changes.notScorable, changes.changed, changes.higher, changes.lower], [8, 1, 3, 0, 3])
    assert.equal(changes.meanTotalBefore, (4 * 1.5 + 3 * 0.5) / 7)
    assert.equal(changes.meanTotalAfter, (2 * 1.5 + 2 * 1 + 2 * 0.5 + 0) / 7)
    const [header, ...scored] = lines(scores)
    assert.deepEqual([header?.['part'], header?.['replaces'], header?.['options']], ['short', 'short', { most: 6 }])
    assert.deepEqual(scored.map(({ rollout, score, total }) => [rollout, score, total]).sort().slice(0, 4), [
      ['t000001.1-000-00', 1, 1.5], ['t000001.1-000-01', 1, 0.5], ['t000001.1-000-02', 0, 1], ['t000001.1-000-03', null, null]
    ])
  })

  it('leaves what the run recorded as it is', async () => {
    const before = readFileSync(join(folder, 'run', 'rollouts', 'step-000001.jsonl'), 'utf8')
    await rescored()
    assert.equal(readFileSync(join(folder, 'run', 'rollouts', 'step-000001.jsonl'), 'utf8'), before)
    const run = await openRun(join(folder, 'run'))
    run.close()
    assert.equal((await run.rollouts.readStep({ kind: 'train', step: 1 }))?.length, 8)
  })

  it('takes options, another part, and the whole reward where no part has its name', async () => {
    assert.equal((await rescored('--options', '{"most": 99}')).changes.lower, 0)
    assert.equal((await rescored('--part', 'answer')).replaces, 'answer')
    writeFileSync(join(folder, 'other.reward.js'), SHORT.replace('const short', 'const other'))
    const { changes, replaces } = await rescored('--reward', 'other.reward.js')
    assert.equal(replaces, null)
    assert.equal(changes.meanTotalAfter, changes.meanAfter)
  })

  it('tells people what changed', async () => {
    const { code, out, err } = await lab(['rescore', 'run', '--reward', 'short.reward.js'])
    assert.equal(code, EXIT.finished, err)
    assert.match(out, /short in the place of the part short, on 8 rollouts/)
    assert.match(out, /changed +3 \(0 higher, 3 lower\)/)
    assert.match(out, /t000001\.1-000-02 +1\.000 +0\.000 +9 characters/)
    assert.match(out, /not scorable 1×: the completion could not be graded/)
  })

  it('tells how far it is, from the beginning on', async () => {
    const { out } = await lab(['rescore', 'run', '--json', '--reward', 'short.reward.js'])
    assert.deepEqual(out.split('\n').slice(0, 2).map((line) => JSON.parse(line) as unknown), [0, 8].map((done) => ({ type: 'progress', done, of: 8 })))
  })

  it('counts what the reward throws on as not scorable, with the reason', async () => {
    writeFileSync(join(folder, 'throwing.reward.js'), 'export const short = (problem, completion) => {\n  if (completion.length > 3) throw new Error("too long for me")\n  return 1\n}\n')
    const { changes } = await rescored('--reward', 'throwing.reward.js')
    assert.equal(changes.notScorable, 6)
    assert.deepEqual(changes.reasons[0], { why: 'too long for me (throwing.reward.js:2)', count: 5 })
  })

  it('names what is wrong with what it is given, and leaves nothing behind', async () => {
    const before = readdirSync(join(folder, 'run', 'rescores')).length
    for (const [args, message] of [
      [['rescore', 'nowhere', '--reward', 'short.reward.js'], /There is no run directory nowhere/],
      [['rescore', 'run', '--reward', 'missing.reward.js'], /There is no file missing\.reward\.js\./],
      [['rescore', 'run', '--reward', 'short.reward.js', '--function', 'long'], /has no function "long"/],
      [['rescore', 'run', '--reward', 'short.reward.js', '--part', 'length'], /No rollout of the run has a reward part "length"[^]*answer, short/]
    ] as const) {
      const { code, err } = await lab([...args])
      assert.equal(code, EXIT.usage, err)
      assert.match(err, message)
    }
    assert.equal(readdirSync(join(folder, 'run', 'rescores')).length, before)
  })

  it('is stopped by Ctrl-C, without a file', async () => {
    const before = readdirSync(join(folder, 'run', 'rescores')).length
    const host = testHost({ cwd: folder })
    const given = lab(['rescore', 'run', '--reward', 'short.reward.js'], host)
    host.signal('SIGINT')
    assert.equal((await given).code, EXIT.stopped)
    assert.equal(readdirSync(join(folder, 'run', 'rescores')).length, before)
    assert.ok(existsSync(join(folder, 'run')))
  })
})
