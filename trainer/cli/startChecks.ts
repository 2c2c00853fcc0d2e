import type { ModelSource } from '../engines/engine.ts'
import { chatTemplateOf, newDescription, readDescription, tokenizerOf, withPrelude } from '../engines/onnx/files/hfFolder.ts'
import type { ModelDescription } from '../engines/onnx/files/hfFolder.ts'
import { modelVocabulary, newModelConfig } from '../engines/onnx/model/newModel.ts'
import { parseMix } from '../environments/registry.ts'
import { checkStrategy } from '../orchestrator/critiqueWords.ts'
import { demonstrations, heldOutProblems, trainingProblems } from '../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../orchestrator/problemSource.ts'
import { requireProgramsForRewards } from '../orchestrator/programs.ts'
import { encodeDemonstrations, encodePrompts } from '../orchestrator/promptEncoder.ts'
import { requireReadable } from '../orchestrator/readableData.ts'
import type { ReadPlan, ReadStage } from '../orchestrator/readableData.ts'
import { openMixture, openRewards } from '../orchestrator/runPlan.ts'
import type { Mixture, StageData, StagePlan } from '../orchestrator/runPlan.ts'
import type { TextReader } from '../orchestrator/textReader.ts'
import type { TrainerParts } from '../orchestrator/trainerParts.ts'
import { isSupervised } from '../protocol/algorithmOptions.ts'
import type { EnvironmentRef, ResolvedRun, RewardRef, Stage } from '../protocol/runFile.ts'
import { evaluatedStage, stagesOf } from '../protocol/runStages.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import { BATTERY } from '../redteam/battery.ts'
import { refuseUnknownCheats } from '../redteam/paidCheats.ts'
import { modelSource } from './trainerParts.ts'
import type { Openers } from './trainerParts.ts'

/** Problems that are tried on the tokenizer, of the first step and of those held out. */
const TRAINED = 512
const HELD_OUT = 16

/** What a run file names, opened. */
interface StartParts extends Openers {
  readonly openData: TrainerParts['openData']
}

/**
 * Throws what a start would be refused for, as far as it shows without an engine and without a sandbox.
 * @returns what will be left out of the rows that it learns from.
 */
export async function checkStart(run: ResolvedRun, opened: StartParts, acceptPaidCheats: readonly string[]): Promise<string[]> {
  refuseUnknownCheats(acceptPaidCheats, BATTERY)
  const reader = await textReader(run, await modelSource(run, opened))
  const stages: OpenStage[] = []
  for (const [index, stage] of stagesOf(run).entries()) {
    const mixture = await mixtureOf(stageEnvironments(run, stage), opened)
    await checkStage(run, stage, { index, mixture }, opened)
    stages.push({ stage, mixture, kind: kindOf(run, stage), data: await dataOf(run, stage, opened) })
  }
  if (!reader) return []
  const leftOut = await requireReadable(reader, { stages, sets: await evaluationSets(run, stages, opened) })
  const evaluated = evaluatedStage(stages, ({ kind }) => kind === 'rl')
  for (const stage of stages) await readFirst(reader, run, stage, stage === evaluated)
  return leftOut
}

const mixtureOf = (references: readonly EnvironmentRef[], { environment }: Openers): Promise<Mixture> => openMixture(references, { openEnvironment: environment })

async function evaluationSets({ evaluation }: ResolvedRun, stages: readonly OpenStage[], opened: Openers): Promise<ReadPlan['sets']> {
  const { mixture } = evaluatedStage(stages, ({ kind }) => kind === 'rl')
  const retention = await Promise.all(evaluation.retention.map(async ({ environment, problems }) => ({ mixture: await mixtureOf([environment], opened), problems })))
  return [{ mixture, problems: evaluation.problems }, ...retention]
}

interface OpenStage extends ReadStage {
  readonly stage: Stage
}

