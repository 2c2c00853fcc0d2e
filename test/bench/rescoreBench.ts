import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeSyntheticRun } from '../query/syntheticRun.ts'
import { median } from './arms.ts'
import { leftOut } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { runCommand } from './labProcess.ts'

const ROLLOUTS = 100_000
const BAR_SECONDS = 20
const CANCEL_BAR_SECONDS = 2
/** An edit of the run's own part `length`: another scale, and a reason that names the tokens. */
const REWARDS = {
  'length.reward.ts': `export function length(problem: { gold?: string }, completion: string, run: { tokens: number }) {
  return { score: Math.max(0, 1 - run.tokens / 512), why: \`\${run.tokens} tokens\` }
}
`,
  'length.reward.py': `def length(problem, completion, run):
    return max(0, 1 - run["tokens"] / 512), f"{run['tokens']} tokens"
`
}

interface Scene {
  /** Run directory. */
  readonly run: string
  /** Of the reward files. */
  readonly folder: string
  readonly rounds: number
  report(line: string): void
}

/** An edited cheap reward on a large stored run: how long re-scoring takes, and how soon it ends when cancelled. */
export async function rescoreBench({ rounds = 3, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const scene: Scene = { run: await makeSyntheticRun({ directory: join(scratch, 'synthetic'), rollouts: ROLLOUTS, report }), folder: join(scratch, 'rewards'), rounds, report }
  mkdirSync(scene.folder)
  for (const [name, text] of Object.entries(REWARDS)) writeFileSync(join(scene.folder, name), text)
  const typescript = await timesOf(scene, 'length.reward.ts')
  const python = await timesOf(scene, 'length.reward.py')
  const cancelled = await cancelSeconds(scene)
  return {
    rows: [rowOf('TypeScript', typescript), rowOf('Python', python), { what: 're-score, cancelled', ours: `${cancelled.toFixed(1)} s`, bar: `< ${CANCEL_BAR_SECONDS} s`, met: cancelled < CANCEL_BAR_SECONDS }],
    raw: { seconds: { typescript, python, cancelled } }, commands: ['npm run bench -- rescore', 'lab rescore RUN --reward length.reward.ts'],
    definitions: [
      `A synthetic run of ${ROLLOUTS.toLocaleString('en-US')} rollouts with 300 tokens on average, in Parquet shards. From the start of the process \`lab rescore\` to its end, with the scores on the disk and what changed told; the reward runs in a sandbox (QuickJS, bubblewrap). Median of the rounds; files come from the page cache.`,
      'Cancelled: from SIGINT, given when a tenth of the rollouts is done, to the end of the process; what it had written is gone.'
    ]
  }
}

function rowOf(language: string, seconds: readonly number[] | undefined): BenchRow {
  const [what, bar] = [`re-score of ${ROLLOUTS.toLocaleString('en-US')} rollouts, ${language}`, `< ${BAR_SECONDS} s`]
  if (!seconds) return leftOut(what, bar, `no sandbox for ${language} works here`)
  return { what, ours: `${median(seconds).toFixed(1)} s`, bar, met: median(seconds) < BAR_SECONDS }
}

/** Undefined where the reward's language has no sandbox here: then it would need approval. */
async function timesOf(scene: Scene, reward: string): Promise<number[] | undefined> {
  const seconds: number[] = []
  try {
    for (let round = 0; round < scene.rounds; round++) seconds.push(await timeOf(scene, reward))
  } catch (error) {
    if (/nobody has approved/.test(String(error))) return undefined
    throw error
  }
  scene.report(`rescore: ${reward} ${seconds.map((each) => each.toFixed(1)).join(', ')} s`)
  return seconds
}

async function timeOf(scene: Scene, reward: string): Promise<number> {
  const start = performance.now()
  let last: unknown
  await runCommand(process.execPath, rescoreArguments(scene, reward), (line) => { last = JSON.parse(line) })
  const { changes } = last as { readonly changes: { readonly rollouts: number; readonly changed: number } }
  if (changes.rollouts !== ROLLOUTS || changes.changed < ROLLOUTS / 2) throw new Error(`re-scored ${changes.rollouts} rollouts and changed ${changes.changed}`)
  return (performance.now() - start) / 1000
}

async function cancelSeconds(scene: Scene): Promise<number> {
  const before = rescoresOf(scene).length
  let cancel = (): void => undefined
  let cancelledAt: number | undefined
  const ended = runCommand(process.execPath, rescoreArguments(scene, 'length.reward.ts'), (line) => {
    const { type, done = 0 } = JSON.parse(line) as { readonly type: string; readonly done?: number }
    if (type !== 'progress' || done < ROLLOUTS / 10 || cancelledAt !== undefined) return
    cancelledAt = performance.now()
    cancel()
  }, (child) => { cancel = () => void child.kill('SIGINT') })
  const outcome = await ended.then(() => 'finished', String)
  if (!outcome.includes('ended with 130')) throw new Error(`the re-score to be cancelled: ${outcome}`)
  if (rescoresOf(scene).length !== before) throw new Error('a cancelled re-score left something behind')
  return (performance.now() - cancelledAt!) / 1000
}

function rescoresOf({ run }: Scene): readonly string[] {
  const place = join(run, 'rescores')
  return existsSync(place) ? readdirSync(place) : []
}

const rescoreArguments = ({ run, folder }: Scene, reward: string): string[] => [join('dist', 'lab.mjs'), 'rescore', run, '--reward', join(folder, reward), '--json']
