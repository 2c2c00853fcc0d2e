import { freshTrial } from '../views/freshTrial.ts'
import type { FreshTrial } from '../views/freshTrial.ts'
import { reloadTrial, ROLLOUTS_PER_STEP } from '../views/reloadTrial.ts'
import type { ReloadTrial } from '../views/reloadTrial.ts'
import { median } from './arms.ts'
import { figure } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'

const RELOADS_PER_ROUND = 2
const BARS = { first: 10, attached: 2000, inView: 2 }

/** The packaged extension in a real VS Code: how long people wait for the first rollout, and for a run after a reload. */
export async function windowsBench({ rounds = 5, report }: BenchContext): Promise<BenchOutcome> {
  const fresh: FreshTrial[] = []
  for (let i = 0; i < rounds; i++) {
    fresh.push(await freshTrial())
    report(`windows: first rollout's text after ${figure(fresh.at(-1)!.seconds)} s`)
  }
  const reloads = await reloadTrial(RELOADS_PER_ROUND * rounds)
  return { rows: [firstRow(fresh), ...reloadRows(reloads)], raw: { fresh, reloads }, commands: ['npm run bench -- windows'], definitions: DEFINITIONS }
}

const DEFINITIONS = [
  'The package for this platform in a VS Code server, looked at with Chromium without a graphics card, on the same cores. First rollout: each time a fresh installation, from the choice of a sample in the palette to the text of a rollout that is being sampled.',
  'Reload: of a window that steers a run which trains on all cores. Attached: from the loading of the extension until it is attached to the trainer. In view: from the first picture of the new window until its inspector shows the run’s rollouts, VS Code’s own start included. Steps: those sealed meanwhile that hold every rollout once.'
]

function firstRow(fresh: readonly FreshTrial[]): BenchRow {
  const seconds = median(fresh.map((trial) => trial.seconds))
  return { what: 'fresh install: from the palette to the first rollout’s text', ours: `${figure(seconds)} s`, bar: `< ${BARS.first} s`, met: seconds < BARS.first }
}

function reloadRows({ attached, inView, steps }: ReloadTrial): BenchRow[] {
  const what = `window reloaded ${inView.length} times in the middle of a run`
  const longest = Math.max(...attached)
  const seconds = median(inView)
  const whole = steps.filter(({ rollouts, distinct }) => rollouts === ROLLOUTS_PER_STEP && distinct === rollouts).length
  return [
    { what: `${what}: steps with every rollout once`, ours: `${whole} of ${steps.length}`, bar: 'all', met: steps.length > 0 && whole === steps.length },
    { what: `${what}: extension loaded to attached, longest`, ours: `${longest} ms`, bar: `< ${BARS.attached} ms`, met: attached.length === inView.length && longest < BARS.attached },
    { what: `${what}: window drawn to rollouts in view`, ours: `${figure(seconds)} s`, bar: `< ${BARS.inView} s`, met: seconds < BARS.inView }
  ]
}
