import { z } from 'zod'
import { AlgorithmOptions } from './algorithmOptions.ts'
import { ModuleRef } from './moduleRef.ts'
import { RowKind } from './labelRows.ts'
import { LimitChanges } from './execution.ts'
import { Count, Finite, NonNegative, Positive, PositiveCount, PositiveShare, Share } from './numbers.ts'
import { TorchOptions } from './torchOptions.ts'

const json = z.record(z.string(), z.json())

/** A model made from nothing, in Hugging Face terms. The vocabulary is the environment's. */
export const NewModel = z.strictObject({
  architecture: z.enum(['LlamaForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM']).default('Qwen3ForCausalLM').describe('Class of transformers that reads the model.'),
  hiddenSize: PositiveCount.default(128).describe('Width of the residual stream.'),
  layers: PositiveCount.default(3).describe('Decoder layers.'),
  heads: PositiveCount.default(4).describe('Attention heads of a layer.'),
  keyValueHeads: PositiveCount.default(2).describe('Heads of keys and values; the attention heads share them, so that their number divides that of the heads.'),
  headSize: PositiveCount.default(32).describe('Width of a head; even.'),
  intermediateSize: PositiveCount.default(256).describe('Width of the feed-forward part of a layer.'),
  contextLength: PositiveCount.default(256).describe('Tokens of prompt and completion together at most.'),
  ropeTheta: Positive.default(10000).describe('Base of the rotary position embedding.'),
  tiedHead: z.boolean().default(true).describe('The output head is the embedding; false: it has weights of its own.')
})
export type NewModel = z.infer<typeof NewModel>

export const ChatTemplateKwargs = json
export type ChatTemplateKwargs = z.infer<typeof ChatTemplateKwargs>

const MixtureWeight = Positive.default(1).describe('Share of the problems in a mixture.')

export const EnvironmentRef = z.union([
  ModuleRef.extend({ weight: MixtureWeight }),
  z.strictObject({
    name: z.string().min(1).describe('countdown, arithmetic-chain, string-composition, list-functions, maze-walk; of programs function-synthesis, code-repair, sql; jsonl for a dataset; workspace for problems of your own code; or module.'),
    options: json.default({}).describe('Difficulty and other parameters of the environment.'),
    weight: MixtureWeight
  })
])
export type EnvironmentRef = z.infer<typeof EnvironmentRef>

export const Sampling = z.strictObject({
  temperature: NonNegative.default(1).describe('0 = greedy.'),
  topK: Count.default(0).describe('Sample among the k most likely tokens; 0 = all.'),
  topP: PositiveShare.default(1).describe('Sample within the smallest set of tokens of this probability; 1 = all.'),
  minP: Share.default(0).describe('Drop tokens less likely than this share of the most likely one; 0 = none.'),
  maxTokens: PositiveCount.default(64).describe('Completion tokens at most; a longer completion is truncated.'),
  stop: z.array(z.string().min(1)).default([]).describe('Strings that end a completion.')
})
export type Sampling = z.infer<typeof Sampling>

/** What a rollout is made of. */
export const RolloutStrategy = z.discriminatedUnion('strategy', [
  z.strictObject({ strategy: z.literal('plain').describe('One completion of the problem’s prompt.') }),
  z.strictObject({
    strategy: z.literal('critiqueRefine').describe('Failed rollouts are criticised and tried again; refinements join the group, trained under the plain prompt.'),
    critic: z
      .enum(['checker', 'verdict', 'policy', 'labels'])
      .default('checker')
      .describe('checker: the environment’s step checker says what is wrong; verdict: only that something is; policy: the model writes the critique; labels: people wrote it, of responses to the same problems (`data` of the kind critiques), and those responses are tried again.'),
    attempts: PositiveCount.default(2).describe('Failed rollouts of a group that are refined.'),
    keep: PositiveCount.default(1).describe('Refinements that join the group, right ones first.')
  }),
  z.strictObject({
    strategy: z.literal('executeRetry').describe('Programs: what failed is run, its error shown, and the model tries again in the same rollout; tool output is masked from the loss.'),
    turns: PositiveCount.default(2).describe('Programs of a rollout at most.')
  }),
  z.strictObject({
    strategy: z.literal('critic').describe('Problems that ask for a critique: the refinement that follows from each critique is sampled too, for the reward `refined`; only the critique is trained.')
  })
])
export type RolloutStrategy = z.infer<typeof RolloutStrategy>

/** How the scores of a trace's steps become one. */
export const StepAggregate = z.enum(['min', 'product', 'mean', 'last']).describe('How the scores of a trace’s steps become one number.')
export type StepAggregate = z.infer<typeof StepAggregate>

