import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { lab, labSucceeds } from '../process/labProcess.ts'
import { Place } from '../process/tinyRun.ts'
import { samplesFolder } from './sampleFiles.ts'

const FILE = join(samplesFolder, 'user-modules', 'largest.run.json')
const SHORT = ['steps=2', 'problemsPerStep=3', 'groupSize=8', 'evaluation.problems=3', 'stages.0.steps=40'].flatMap((setting) => ['--set', setting])

describe('samples: modules of one’s own', function () {
  this.timeout(120_000)
  let place: Place
  beforeEach(() => (place = new Place()))
  afterEach(() => place.remove())

  it('fit the published types', () => {
    const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
    execFileSync(process.execPath, [compiler, '-p', join(samplesFolder, 'user-modules')], { stdio: 'pipe' })
  })

  it('do not run before somebody trusts them', async () => {
    const refused = await lab(place.folder, ['run', FILE, '--out', 'r', ...SHORT])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /3 modules are code of the workspace that nobody has approved:\n[^]*environment\.ts \(SHA-256 [^]*algorithm\.ts \(SHA-256 [^]*--trust-workspace/)
    assert.equal(existsSync(place.at('r')), false)
  })

  it('give problems, rewards and advantages once trusted', async () => {
    await labSucceeds(place.folder, ['run', FILE, '--out', 'r', '--json', '--trust-workspace', ...SHORT])
    const run = await openRun(place.at('r'))
    const rows = (await run.rollouts.readStep({ kind: 'train', step: 1 })) ?? []
    run.close()
    assert.equal(rows.length, 24)
    assert.deepEqual(new Set(rows.map(({ environment }) => environment)), new Set(['largest']))
    for (const { reward } of rows) assert.deepEqual(reward.parts.map(({ name, weight }) => [name, weight]), [['near', 1], ['answer', 0.5]])
    assert.ok(rows.some(({ segments }) => segments[0]?.advantages?.some((advantage) => advantage !== 0)))
  })

  it('score completions without a model, as the README shows', async () => {
    place.write('completions.jsonl', [9, 17, 4, 5].map((n) => JSON.stringify({ prompt: '4 17 9 :', gold: '17', completion: String(n) })).join('\n'))
    const { out } = await labSucceeds(place.folder, ['score', FILE, '--completions', 'completions.jsonl', '--trust-workspace'])
    assert.deepEqual(out.split('\n').map((line) => (JSON.parse(line) as { total: number }).total), [0.5, 1.5, 0, 0])
  })

  it('that are files of reward functions score in a sandbox, without approval', async () => {
    const file = join(samplesFolder, 'user-modules', 'brevity.run.json')
    const sums = [{ completion: '7 + 5 = 12 answer 12', tokens: 20 }, { completion: '7 + 5 = 13 answer 13', tokens: 20 }, { completion: '7 + 5 = 12 answer 12', tokens: 8 }]
    place.write('completions.jsonl', sums.map((sum) => JSON.stringify({ prompt: '7 + 5 :', gold: '12', ...sum })).join('\n'))
    const partsBy = async (...more: string[]): Promise<(readonly [string, number | null, string])[]> => {
      const { out } = await labSucceeds(place.folder, ['score', file, '--completions', 'completions.jsonl', ...more])
      return out.split('\n').map((line) => (JSON.parse(line) as Scored).parts.at(-1)!).map(({ name, score, why }) => [name, score, why] as const)
    }
    assert.deepEqual(await partsBy(), [['brevity', 0.75, '20 of 56 tokens, the first 8 free'], ['brevity', 0, 'wrong, which brevity does not mend: The answer is “13”; expected “12”.'], ['brevity', 1, '8 of 56 tokens, the first 8 free']])
    // Where no sandbox for Python is there it runs all the same, since it is trusted here.
    const truth = await partsBy('--trust-workspace', '--set', 'rewards=[{"name":"module","path":"truth.reward.py"}]')
    assert.deepEqual(truth, [['truth', 1, '1 of 1 steps are true'], ['truth', 0, '0 of 1 steps are true'], ['truth', 1, '1 of 1 steps are true']])
  })
})

interface Scored {
  readonly parts: readonly { readonly name: string; readonly score: number | null; readonly why: string }[]
}