async function dataOf(run: ResolvedRun, stage: Stage, { openData }: StartParts): Promise<StageData | undefined> {
  const settings = isSupervised(stage.algorithm ?? run.algorithm) ? (stage.data ?? run.data) : undefined
  return settings && { settings, file: await openData(settings) }
}

/** Reads what the first step would, and some of what the run is evaluated on. */
async function readFirst({ engine, model }: TextReader, run: ResolvedRun, { stage, mixture, kind, data }: OpenStage, evaluated: boolean): Promise<void> {
  await encodePrompts(engine, model, problemsOf(run, stage, mixture, evaluated), (stage.sampling ?? run.sampling).maxTokens)
  if (kind === 'rl' || data) return
  const { mix = {}, batchSize = 1 } = stage.demonstrations ?? {}
  const shown = mixture.map((entry) => ({ ...entry, mix: parseMix(entry.environment, mix) }))
  const batch = demonstrations({ name: stage.name, batchSize, mixture: shown }, run.seed, 1)
  await encodePrompts(engine, model, batch, 0)
  await encodeDemonstrations(engine, batch, batch.map(({ completion }) => completion))
}

interface Placed {
  readonly index: number
  readonly mixture: Mixture
}

async function checkStage(run: ResolvedRun, stage: Stage, { index, mixture }: Placed, opened: Openers): Promise<void> {
  checkStrategy({ rollouts: stage.rollouts ?? run.rollouts, mixture })
  const rewards = await openRewards((stage.rewards ?? run.rewards).filter(isPlain), { openReward: opened.reward })
  requireProgramsForRewards({ index, name: stage.name, kind: kindOf(run, stage), mixture, rewards })
}

/** Modules are asked for consent and reward models need an engine, when the run starts. */
const isPlain = ({ name }: RewardRef): boolean => name !== 'module' && name !== 'prm'
const kindOf = (run: ResolvedRun, stage: Stage): StagePlan['kind'] => (isSupervised(stage.algorithm ?? run.algorithm) ? 'supervised' : 'rl')

/** Those of the first step, as far as they are not too many to look at, and some of those that the run is evaluated on. */
function problemsOf(run: ResolvedRun, stage: Stage, mixture: Mixture, evaluated: boolean): DrawnProblem[] {
  const trained = kindOf(run, stage) === 'rl' ? trainingProblems({ mixture, problemsPerStep: Math.min(TRAINED, stage.problemsPerStep ?? run.problemsPerStep) } as StagePlan, run.seed, 1) : []
  return [...trained, ...(evaluated ? heldOutProblems({ name: 'heldOut', mixture, problems: Math.min(HELD_OUT, run.evaluation.problems) }, run.seed) : [])]
}

/** Reads texts as the embedded engine would; undefined for a model that only another engine reads. */
async function textReader({ engine }: ResolvedRun, source: ModelSource): Promise<TextReader | undefined> {
  if (source.kind === 'new') return readerOf('the new model', newDescriptionOf(source))
  return engine === 'onnx' ? readerOf(source.folder, withPrelude(source.folder, await readDescription(source.folder), source.chatTemplatePrelude ?? '')) : undefined
}

function newDescriptionOf({ model, vocabulary }: Extract<ModelSource, { kind: 'new' }>): ModelDescription {
  const words = modelVocabulary(vocabulary)
  return newDescription(newModelConfig(model, words.length), words)
}

function readerOf(place: string, description: ModelDescription): TextReader {
  const tokenizer = tokenizerOf(place, description)
  const chat = chatTemplateOf(place, description)
  const { contextLength, endOfTextTokens } = description.config
  return {
    engine: {
      encode: async (texts) => texts.map((text) => tokenizer.encode(text)),
      renderChat: async (chats) => chats.map((messages) => chat!.render(messages))
    },
    model: { contextLength, endOfTextTokens, beginOfTextTokens: tokenizer.beginOfTextTokens, hasChatTemplate: chat !== undefined }
  }
}