/** A model with a step reward head. */
export const StepRewardModel = z.strictObject({
  model: z.string().min(1).describe('Folder of a model with a step reward head, as the recipe `prm` trains one, relative to the run file.'),
  aggregate: StepAggregate.default('min')
})
export type StepRewardModel = z.infer<typeof StepRewardModel>

const RewardWeight = Finite.default(1).describe('The score of the part, mostly in [0, 1], counts in the reward times this; negative = a punishment.')

export const RewardRef = z.union([
  z.strictObject({
    ...ModuleRef.shape, weight: RewardWeight,
    function: z.string().min(1).optional().describe('Of a file named *.reward.ts, *.reward.js or *.reward.py: which of its functions; default: score, reward, the one named as the file, or the only one.')
  }),
  z.strictObject({
    name: z.enum(['answer', 'format', 'length', 'steps', 'shuffled', 'refined', 'tests', 'tamper']).describe('answer: the grader’s verdict; format: the trace parses; length: tokens against a budget; steps: share of true steps; shuffled: the answer reward of another rollout, as a control; refined: whether the refinement after a critique is right; tests: the tests that the program passes; tamper: 1 where an execution shows marks of cheating (give it a negative weight).'),
    weight: RewardWeight,
    options: json.default({}).describe('Parameters of the reward.')
  }),
  z.strictObject({ name: z.literal('prm').describe('Scores of a step reward model.'), weight: RewardWeight, options: StepRewardModel })
])
export type RewardRef = z.infer<typeof RewardRef>

export const GroupFilter = z.strictObject({
  dropAllRight: z.boolean().default(false).describe('Drop groups whose answers are all right.'),
  dropAllWrong: z.boolean().default(false).describe('Drop groups whose answers are all wrong.'),
  dropZeroVariance: z.boolean().optional().describe('Drop groups whose rewards are all equal. Default: true where the algorithm’s advantages of such a group are 0 (grpo, rloo, lite-ppo, critique-grpo, reinforce against its group), else false. A dropped group also goes without what else the loss holds: the KL penalty in the loss and the entropy bonus.'),
  accuracyLow: Share.default(0).describe('Drop groups with a lower share of right answers.'),
  accuracyHigh: Share.default(1).describe('Drop groups with a higher share of right answers.'),
  dropTruncated: z.boolean().default(false).describe('Mask completions cut off at the token limit.')
}).refine(({ accuracyLow, accuracyHigh }) => accuracyLow <= accuracyHigh, { message: 'must not be above accuracyHigh', path: ['accuracyLow'] })
export type GroupFilter = z.infer<typeof GroupFilter>

export const Regulariser = z.strictObject({
  kl: z
    .strictObject({
      estimator: z.enum(['k1', 'k2', 'k3']).default('k3').describe('Of the divergence, per token, with r the reference over the policy: k1 = −log r, k2 = (log r)² / 2, k3 = r − 1 − log r. In the loss take k2 or k3: the gradient of k1 there does not depend on the reference.'),
      coefficient: NonNegative.default(0).describe('Weight of the penalty; 0 = none.'),
      place: z.enum(['loss', 'reward']).default('loss').describe('loss: a term of the loss; reward: taken off the reward before advantages are computed.')
    })
    .prefault({})
    .describe('Penalty on leaving the policy that the stage started from.'),
  entropyBonus: NonNegative.default(0).describe('Weight of the entropy of the next token, which the loss is lowered by; 0 = none.')
})
export type Regulariser = z.infer<typeof Regulariser>

export const Optimizer = z.strictObject({
  name: z.enum(['adamw', 'sgd']).default('adamw').describe('adamw: Adam with decoupled weight decay; sgd: plain gradient descent.'),
  learningRate: Positive.default(2e-4).describe('The rate after warm-up.'),
  beta1: Share.default(0.9).describe('Decay of the mean of gradients, for adamw.'),
  beta2: Share.default(0.95).describe('Decay of the mean of squared gradients, for adamw.'),
  epsilon: Positive.default(1e-8).describe('Added to the root of the mean square, for adamw.'),
  weightDecay: NonNegative.default(0).describe('Share of the weights taken off in a step, times the learning rate.'),
  maxGradNorm: NonNegative.default(1).describe('Global-norm clipping; 0 = none.'),
  warmupSteps: Count.default(5).describe('Optimiser steps in which the learning rate rises to its value.'),
  decay: z.enum(['constant', 'linear', 'cosine']).default('constant').describe('How the learning rate goes on after warm-up, to the end of the stage.'),
  decayTo: Share.default(0.05).describe('Share of the learning rate that is left at the end, for linear and cosine.')
})
export type Optimizer = z.infer<typeof Optimizer>

