import { isSupervised } from '../protocol/algorithmOptions.ts'
import type { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import { Evaluation } from '../protocol/runFile.ts'
import type { ResolvedRun, Stage } from '../protocol/runFile.ts'
import { stagesOf } from '../protocol/runStages.ts'
import { isGroupRelative } from './groupFilter.ts'

type Settings = Pick<ResolvedRun, 'algorithm' | 'regulariser' | 'rewards' | 'sampling' | 'groupSize' | 'rollouts'>

const DEFAULT_K = Evaluation.parse({}).k.join()

/** Rewards that say what the verdict says: an algorithm that learns from verdicts leaves nothing of them out. */
const VERDICTS: ReadonlySet<string> = new Set(['answer', 'tests'])

/** Settings of a run that its algorithms do not read, and a way of sampling that its losses do not know of; a sentence each. */
export function settingsWithoutEffect(run: ResolvedRun): string[] {
  return [...ofEvaluation(run), ...stagesOf(run).flatMap((stage) => ofStage(run, stage).map((text) => `Stage ${JSON.stringify(stage.name)}: ${text}`))]
}

function ofStage(run: ResolvedRun, stage: Stage): string[] {
  const settings: Settings = { ...run, ...stage }
  const { algorithm, regulariser, sampling } = settings
  if (!isSupervised(algorithm)) return [...ofGroups(settings), ...ofVerdicts(settings), ...ofEstimator(algorithm, regulariser), ...ofSampling(algorithm, sampling)]
  // That of the run is for the stages that can apply it.
  return ofSupervised(algorithm, stage.regulariser ?? (everyStageIsSupervised(run) ? run.regulariser : undefined))
}

/** The list that a run file gets which says nothing is cut to what its samples can estimate without a word. */
function ofEvaluation({ evaluation: { k, samples } }: ResolvedRun): string[] {
  const large = k.filter((value) => value > samples)
  if (large.length === 0 || k.join() === DEFAULT_K) return []
  return [`${large.map((value) => `pass@${value}`).join(', ')} cannot be estimated from ${samples} samples of each problem and is left out. Raise \`evaluation.samples\`.`]
}

const everyStageIsSupervised = (run: ResolvedRun): boolean => stagesOf(run).every(({ algorithm }) => isSupervised(algorithm ?? run.algorithm))

function ofSupervised({ name }: AlgorithmOptions, regulariser: Settings['regulariser'] | undefined): string[] {
  if (!regulariser || (regulariser.kl.coefficient === 0 && regulariser.entropyBonus === 0)) return []
  return [`\`regulariser\` has no effect, since the loss of ${name} has neither a KL penalty nor an entropy bonus. Take it out.`]
}

/** What makes all rewards of a group equal. Refinements of a rollout are a second one in its group. */
function ofGroups({ algorithm, rewards, sampling, groupSize, rollouts }: Settings): string[] {
  const relative = isGroupRelative(algorithm)
  const alone = relative && groupSize === 1 && rollouts.strategy !== 'critiqueRefine'
  return [
    ...(alone ? [`nothing is trained on, since ${algorithm.name} measures a rollout against the others of its group, and \`groupSize\` is 1. Raise it, or take reinforce.`] : []),
    ...(relative && groupSize > 1 && sampling.temperature === 0 ? [`nothing is trained on, since at temperature 0 the rollouts of a group are all the same, and ${algorithm.name} measures them against each other. Raise \`sampling.temperature\`.`] : []),
    ...(rewards.every(({ weight }) => weight === 0) && !learnsFromVerdicts(algorithm) ? ['no rollout is better than another, since every reward has the weight 0. Give one of `rewards` a weight.'] : [])
  ]
}

function ofVerdicts({ algorithm, regulariser: { kl }, rewards }: Settings): string[] {
  if (!learnsFromVerdicts(algorithm)) return []
  const unread = rewards.filter((reward) => reward.weight !== 0 && !VERDICTS.has(reward.name)).map((reward) => (reward.name === 'module' ? reward.path : reward.name))
  return [
    ...(kl.coefficient > 0 && kl.place === 'reward' ? [`the KL penalty has no effect in the reward, since ${algorithm.name} learns from verdicts. Set \`regulariser.kl.place\` to "loss".`] : []),
    ...(unread.length > 0 ? [`the rewards ${unread.join(', ')} are recorded and change no weight, since ${algorithm.name} learns from verdicts. Take an algorithm that reads rewards, such as grpo or rloo.`] : [])
  ]
}

/** In the loss k1 is log π minus a constant: its gradient is that of log π alone, whose mean over the policy's own samples is 0. */
function ofEstimator(algorithm: AlgorithmOptions, { kl }: Settings['regulariser']): string[] {
  if (kl.coefficient === 0 || kl.place !== 'loss' || kl.estimator !== 'k1') return []
  const elsewhere = learnsFromVerdicts(algorithm) ? '' : ', or `regulariser.kl.place` to "reward"'
  return [`the KL penalty holds nothing back, since the gradient of k1 in the loss does not depend on the reference and is 0 on average. Set \`regulariser.kl.estimator\` to "k2" or "k3"${elsewhere}.`]
}

/** Whether right and wrong is all that the algorithm reads of a rollout. */
function learnsFromVerdicts(algorithm: AlgorithmOptions): boolean {
  switch (algorithm.name) {
    case 'topr':
    case 'nsr-psr': return true
    case 'raft': return algorithm.keep === 'allRight'
    case 'reinforce-rej': return algorithm.rewards === 'signed'
    default: return false
  }
}

/** TOPR alone weighs by the distribution that was really sampled from. */
function ofSampling({ name }: AlgorithmOptions, { temperature, topK, topP, minP }: Settings['sampling']): string[] {
  const changes = [
    ...(temperature === 1 ? [] : [`temperature ${temperature}`]), ...(topK === 0 ? [] : [`topK ${topK}`]), ...(topP === 1 ? [] : [`topP ${topP}`]), ...(minP === 0 ? [] : [`minP ${minP}`])
  ]
  if (name === 'topr' || changes.length === 0) return []
  return [`rollouts are drawn with ${changes.join(', ')}, but probabilities, ratios and gradients are those of temperature 1 over all tokens, so that updates are off-policy and no ratio corrects for it. Sample at temperature 1 without limits, or take topr.`]
}
