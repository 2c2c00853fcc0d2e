/**
 * The contract between the orchestrator and whatever samples from a model and updates it. Few verbs, after Tinker's API.
 * Arrays suffixed `_T` have one entry per completion token. Logarithms are natural. Everything is plain data, so that an
 * engine can live in another process or on another machine.
 */
import type { Message } from '../protocol/problem.ts'
import type { NewModel } from '../protocol/runFile.ts'
import type { StopReason } from '../protocol/rollout.ts'

/** What an engine may lack. A recipe that needs a missing one fails before anything is sampled. */
export type Capability =
  | 'sample' | 'logprobs' | 'entropy' | 'policyGradient' | 'crossEntropy' | 'klToReference' | 'entropyBonus'
  | 'pairwise' | 'snapshot' | 'save' | 'valueHead' | 'rewardHead' | 'hiddenStates' | 'fullLogits' | 'adapters'

export interface EngineInfo {
  readonly name: string
  /** Same seed, same machine, same calls → same bits. */
  readonly deterministic: boolean
  readonly capabilities: readonly Capability[]
  readonly device: string
  /** What the driver calls the device, the same in every process of the machine; absent where it tells nothing. */
  readonly deviceId?: string
  readonly threads: number
  /** Of what computes; with a model loaded also `attention`: which one it gets, and whether sequences are packed. */
  readonly versions: Readonly<Record<string, string>>
  /**
   * What samples in the engine's place. `logprobs_T` of its completions are the engine's all the same, scored after the draw, so that the
   * sampler's own figures are `samplingLogprobs_T` alone.
   */
  readonly sampler?: 'vllm'
  /** What the device's driver tells as of now, where it tells anything. Each may be absent. */
  readonly gauges?: Gauges
}

export interface Gauges {
  /** Of the device's memory: in use by this engine now, and at most since the last question. Bytes. */
  readonly memoryBytes?: number
  readonly peakMemoryBytes?: number
  /** Share of time in which the device computed, lately, in [0, 1]. */
  readonly utilisation?: number
  readonly powerWatts?: number
}

export interface ModelInfo {
  readonly architecture: string
  readonly parameters: number
  readonly vocabularySize: number
  readonly contextLength: number
  /** What its tokenizer puts before a plain text (`<bos>`); a chat template writes it itself. `encode` adds none of them. */
  readonly beginOfTextTokens: readonly number[]
  readonly endOfTextTokens: readonly number[]
  readonly hasChatTemplate: boolean
}

/**
 * Where a model comes from: a Hugging Face folder, or new weights over a given vocabulary. The prelude is Jinja that stands before the folder's
 * chat template from then on, also where the model is saved; it rejects with `model/no-chat-template` where there is no template.
 */
export type ModelSource =
  | { readonly kind: 'folder'; readonly folder: string; readonly chatTemplatePrelude?: string }
  | { readonly kind: 'new'; readonly model: NewModel; readonly vocabulary: readonly string[]; readonly seed: number }

/**
 * How a token is drawn: the logits are divided by the temperature; then top-k, top-p and min-p, in this order, each over what
 * the one before left, renormalised, as transformers' logits processors do. With temperature 0 the filters do nothing.
 * Settings out of range reject with `engine/sampling`.
 */
export interface SamplingParameters {
  /** 0 = greedy. */
  readonly temperature: number
  /** 0 = off. */
  readonly topK: number
  /** In (0, 1]; 1 = off. Keeps the fewest of the likeliest tokens that reach this probability, at least one. */
  readonly topP: number
  /** In [0, 1]; 0 = off. Drops tokens less likely than this share of the likeliest. */
  readonly minP: number
  /**
   * At least 1 and below the context, or nothing is sampled (`engine/context-length`). A completion whose prompt leaves less
   * room ends with `length` where the context does.
   */
  readonly maxTokens: number
  /** Texts that end a completion, none of them empty; the token that completes one is the last. */
  readonly stop: readonly string[]
}