/** What evaluations call the problems that the run holds out itself. */
const HELD_OUT = 'heldOut'

export const RetentionSet = z.strictObject({
  name: z.string().min(1).describe('What its figures are called.'),
  environment: EnvironmentRef,
  problems: PositiveCount.default(100).describe('Held-out problems.')
})

export const Evaluation = z.strictObject({
  every: Count.default(0).describe('RL steps between evaluations in the middle; 0 = only before and after.'),
  problems: Count.default(200).describe('Held-out problems; 0 = none are there, and nothing is evaluated on them.'),
  samples: PositiveCount.default(16).describe('Completions of each problem.'),
  temperature: NonNegative.default(1).describe('Of the samples, in place of the temperature in `sampling`.'),
  greedy: z.boolean().default(true).describe('One more completion of each problem at temperature 0.'),
  k: z.array(PositiveCount).default([1, 4, 16]).describe('k of pass@k, each at most `samples`; of the default those that the samples can estimate.'),
  rerank: StepRewardModel.optional().describe('Step reward model to choose among the samples: best of n and weighted majority beside the majority vote.'),
  duringProblems: PositiveCount.default(64).describe('Problems of the evaluations in the middle, 4 samples each.'),
  retention: z.array(RetentionSet).refine((sets) => !sets.some(({ name }) => name === HELD_OUT), `"${HELD_OUT}" is the name of the run's own problems`).refine((sets) => new Set(sets.map(({ name }) => name)).size === sets.length, 'two sets have the same name').default([]).describe('Other difficulties or environments to watch: what else got better or was forgotten.')
})
export type Evaluation = z.infer<typeof Evaluation>

export const CheckpointPolicy = z.strictObject({
  every: PositiveCount.default(10).describe('RL steps between checkpoints; a resumed run redoes at most as many updates.'),
  keep: PositiveCount.default(3).describe('Checkpoints kept besides the last.'),
  dtype: z.enum(['float32', 'bfloat16']).default('float32').describe('Of the final exported weights; checkpoints to resume from are always float32.')
})

/** Rows of a file to train on instead of sampled or generated text. */
export const TrainingData = z.strictObject({
  file: z.string().min(1).describe('Rows as JSON Lines or Parquet, relative to the run file; `lab labels export` writes them.'),
  kind: RowKind.describe('critiques and solutions for `sft`, preferences for `dpo`, steps for `prm`.'),
  batchSize: PositiveCount.default(16).describe('Rows of an optimiser step.'),
  epochs: Positive.optional().describe('Passes over the rows, in the place of `steps`.'),
  chat: z.boolean().default(false).describe('Prompts are bare questions: render them with the model’s chat template.'),
  sha256: z.string().optional().describe('Of the file: filled in when a run starts, so that it never goes on with other data.')
})
export type TrainingData = z.infer<typeof TrainingData>

/** Where a run comes from, for comparisons and lineage. Nothing is read through it. */
export const Parent = z.strictObject({
  run: z.string().min(1).describe('Name of the run directory whose rollouts were labelled or whose model this run goes on from.'),
  checkpoint: z.string().min(1).optional().describe('Name of its checkpoint.'),
  manifest: z.string().min(1).optional().describe('manifest.json beside the exported rows, relative to the run file.')
})
export type Parent = z.infer<typeof Parent>

/** How programs are run. What runs them is the machine's to say: no run file chooses a sandbox or an interpreter. */
export const Execution = z.strictObject({
  limits: LimitChanges.default({}).describe('In place of those that the environment asks for.'),
  retries: Count.default(2).describe('Tries after a failure of the machine; what fails then is not scorable.'),
  batchSeconds: NonNegative.default(0).describe('Seconds that executions which come together, such as those of a step, may take in all; what is not over then is not scorable. 0 = as long as the limits of each allow.'),
  concurrency: Count.default(0).describe('Executions at a time, at most one a core and one more; 0 = as many, or one a core where tests of a workspace are run.')
})
export type Execution = z.infer<typeof Execution>

