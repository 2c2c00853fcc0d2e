/** npm run bench: runs the benchmarks named, or all of them, and writes bench/. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { NO_PYTHON } from './bench.ts'
import type { Bench } from './bench.ts'
import { codeBench } from './codeBench.ts'
import { critiqueBench } from './critiqueBench.ts'
import { decodingBench } from './decodingBench.ts'
import { gemmBench } from './gemmBench.ts'
import { gpuBench } from './gpuBench.ts'
import { root } from './labProcess.ts'
import { labelsBench } from './labelsBench.ts'
import { learningBench } from './learningBench.ts'
import { machine } from './machine.ts'
import { memoryBench } from './memoryBench.ts'
import { queryBench } from './queryBench.ts'
import { writeReadme, writeRecord } from './report.ts'
import { recipesBench } from './recipesBench.ts'
import { rescoreBench } from './rescoreBench.ts'
import { resumeBench } from './resumeBench.ts'
import { sandboxBench } from './sandboxBench.ts'
import { startBench, torchStartBench } from './startBench.ts'
import { stepBench, torchStepBench } from './stepBench.ts'
import { trainingBench } from './trainingBench.ts'
import { viewsBench } from './viewsBench.ts'
import { windowsBench } from './windowsBench.ts'
import { workspaceBench } from './workspaceBench.ts'

const BENCHES: Readonly<Record<string, Bench>> = {
  critique: critiqueBench, code: codeBench,
  start: startBench, learning: learningBench, recipes: recipesBench, training: trainingBench, decoding: decodingBench, step: stepBench, gemm: gemmBench,
  memory: memoryBench, resume: resumeBench, query: queryBench, views: viewsBench, windows: windowsBench, labels: labelsBench, sandbox: sandboxBench, rescore: rescoreBench,
  workspace: workspaceBench, torchStep: torchStepBench, torchStart: torchStartBench, gpu: gpuBench
}
const USAGE = `npm run bench -- [name …] [--rounds N] [--out FOLDER]\nNames: ${Object.keys(BENCHES).join(', ')}; none = all.`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' }, out: { type: 'string', default: join(root, 'bench') } } })
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
  const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name))
  if (unknown !== undefined || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
    console.error(`${unknown === undefined ? `--rounds ${values.rounds} is not a whole number above 0` : `There is no benchmark "${unknown}"`}.\n${USAGE}`)
    process.exitCode = 2
    return
  }
  // The launcher found it, or sets it empty where there is none.
  const python = process.env['ROLLOUT_LAB_PYTHON'] || undefined
  if (!python) console.error(`Comparisons with PyTorch are left out: ${NO_PYTHON}.`)
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) await runBench(name, values.out, rounds, python)
}

/** One that fails is said and does not keep the others from running. */
async function runBench(name: string, out: string, rounds: number | undefined, python: string | undefined): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-bench-'))
  const before = machine()
  try {
    const outcome = await BENCHES[name]!({ rounds, python, scratch, report: (line) => console.error(line) })
    writeRecord(out, { version: 1, name, date: new Date().toISOString(), machine: before, ...outcome })
    writeReadme(out, Object.keys(BENCHES))
    for (const { what, ours, theirs, ratio, bar, met } of outcome.rows) {
      console.log([what, ours, theirs ?? '–', ratio?.toFixed(2) ?? '–', bar, met === undefined ? 'not measured' : met ? 'met' : 'NOT met'].join(' | '))
    }
  } catch (error) {
    console.error(`${name}:`, error)
    process.exitCode = 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

await main()
