import { LabError } from '../errors.ts'
import { chatTemplateOf, readDescription, tokenizerOf } from '../engines/onnx/files/hfFolder.ts'
import type { Tokenizer } from '../engines/onnx/text/tokenizer.ts'
import { checkStrategy } from '../orchestrator/critiqueWords.ts'
import { heldOutProblems, trainingProblems } from '../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../orchestrator/problemSource.ts'
import { requireProgramsForRewards } from '../orchestrator/programs.ts'
import { cannotRead, requireRoom } from '../orchestrator/promptEncoder.ts'
import { begun } from '../orchestrator/promptTokens.ts'
import { openMixture, openRewards } from '../orchestrator/runPlan.ts'
import type { Mixture, StagePlan } from '../orchestrator/runPlan.ts'
import { isSupervised } from '../protocol/algorithmOptions.ts'
import type { ResolvedRun, RewardRef, Stage } from '../protocol/runFile.ts'
import { evaluatedStageOf, stagesOf } from '../protocol/runStages.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import { BATTERY } from '../redteam/battery.ts'
import { refuseUnknownCheats } from '../redteam/paidCheats.ts'
import { modelSource } from './trainerParts.ts'
import type { Workspace } from './services.ts'

/** Held-out problems that are tried on the tokenizer. */
const HELD_OUT = 16

/** Throws what a start would be refused for, as far as it shows without an engine and without a sandbox. */
export async function checkStart(run: ResolvedRun, workspace: Workspace, acceptPaidCheats: readonly string[]): Promise<void> {
  refuseUnknownCheats(acceptPaidCheats, BATTERY)
  await modelSource(run, workspace)
  const read = await promptReader(run)
  const evaluated = evaluatedStageOf(run)
  for (const [index, stage] of stagesOf(run).entries()) {
    const mixture = await openMixture(stageEnvironments(run, stage), { openEnvironment: workspace.environment })
    await checkStage(run, stage, { index, mixture }, workspace)
    for (const drawn of problemsOf(run, stage, mixture, stage === evaluated)) read?.(drawn, (stage.sampling ?? run.sampling).maxTokens)
  }
}

interface Placed {
  readonly index: number
  readonly mixture: Mixture
}

async function checkStage(run: ResolvedRun, stage: Stage, { index, mixture }: Placed, workspace: Workspace): Promise<void> {
  checkStrategy({ rollouts: stage.rollouts ?? run.rollouts, mixture })
  const rewards = await openRewards((stage.rewards ?? run.rewards).filter(isPlain), { openReward: workspace.reward })
  requireProgramsForRewards({ index, name: stage.name, kind: kindOf(run, stage), mixture, rewards })
}

/** Modules are asked for consent and reward models need an engine, when the run starts. */
const isPlain = ({ name }: RewardRef): boolean => name !== 'module' && name !== 'prm'
const kindOf = (run: ResolvedRun, stage: Stage): StagePlan['kind'] => (isSupervised(stage.algorithm ?? run.algorithm) ? 'supervised' : 'rl')

/** Those of the first step, and some of those that the run is evaluated on. */
function problemsOf(run: ResolvedRun, stage: Stage, mixture: Mixture, evaluated: boolean): DrawnProblem[] {
  const trained = kindOf(run, stage) === 'rl' ? trainingProblems({ mixture, problemsPerStep: stage.problemsPerStep ?? run.problemsPerStep } as StagePlan, run.seed, 1) : []
  return [...trained, ...(evaluated ? heldOutProblems({ name: 'heldOut', mixture, problems: Math.min(HELD_OUT, run.evaluation.problems) }, run.seed) : [])]
}

type ReadPrompt = (drawn: DrawnProblem, maxTokens: number) => void

/** Reads prompts as the embedded engine would; undefined for other engines and for a model that is yet to be made. */
async function promptReader({ engine, model }: ResolvedRun): Promise<ReadPrompt | undefined> {
  if (engine !== 'onnx' || typeof model !== 'string') return undefined
  const description = await readDescription(model)
  const tokenizer = tokenizerOf(model, description)
  const chats = chatTemplateOf(model, description) !== undefined
  return ({ problem, environment }, maxTokens) => {
    if (chats && problem.messages) return
    requireRoom(problem, encode(tokenizer, problem.prompt, environment.name).length, maxTokens, description.config.contextLength)
  }
}

function encode(tokenizer: Tokenizer, prompt: string, environment: string): number[] {
  try {
    return begun(tokenizer.encode(prompt), tokenizer.beginOfTextTokens)
  } catch (cause) {
    if (!LabError.is(cause, 'engine/unknown-word')) throw cause
    throw cannotRead('prompts', environment, cause)
  }
}