/** What a stage may set for itself; everything else comes from the run. */
export const Stage = z.strictObject({
  name: z.string().min(1).describe('Unlike that of every other stage; records name it.'),
  steps: Count.optional().describe('Optimiser steps of a supervised stage, RL steps of another. Default: the run’s `steps`.'),
  environment: EnvironmentRef.optional(),
  algorithm: AlgorithmOptions.optional(),
  optimizer: Optimizer.optional(),
  sampling: Sampling.optional(),
  rewards: z.array(RewardRef).optional().describe('In place of the run’s.'),
  filter: GroupFilter.optional(),
  regulariser: Regulariser.optional(),
  problemsPerStep: PositiveCount.optional().describe('Problems of an RL step, in place of the run’s.'),
  groupSize: PositiveCount.optional().describe('Rollouts of each problem, in place of the run’s.'),
  rollouts: RolloutStrategy.optional(),
  demonstrations: z
    .strictObject({
      batchSize: PositiveCount.default(48).describe('Traces of an optimiser step.'),
      mix: json.default({}).describe('Parameters of the environment’s trace generator: strategies and noise.')
    })
    .prefault({})
    .describe('For `sft` without `data`: what the supervised traces are made of.'),
  data: TrainingData.optional()
})
export type Stage = z.infer<typeof Stage>

/** `fake` serves tests, `tinker` is in no build: both pass the schema. */
export const EngineName = z.enum(['onnx', 'torch', 'tinker', 'fake'])
/** Those that people are offered. */
export const OFFERED_ENGINES: readonly z.infer<typeof EngineName>[] = ['onnx', 'torch']
export const isOffered = (engine: string): boolean => OFFERED_ENGINES.some((offered) => offered === engine)

export const RunFile = z.strictObject({
  $schema: z.string().optional().describe('For editors; not read.'),
  version: z.literal(1).default(1).describe('Of the format.'),
  name: z.string().min(1).default('run').describe('What the run is called in lists; the directory of the run begins with it.'),
  notes: z.string().default('').describe('For people; shown with the run.'),
  recipe: z.string().min(1).optional().describe('Vetted defaults; what the run file says wins.'),
  engine: EngineName.default('onnx').describe('onnx: embedded, on the CPU, nothing to install; torch: PyTorch, on a GPU where there is one.'),
  torch: TorchOptions.optional().describe('For the engine torch.'),
  threads: Count.default(0).describe('CPU threads of the engine; 0 = all cores.'),
  model: z.union([
    z.string().min(1).describe('Folder of a Hugging Face model, relative to the run file; or hub:ORGANISATION/NAME for one that lies in the local cache of the Hugging Face hub.'),
    NewModel
  ]),
  chatTemplateKwargs: ChatTemplateKwargs.optional().describe('Variables of the model’s chat template, such as `{ "enable_thinking": false }`, or `{ "date_string": "1 Jan 2026" }` where it would write today’s date. Checkpoints keep them.'),
  seed: Count.default(1).describe('Of all draws: problems, samples, new weights.'),
  environment: EnvironmentRef.optional(),
  environments: z.array(EnvironmentRef).min(1).optional().describe('A mixture, by weight.'),
  steps: Count.default(60).describe('RL steps.'),
  problemsPerStep: PositiveCount.default(16).describe('Problems of an RL step.'),
  groupSize: PositiveCount.default(8).describe('Rollouts of each problem.'),
  sampling: Sampling.prefault({}),
  rollouts: RolloutStrategy.prefault({ strategy: 'plain' }),
  rewards: z.array(RewardRef).min(1).default([{ name: 'answer', weight: 1, options: {} }]).describe('Parts of the reward, which is their weighted sum.'),
  execution: Execution.prefault({}).describe('For environments and rewards that run programs.'),
  rewardDeadlineSeconds: Positive.default(10).describe('Seconds; a reward that takes longer is not scorable.'),
  filter: GroupFilter.prefault({}),
  algorithm: AlgorithmOptions.prefault({ name: 'grpo' }),
  regulariser: Regulariser.prefault({}),
  optimizer: Optimizer.prefault({}),
  updatesPerStep: PositiveCount.default(1).describe('Optimiser steps made from the rollouts of one RL step.'),
  microBatchTokens: PositiveCount.default(1024).describe('Token budget of one forward and backward pass. For the engine torch 8192 where nothing is said; it is halved where memory ends.'),
  evaluation: Evaluation.prefault({}),
  checkpoint: CheckpointPolicy.prefault({}),
  data: TrainingData.optional().describe('What the stages of `sft`, `dpo` and `prm` train on where they name nothing themselves.'),
  parent: Parent.optional(),
  stages: z.array(Stage).min(1).optional().describe('Default: one stage, `rl`.')
})
/** A run file as people write it. */
export type RunFileInput = z.input<typeof RunFile>
/** A run file with recipe and defaults filled in: what run.json holds. */
export type ResolvedRun = z.output<typeof RunFile>
