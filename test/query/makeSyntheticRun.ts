/** npx tsx test/query/makeSyntheticRun.ts --out FOLDER [--rollouts N] [--tokens N] [--seed N]: makes a synthetic run. */
import { parseArgs } from 'node:util'
import { makeSyntheticRun } from './syntheticRun.ts'

const USAGE = 'npx tsx test/query/makeSyntheticRun.ts --out FOLDER [--rollouts 1000000] [--tokens 300] [--seed 1]'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: 'string' }, rollouts: { type: 'string', default: '1000000' }, tokens: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } } })
  const [rollouts, tokens, seed] = [values.rollouts, values.tokens, values.seed].map(Number) as [number, number, number]
  if (values.out === undefined || ![rollouts, tokens, seed].every((value) => Number.isInteger(value) && value > 0)) {
    console.error(USAGE)
    process.exitCode = 2
    return
  }
  console.log(await makeSyntheticRun({ directory: values.out, rollouts, tokens, seed, report: (line) => console.error(line) }))
}

await main()
