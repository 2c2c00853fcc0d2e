import { join } from 'node:path'
import { baseModel } from './baseModels.ts'
import type { BenchContext, BenchOutcome } from './bench.ts'
import { collectTraces, labelTraces, meanTokens, sampleFolder, TRACES, writeReferenceSolutions } from './critiqueLabels.ts'
import type { LabelledRows } from './critiqueLabels.ts'
import { BATCH, modelOf, rerank, runArm, runSample } from './critiqueRuns.ts'
import type { ArmRun, RerankRun } from './critiqueRuns.ts'
import { ERROR_RATES } from './critiqueResult.ts'
import type { CritiqueSeed } from './critiqueResult.ts'
import { critiqueRows, critiqueTable } from './critiqueTable.ts'

/** Seeds that no setting was chosen on. */
const FIRST_SEED = 201
/** Tokens through forward and backward pass of each arm that learns from rows. */
const ROW_TOKENS = 150_000
const ROW_LEARNING_RATE = 2e-4
const PRM_STEPS = 300
const PRM_LEARNING_RATE = 1e-3
const RL_STEPS = 120

/**
 * What labels of a scripted labeler are worth: each seed starts from a base model of another supervised seed, samples 200 traces
 * on 25 training problems, has them labelled at three error rates, and trains with the same number of tokens on each kind of
 * rows; and the same for GRPO with and without critiques.
 */
export async function critiqueBench({ rounds = 3, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const results: CritiqueSeed[] = []
  for (let i = 0; i < rounds; i++) {
    const model = await baseModel('maze-walk', i + 1, report)
    results.push(await oneSeed(model, FIRST_SEED + i, join(scratch, String(i)), report))
  }
  return {
    rows: critiqueRows(results), raw: results,
    commands: ['npm run bench -- critique', 'lab labels simulate <run> --count 200 --whole-traces --error-rate <e>', 'lab labels export <run>', 'lab run <arm>.run.json'],
    definitions: [`${TRACES} traces on 25 problems; ${ROW_TOKENS.toLocaleString('en-US')} tokens through forward and backward pass for every arm that learns from rows. Equal tokens in RL: sampled and trained tokens together; GRPO has as many as Critique-GRPO or more.`, `\n\n${critiqueTable(results)}\n`]
  }
}

async function oneSeed(model: string, seed: number, folder: string, report: (line: string) => void): Promise<CritiqueSeed> {
  const say = <T extends object>(name: string, result: T): T => {
    report(`seed ${seed} ${name}: ${JSON.stringify(result)}`)
    return result
  }
  const run = await collectTraces(model, seed, join(folder, 'traces'))
  const rows: LabelledRows[] = []
  for (const errorRate of ERROR_RATES) rows.push(await labelTraces(run, errorRate, seed, folder))
  const onRows = async (name: string, file: string, kind: 'solutions' | 'critiques'): Promise<ArmRun> => say(name, await trainOnRows(join(folder, name), model, seed, file, kind))
  const base = say('base', await runArm(join(folder, 'base'), { name: 'base', model, seed, steps: 0 }))
  const accepted = await onRows('sft-accepted', rows[0]!.accepted, 'solutions')
  const references = await onRows('sft-references', writeReferenceSolutions(rows[0]!, folder), 'solutions')
  const cft: ArmRun[] = []
  const reranked: RerankRun[] = []
  for (const [i, errorRate] of ERROR_RATES.entries()) {
    cft.push(await onRows(`cft-${errorRate}`, rows[i]!.critiques, 'critiques'))
    reranked.push(say(`prm-${errorRate}`, await trainAndRerank(join(folder, `prm-${errorRate}`), model, seed, rows[i]!.steps)))
  }
  const critiqueGrpo = say('critique-grpo', await runSample(join(folder, 'critique-grpo'), join(sampleFolder, 'critique-grpo.run.json'), model, seed, RL_STEPS))
  const grpo = say('grpo', await grpoWithTokens(join(folder, 'grpo'), model, seed, critiqueGrpo))
  return { seed, base, accepted, references, cft, rerank: reranked, grpo, critiqueGrpo }
}

function trainOnRows(folder: string, model: string, seed: number, file: string, kind: 'solutions' | 'critiques'): Promise<ArmRun> {
  const steps = Math.round(ROW_TOKENS / (BATCH * meanTokens(file, kind)))
  return runArm(folder, {
    name: kind, model, seed, steps, data: { file, kind, batchSize: BATCH }, algorithm: { name: 'sft' }, stages: [{ name: 'rows' }],
    optimizer: { learningRate: ROW_LEARNING_RATE, warmupSteps: 10, decay: 'cosine', decayTo: 0.1 }
  })
}

async function trainAndRerank(folder: string, model: string, seed: number, file: string): Promise<RerankRun> {
  await runArm(folder, {
    name: 'prm', recipe: 'prm', model, seed, steps: PRM_STEPS, data: { file, kind: 'steps', batchSize: BATCH }, optimizer: { learningRate: PRM_LEARNING_RATE }, evaluation: { problems: 1, samples: 1, k: [1], greedy: false }
  })
  return rerank(join(folder, 'rerank'), model, modelOf(folder), seed)
}

/** GRPO until it has used as many tokens as the other run, or more: steps by what the same number of its steps costs. */
async function grpoWithTokens(folder: string, model: string, seed: number, other: ArmRun): Promise<ArmRun> {
  const run = (name: string, steps: number): Promise<ArmRun> => runSample(join(folder, name), join(sampleFolder, 'grpo.run.json'), model, seed, steps)
  const tokens = ({ sampledTokens, trainedTokens }: ArmRun): number => sampledTokens + trainedTokens
  const same = await run('same-steps', RL_STEPS)
  return run('same-tokens', Math.ceil((RL_STEPS * tokens(other)) / tokens(same)))
}
