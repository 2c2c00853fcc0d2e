import { z } from 'zod'
import type { RowKind } from './labelRows.ts'
import { Finite, NonNegative, Positive } from './numbers.ts'
import { ModuleRef } from './moduleRef.ts'

const normalisation = z
  .enum(['tokenMean', 'sequenceMean', 'constant'])
  .describe('How token losses are averaged: over all tokens of the batch, over each sequence first, or by a constant length times the rollouts of the step that could be scored, those of dropped groups included. The mean over sequences counts dropped groups too where advantages are relative to a group (grpo, rloo, lite-ppo, critique-grpo, reinforce against its group): a uniform one would have added 0.')
const constantLength = Positive.optional().describe('The divisor per sequence for `constant`; default: the token limit of sampling.')
const clip = (low: number, high: number) => ({
  clipLow: NonNegative.default(low).describe('Ratios below 1 − clipLow stop pulling down.'),
  clipHigh: NonNegative.default(high).describe('Ratios above 1 + clipHigh stop pulling up (DAPO: clip-higher).')
})

export const SftOptions = z.strictObject({
  name: z.literal('sft').describe('Maximum likelihood of given texts: demonstrations of the environment, or `data`.'),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})
export const RaftOptions = z.strictObject({
  name: z.literal('raft').describe('Maximum likelihood of right completions.'),
  keep: z.enum(['allRight', 'best']).default('allRight').describe('Train on every right completion, or on the best one of each group.'),
  perProblem: z.boolean().default(false).describe('Weigh each kept completion by 1 / kept of its problem.'),
  plusPlus: z.boolean().default(false).describe('RAFT++: importance ratio and clipping on the kept completions.'),
  ...clip(0.2, 0.2),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})
export const ReinforceOptions = z.strictObject({
  name: z.literal('reinforce').describe('REINFORCE against a baseline.'),
  baseline: z.enum(['none', 'batch', 'group', 'leaveOneOut']).default('leaveOneOut').describe('What is taken off each reward: nothing, the mean of the batch, of the group, or of the other rollouts of the group.'),
  scale: z.enum(['none', 'group', 'batch']).default('none').describe('Divide advantages by the standard deviation of …'),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})
export const RlooOptions = z.strictObject({
  name: z.literal('rloo').describe('REINFORCE against the mean of the other rollouts of the problem.'),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})
export const GrpoOptions = z.strictObject({
  name: z.literal('grpo').describe('Advantages relative to the group, clipped importance ratios.'),
  scale: z.enum(['group', 'batch', 'none']).default('group').describe('Divide advantages by the standard deviation of … (Dr. GRPO: none).'),
  ratio: z.enum(['none', 'token', 'sequence']).default('token').describe('Importance ratio per token, or per sequence (GSPO).'),
  ...clip(0.2, 0.2),
  normalisation: normalisation.default('sequenceMean').describe('sequenceMean = GRPO, tokenMean = DAPO, constant = Dr. GRPO.'),
  constantLength
})
export const ReinforceRejOptions = z.strictObject({
  name: z.literal('reinforce-rej').describe('Policy gradient on problems with mixed outcomes only.'),
  drop: z.enum(['none', 'allWrong', 'allRight', 'both']).default('both').describe('Groups that are left out.'),
  rewards: z.enum(['centred', 'signed']).default('centred').describe('r − mean of the group, or r in {−1, +1} without a baseline.'),
  scale: z.enum(['none', 'group']).default('none').describe('Divide advantages by the standard deviation of …'),
  ...clip(0.2, 0.2),
  normalisation: normalisation.default('sequenceMean'),
  constantLength
})
export const LitePpoOptions = z.strictObject({
  name: z.literal('lite-ppo').describe('Group mean, standard deviation of the batch, token mean.'),
  ...clip(0.2, 0.2),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})
export const NsrPsrOptions = z.strictObject({
  name: z.literal('nsr-psr').describe('Rewards right and punishes wrong completions with weights of their own.'),
  positive: NonNegative.default(0.1).describe('Weight of right completions: 0 = NSR, 0.1 = W-REINFORCE, with negative 0 = PSR.'),
  negative: NonNegative.default(1).describe('Weight of wrong completions.'),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})
