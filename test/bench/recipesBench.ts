import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { baseModel } from './baseModels.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'
import { learningRunOf } from './learning.ts'
import type { LearningRun } from './learning.ts'
import { gainsOf, recipesTable } from './learningTable.ts'
import type { RecipeResult } from './learningTable.ts'
import { gemmProbe } from './machine.ts'
import { writeIntoReadme } from './readmeTable.ts'

/** Those that need nothing but an outcome reward. */
const RECIPES = ['grpo', 'dr-grpo', 'dapo', 'gspo', 'lite-ppo', 'rloo', 'reinforce', 'reinforce-rej', 'raft', 'topr', 'w-reinforce', 'nsr']
const SAMPLE = 'arithmetic-chain'
const STEPS = 60
/** Seeds that no setting was chosen on. */
const FIRST_SEED = 201

/** Every such recipe with its own defaults on one sample, on several seeds; each seed starts from a base model of another supervised seed. */
export async function recipesBench({ rounds = 3, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const gemm = await gemmProbe(availableParallelism())
  const runs = new Map<string, LearningRun[]>(RECIPES.map((recipe) => [recipe, []]))
  for (let i = 0; i < rounds; i++) {
    const [seed, model] = [FIRST_SEED + i, await baseModel(SAMPLE, i + 1, report)]
    for (const recipe of RECIPES) {
      const file = join(scratch, `${recipe}.run.json`)
      writeFileSync(file, JSON.stringify(runFileOf(recipe)))
      const run = await learningRunOf(file, model, seed, join(scratch, `${recipe}-${seed}`), await gemm())
      runs.get(recipe)!.push(run)
      report(`${recipe} seed ${seed}: pass@1 ${run.before.passAt1.toFixed(3)} → ${run.after.passAt1.toFixed(3)} in ${run.seconds.toFixed(0)} s`)
    }
  }
  const results = [...runs].map(([recipe, ofRecipe]): RecipeResult => ({ recipe, runs: ofRecipe }))
  const table = recipesTable(results)
  writeIntoReadme('recipes', table)
  return { rows: results.map(rowOf), raw: results, commands: ['npm run bench -- recipes'], definitions: [DEFINITION, `\n\n${table}\n`] }
}

const DEFINITION =
  `${STEPS} steps of ${SAMPLE} with what each recipe says by default and nothing tuned (learning rates: 1e-4 for topr, w-reinforce and nsr, 2e-4 for the others). Held-out problems, 300 × 16 samples at temperature 1; ` +
  'shares in per cent, means over the seeds, gains with 95 % t-intervals.'

/** The model is named when it is run. */
const runFileOf = (recipe: string): RunFileInput => ({
  name: recipe, recipe, model: '.', environment: { name: SAMPLE }, steps: STEPS, sampling: { maxTokens: 56 }, evaluation: { problems: 300, samples: 16 }
})

function rowOf({ recipe, runs }: RecipeResult): BenchRow {
  const least = 100 * Math.min(...gainsOf(runs, ({ passAt1 }) => passAt1))
  return {
    what: `recipe ${recipe}, ${STEPS} steps of ${SAMPLE}, worst of ${runs.length} seeds`, ours: `pass@1 ${least < 0 ? '−' : '+'}${Math.abs(least).toFixed(1)} points`,
    bar: 'above 0 in each seed', met: least > 0
  }
}
