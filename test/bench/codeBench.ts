import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { baseModel } from './baseModels.ts'
import type { BenchContext, BenchOutcome } from './bench.ts'
import { CODE_ARMS } from './codeResult.ts'
import type { CodeArm, CodeSeed } from './codeResult.ts'
import { codeRows, codeTable } from './codeTable.ts'
import { sampleRun } from './learning.ts'
import type { LearningRun } from './learning.ts'
import { gemmProbe } from './machine.ts'
import { writeIntoReadme } from './readmeTable.ts'

/** Seeds that no setting was chosen on. */
const FIRST_SEED = 301

/**
 * What executed rewards are worth: functions written from examples with the reward and with it shuffled; functions repaired over two
 * turns that tell which test failed, over two that tell only that one did, and in a single turn. All seeds start from the base
 * model that ships.
 */
export async function codeBench({ rounds = 3, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const gemm = await gemmProbe(availableParallelism())
  const model = await baseModel('code', 1, report)
  const results: CodeSeed[] = []
  for (let seed = FIRST_SEED; seed < FIRST_SEED + rounds; seed++) {
    const runs: Partial<Record<CodeArm, LearningRun>> = {}
    for (const [arm, file] of Object.entries(CODE_ARMS) as [CodeArm, string][]) {
      const run = await sampleRun(`code/${file}`, model, seed, join(scratch, `${arm}-${seed}`), await gemm())
      runs[arm] = run
      report(`${file} seed ${seed}: pass@1 ${run.before.passAt1.toFixed(3)} → ${run.after.passAt1.toFixed(3)} in ${run.seconds.toFixed(0)} s`)
    }
    results.push({ seed, runs: runs as CodeSeed['runs'] })
  }
  const table = codeTable(results)
  writeIntoReadme('code', table)
  return {
    rows: codeRows(results), raw: results, commands: ['npm run bench -- code', ...Object.values(CODE_ARMS).map((file) => `lab run samples/code/${file}.run.json --seed <seed>`)],
    definitions: ['Held-out problems, 16 samples each at temperature 1; right = every hidden and fresh test passes, in the last turn where there are several. Tokens: sampled and trained together.', `\n\n${table}\n`]
  }
}