export interface SamplePrompt {
  readonly tokens: readonly number[]
  /** One completion per seed. A completion's draws depend on its seed alone, not on what else is in the batch. */
  readonly seeds: readonly number[]
}

export interface SampledCompletion {
  readonly promptIndex: number
  readonly sampleIndex: number
  readonly tokens: readonly number[]
  readonly text: string
  /** UTF-16 offset in `text` at which each token ends. */
  readonly tokenEnds_T: readonly number[]
  /** Under the policy at temperature 1. */
  readonly logprobs_T: readonly number[]
  /** Under the distribution sampled from. */
  readonly samplingLogprobs_T: readonly number[]
  readonly entropies_T: readonly number[]
  readonly stopReason: StopReason
  /** Seconds from the start of the call to the end of this completion. */
  readonly seconds: number
}

/** Called while sampling goes on; neither may throw. */
export interface SampleEvents {
  /** A completion is whole, long before the batch may be. */
  finished?(completion: SampledCompletion): void
  /** New text of unfinished completions, once per chunk. */
  partial?(parts: readonly { promptIndex: number; sampleIndex: number; text: string }[]): void
}

/** Tokens to score or train on: a prompt and the completion that follows it. */
export interface TokenSequence {
  readonly prompt: readonly number[]
  readonly completion: readonly number[]
}

export interface SequenceLogprobs {
  readonly logprobs_T: readonly number[]
  readonly entropies_T: readonly number[]
}

/** A sequence with what the loss terms read. Missing arrays count as zeros, a missing mask as ones. */
export interface TrainSequence extends TokenSequence {
  /** 1 = contributes to the loss. */
  readonly mask_T?: readonly number[]
  /** For policyGradient. */
  readonly advantages_T?: readonly number[]
  /** For policyGradient with a ratio: the behaviour policy's log-probabilities. */
  readonly behaviourLogprobs_T?: readonly number[]
  /** For klToReference. */
  readonly referenceLogprobs_T?: readonly number[]
  /** For crossEntropy; default 1. */
  readonly weights_T?: readonly number[]
  /** For pairwise: sequences of one name are the two sides of a pair, which may stand anywhere in the data of the call. */
  readonly pair?: { readonly name: string; readonly side: 'chosen' | 'rejected' }
  /** For stepReward: target in [0, 1] of the head at this token; null = none here. */
  readonly stepLabels_T?: readonly (number | null)[]
  /** For valueRegression: return-to-go at this token; null = none here. */
  readonly returns_T?: readonly (number | null)[]
}

/**
 * Terms of the loss; the loss is Σ weight·term, each term averaged by the normalisation. With d = logp − behaviour:
 * - policyGradient: −min(ρA, clip(ρ, 1−low, 1+high)A); ρ = exp(d) per token, exp(mean of d) per sequence (GSPO), or for
 *   `none` −A·logp. `Infinity` is not JSON: leave a clip out for none.
 * - crossEntropy: −weights·logp.
 * - klToReference: with u = reference − logp: k1 = −u, k2 = u²/2, k3 = eᵘ − 1 − u.
 * - entropyBonus: −H of the policy's distribution (exact gradient).
 * - pairwise: per pair, with z = β·[Σd(chosen) − Σd(rejected)] − margin, d = logp − referenceLogprobs_T over masked tokens (a mean
 *   instead of the sum where `lengthNormalised`): `sigmoid` −(1−ε)·log σ(z) − ε·log σ(−z) with ε = labelSmoothing (DPO, cDPO);
 *   `hinge` max(0, 1 − z) (SLiC); `ipo` (z/β − 1/(2β))² (IPO). SimPO: no reference, lengthNormalised, margin γ. Averaged over the
 *   pairs of the call, whatever the normalisation, unless it gives a `denominator`, which then counts pairs.
 * - stepReward: binary cross-entropy of σ(head) against stepLabels_T, averaged over the labelled tokens.
 * - valueRegression: ½(head − returns_T)², averaged over the tokens with a return.
 *   Both leave out masked tokens, and take a `denominator` of the normalisation for the number of tokens that they average over.
 */