export const ToprOptions = z.strictObject({
  name: z.literal('topr').describe('Off-policy REINFORCE with tapered sequence ratios.'),
  baseline: Finite.default(0).describe('Subtracted from rewards in {−1, +1}.'),
  positiveLow: NonNegative.default(1).describe('Lower bound of the sequence ratio on right completions.'),
  positiveHigh: NonNegative.default(1).describe('Upper bound of the sequence ratio on right completions.'),
  negativeLow: NonNegative.default(0).describe('Lower bound of the sequence ratio on wrong completions.'),
  negativeHigh: NonNegative.default(1).describe('Upper bound of the sequence ratio on wrong completions.'),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})

export const CritiqueGrpoOptions = z.strictObject({
  name: z.literal('critique-grpo').describe('GRPO whose groups also hold refinements made under critiques.'),
  shaping: Positive.default(0.1).describe('γ of π/(π + γ), the weight of a refinement’s tokens: smaller stresses unlikely tokens more.'),
  refinementWeight: Positive.default(1).describe('Weight of the refinements’ part of the loss. Shaping leaves a token a quarter of its gradient at most.'),
  scale: z.enum(['group', 'batch', 'none']).default('none').describe('Divide advantages by the standard deviation of …'),
  normalisation: normalisation.default('tokenMean'),
  constantLength
})

export const DpoOptions = z.strictObject({
  name: z.literal('dpo').describe('Direct preference optimisation, on `data` of the kind preferences.'),
  variant: z.enum(['sigmoid', 'hinge', 'ipo']).default('sigmoid').describe('sigmoid = DPO (cDPO with labelSmoothing), hinge = SLiC, ipo = IPO.'),
  beta: Positive.default(0.1).describe('How far the policy may leave the reference: larger keeps it closer.'),
  labelSmoothing: NonNegative.max(0.49).default(0).describe('Share of the preferences taken to be wrong, for `sigmoid`.'),
  reference: z.boolean().default(true).describe('Measure against the weights that the stage starts from; SimPO and ORPO do not.'),
  lengthNormalised: z.boolean().default(false).describe('Mean log-probability per token instead of the sum (SimPO).'),
  margin: Finite.default(0).describe('By how much the chosen side has to win (γ of SimPO).'),
  chosenWeight: NonNegative.default(0).describe('Weight of −log π of the chosen side, which keeps its likelihood from falling.'),
  rationaleWeight: NonNegative.default(0).describe('Weight of −log π of the rationale, given the pair.')
})
export const PrmOptions = z.strictObject({
  name: z.literal('prm').describe('A step reward head, on `data` of the kind steps.'),
  afterError: z.enum(['train', 'ignore']).default('train').describe('Whether steps behind the first wrong one count; PRM800K leaves them out.')
})

export const AlgorithmOptions = z.discriminatedUnion('name', [
  SftOptions, RaftOptions, ReinforceOptions, RlooOptions, GrpoOptions, ReinforceRejOptions, LitePpoOptions, NsrPsrOptions, ToprOptions,
  CritiqueGrpoOptions,   DpoOptions, PrmOptions, ModuleRef
])
export type AlgorithmOptions = z.infer<typeof AlgorithmOptions>
/** Options of the algorithm named `N`, defaults filled in. */
export type OptionsOf<N extends AlgorithmOptions['name']> = Extract<AlgorithmOptions, { name: N }>

/** Rows that each algorithm learns from; `sft` can do without, on demonstrations. */
export const KINDS_OF_ROWS: Readonly<Record<SupervisedOptions['name'], readonly RowKind[]>> = { sft: ['critiques', 'solutions'], dpo: ['preferences'], prm: ['steps'] }

/** Algorithms that learn from given texts: their stages sample nothing. */
export type SupervisedOptions = OptionsOf<'sft' | 'dpo' | 'prm'>
/** Algorithms that weigh groups of sampled rollouts; `sft` takes every one for a demonstration. */
export type GroupOptions = Exclude<AlgorithmOptions, { name: 'dpo' | 'prm' }>

export const isSupervised = (options: AlgorithmOptions): options is SupervisedOptions => options.name === 'sft' || options.name === 'dpo' || options.name === 'prm'