export type LossTerm =
  | { readonly kind: 'policyGradient'; readonly weight: number; readonly ratio: 'none' | 'token' | 'sequence'; readonly clipLow?: number; readonly clipHigh?: number }
  | { readonly kind: 'crossEntropy'; readonly weight: number }
  | { readonly kind: 'klToReference'; readonly weight: number; readonly estimator: 'k1' | 'k2' | 'k3' }
  | { readonly kind: 'entropyBonus'; readonly weight: number }
  | {
      readonly kind: 'pairwise'; readonly weight: number; readonly variant: 'sigmoid' | 'hinge' | 'ipo'; readonly beta: number
      readonly labelSmoothing?: number; readonly margin?: number; readonly lengthNormalised?: boolean
    }
  | { readonly kind: 'stepReward'; readonly weight: number }
  | { readonly kind: 'valueRegression'; readonly weight: number }

/**
 * tokenMean: divide by the masked tokens of the call; sequenceMean: mean over each sequence's masked tokens, then over the
 * sequences; constant: divide by sequences × length. `denominator` replaces the count (tokens, sequences, sequences) so
 * that several calls accumulate to exactly one big batch.
 */
export type Normalisation =
  | { readonly kind: 'tokenMean'; readonly denominator?: number }
  | { readonly kind: 'sequenceMean'; readonly denominator?: number }
  | { readonly kind: 'constant'; readonly length: number; readonly denominator?: number }

export interface Loss {
  readonly terms: readonly LossTerm[]
  readonly normalisation: Normalisation
}

export interface ForwardBackwardResult {
  /** Of the current policy, before any update, in the order of the data. */
  readonly logprobs: readonly SequenceLogprobs[]
  readonly loss: number
  /** Normalised value of each term before its weight, in the order of the terms. */
  readonly termValues: readonly number[]
  /** Share of masked tokens whose gradient was cut by the lower / upper clip. */
  readonly clippedLow: number
  readonly clippedHigh: number
  /** Over masked tokens; 1 without a ratio. */
  readonly meanRatio: number
  readonly maxRatio: number
  /** Tokens computed, padding left out. */
  readonly tokens: number
}

export interface OptimizerStep {
  readonly name: 'adamw' | 'sgd'
  /** After warm-up and decay: the schedule is the caller's. */
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  /** 0 = no clipping. */
  readonly maxGradNorm: number
}

export interface OptimizerStepResult {
  /** Global L2 norm before clipping. */
  readonly gradNorm: number
  /** L2 norm of the change of the weights. */
  readonly updateNorm: number
  readonly parameterNorm: number
}

/**
 * All verbs reject with a LabError; `AbortSignal` cancels (sampling within one chunk: unfinished completions come back with
 * stop reason `cancelled`; scoring and training reject with `engine/cancelled`). Calls are queued: one at a time runs.
 * A rejected call leaves the engine as it was, but for the gradient, which a rejected `forwardBackward` or `optimStep` clears.
 *
 * What every engine rejects with, whatever the call:
 * - `engine/no-model`: no model is loaded;
 * - `engine/empty-prompt`, `engine/token-range`, `engine/context-length`: tokens that the model cannot take, with their place;
 * - `engine/sampling`, `engine/optimizer-step`, `engine/normalisation`, `engine/shape`: settings or arrays that make no sense;
 * - `engine/empty-batch`: training on no sequences; sampling or scoring none gives none;
 * - `engine/not-finite`: a number that is not finite, in the data or found on the way, with the tensor as place;
 * - `engine/loss`, `engine/pair`: a term's settings, or pairs that lack a side; `engine/no-reward-head`;
 * - `engine/no-snapshot`, `engine/unknown-word` (text that the tokenizer cannot express), `engine/cancelled`;
 * - `engine/out-of-memory`, also with the smallest parts; `engine/unfit-build`: its libraries do not fit the device or its driver;
 * - `engine/died` (its process ended), `engine/internal` (a fault of the engine); `model/…`: the model's folder is at fault.
 */
export interface Engine {
  info(): Promise<EngineInfo>
  /** Replaces the model; gradients, optimiser state and snapshots are forgotten. */
  loadModel(source: ModelSource): Promise<ModelInfo>
  encode(texts: readonly string[]): Promise<number[][]>
  decode(tokens: readonly (readonly number[])[]): Promise<string[]>
  /** Applies the model's chat template. Rejects with `model/no-chat-template` where there is none. */
  renderChat(conversations: readonly (readonly Message[])[]): Promise<string[]>
  /** Completions in the order of prompts, then seeds. */
  sample(prompts: readonly SamplePrompt[], parameters: SamplingParameters, events?: SampleEvents, signal?: AbortSignal): Promise<SampledCompletion[]>
  /** Under the current policy, or under the snapshot of that name. */
  logprobs(sequences: readonly TokenSequence[], snapshot?: string, signal?: AbortSignal): Promise<SequenceLogprobs[]>
  /**
   * What the reward head says at every completion token (_T), having read it: its logit. Rejects with `engine/no-reward-head` where the model has
   * none; one appears, at zero, with the first `stepReward` or `valueRegression`, and is saved and loaded with the model, and stays through `restore`.
   */
  headValues(sequences: readonly TokenSequence[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>
  /** Adds to the accumulated gradient. Rejects with `engine/not-finite` naming the tensor, gradient cleared. */
  forwardBackward(data: readonly TrainSequence[], loss: Loss, signal?: AbortSignal): Promise<ForwardBackwardResult>
  /**
   * Applies and clears the accumulated gradient. A gradient that is not finite rejects, naming its tensor, and changes no weight;
   * an update beyond all numbers rejects in the same way and leaves weights that are of no use.
   */
  optimStep(step: OptimizerStep): Promise<OptimizerStepResult>
  /** Forgets moments and step count (a new stage). */
  resetOptimizer(): Promise<void>
  /** Keeps the current weights under a name, in memory. */
  snapshot(name: string): Promise<void>
  restore(name: string): Promise<void>
  dropSnapshot(name: string): Promise<void>
  /** Writes a Hugging Face folder (config.json, model.safetensors, tokenizer.json …; optimizer.safetensors if asked). */
  save(folder: string, options: { readonly optimizer: boolean; readonly dtype: 'float32' | 'bfloat16' }): Promise<void>
  /** Weights and, where the folder has it and it is asked for, optimiser state of a folder written by `save`. */
  load(folder: string, options: { readonly optimizer: boolean }): Promise<ModelInfo>
  /** Accumulated gradient by tensor name, for tests of engines against each other. */
  gradients(): Promise<Record<string, number[]>>
  close(): Promise<void>
}

/** Something that people should hear of although the call goes on. */
export interface EngineNotice {
  /**
   * `outOfMemory`: the work is done again, in smaller parts or with more room; `attention`: it is another than the run asks for;
   * `samplerMismatch`: the sampler draws from other probabilities than the engine computes; `slowSampling`: memory lacks for what would make it fast;
   * `noKernels`: the device could sample by kernels that this machine cannot compile;
   * `waitsForDevice`: it starts once its device is free.
   */
  readonly kind: 'outOfMemory' | 'attention' | 'samplerMismatch' | 'slowSampling' | 'noKernels' | 'waitsForDevice'
  readonly detail: string
  /** Token budget from now on, where it was a micro-batch that was halved. */
  readonly microBatchTokens?: number
}

export interface EngineOptions {
  /** 0 = all cores. */
  readonly threads: number
  /** Token budget of one forward and backward pass. */
  readonly microBatchTokens: number
  /** False: it samples and scores alone, and needs room for nothing else. Default true. */
  readonly trains?: boolean
  /** Told of what the engine does on its own; must not throw. */
  readonly onNotice?: ((notice: EngineNotice) => void) | undefined
}

/** Starts an engine; the orchestrator starts another one when the first has died. */
export type EngineFactory = (options: EngineOptions) => Promise<Engine>
