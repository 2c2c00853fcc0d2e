import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import type { TokenUpdate } from '../../../trainer/protocol/tokenUpdate.ts'

export const COLOUR_MODES = ['none', 'logprob', 'entropy', 'advantage', 'ratio', 'clip', 'drawn', 'mask'] as const
export type ColourMode = (typeof COLOUR_MODES)[number]

/** Values per completion token (_T); absent where the run did not record them. */
export interface TokenValues {
  readonly logprob?: readonly number[]
  readonly entropy?: readonly number[]
  readonly advantage?: readonly number[]
  /** Probability under the policy that the update began with ÷ under the one that sampled. */
  readonly ratio?: readonly number[]
  /** 1 = the clipped ratio cut the token's gradient. */
  readonly clip?: readonly number[]
  /** Probability under the policy ÷ under the distribution drawn from. */
  readonly drawn?: readonly number[]
  /** 1 = trained on. */
  readonly mask: readonly number[]
}

/** How a colouring maps values to classes: `s0`–`s7` from weak to strong, or `n3`–`n1`, `z`, `p1`–`p3` either side of neutral. */
export interface Scale {
  readonly title: string
  readonly definition: string
  readonly kind: 'sequential' | 'diverging' | 'state'
  /** Upper bounds of all buckets but the last, ascending. */
  readonly bounds: readonly number[]
  readonly classes: readonly string[]
  readonly labels: readonly string[]
}

type Segment = Rollout['segments'][number]

// A long completion has tens of thousands of tokens, and every part of the page asks for them.
const valuesOf = new WeakMap<Segment, { readonly update: TokenUpdate | undefined; readonly values: TokenValues }>()
const scalesOf = new WeakMap<TokenValues, Map<ColourMode, Scale>>()

/** The values that a segment's tokens can be coloured by, with what its update made of them; the same object for the same two. */
export function tokenValues(segment: Segment, update?: TokenUpdate): TokenValues {
  const before = valuesOf.get(segment)
  if (before && before.update === update) return before.values
  const values = readValues(segment, update)
  valuesOf.set(segment, { update, values })
  return values
}

function readValues(segment: Segment, update: TokenUpdate | undefined): TokenValues {
  const { logprobs, samplingLogprobs, entropies, advantages, mask } = segment
  // Sampling at temperature 1 without truncation makes all ratios 1: nothing to see.
  const differs = logprobs.some((value, token) => Math.abs(value - (samplingLogprobs[token] ?? value)) > 1e-6)
  const known = (values: readonly number[]): boolean => values.length === mask.length
  return {
    mask,
    ...(known(logprobs) && { logprob: logprobs }),
    ...(known(entropies) && { entropy: entropies }),
    ...(advantages && known(advantages) && { advantage: advantages }),
    ...(update && known(update.ratios) && { ratio: update.ratios }),
    ...(update?.clipped && known(update.clipped) && { clip: update.clipped }),
    ...(differs && { drawn: logprobs.map((value, token) => Math.exp(value - (samplingLogprobs[token] ?? value))) })
  }
}

/** Colourings that this rollout has values for. */
export function availableModes(values: TokenValues): ColourMode[] {
  return COLOUR_MODES.filter((mode) => mode === 'none' || values[mode] !== undefined)
}

const SEQUENTIAL = ['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7']
const DIVERGING = ['n3', 'n2', 'n1', 'z', 'p1', 'p2', 'p3']

/** The scale of a colouring; that of advantages is as wide as the largest one in the rollout. */
export function scaleOf(mode: Exclude<ColourMode, 'none'>, values: TokenValues): Scale {
  const scales = scalesOf.get(values) ?? new Map<ColourMode, Scale>()
  scalesOf.set(values, scales)
  const scale = scales.get(mode) ?? makeScale(mode, values)
  scales.set(mode, scale)
  return scale
}

function makeScale(mode: Exclude<ColourMode, 'none'>, values: TokenValues): Scale {
  if (mode === 'logprob') {
    return sequential('Log-probability', 'Natural logarithm of the token’s probability under the policy that sampled it; strong = surprising.', [0.05, 0.2, 0.5, 1, 2, 4, 8], '−')
  }
  if (mode === 'entropy') {
    return sequential('Entropy', 'Entropy of the policy’s distribution before the token, in nats; strong = undecided.', [0.05, 0.2, 0.5, 1, 1.5, 2.2, 3], '')
  }
  if (mode === 'advantage') return advantageScale(values.advantage ?? [])
  if (mode === 'ratio') return ratios('Ratio', 'Probability under the policy that the update began with ÷ under the one that sampled the token: 1 = on policy.')
  if (mode === 'drawn') return ratios('Policy ÷ drawn', 'Probability under the policy ÷ under the distribution really drawn from (temperature, truncation).')
  if (mode === 'clip') return state('Clip state', 'Whether the clipped ratio cut the gradient of this token.', ['not clipped', 'clipped'])
  return state('Trained on', 'Whether the update trains on this token (not: tool output, hints, dropped by a filter).', ['not trained on', 'trained on'])
}

/** Class of one value. */
export function bucketOf(scale: Scale, mode: ColourMode, value: number): string {
  const measured = mode === 'logprob' ? -value : value
  let bucket = 0
  while (bucket < scale.bounds.length && measured > (scale.bounds[bucket] ?? Infinity)) bucket++
  return scale.classes[bucket] ?? ''
}

function sequential(title: string, definition: string, bounds: readonly number[], sign: string): Scale {
  const last = bounds.at(-1) ?? 0
  return { title, definition, kind: 'sequential', bounds, classes: SEQUENTIAL, labels: [...bounds.map((bound) => `to ${sign}${bound}`), `beyond ${sign}${last}`] }
}

function advantageScale(advantages: readonly number[]): Scale {
  const largest = advantages.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  const [low, middle, high] = [largest * 0.02, largest / 3, (largest * 2) / 3]
  return {
    title: 'Advantage', kind: 'diverging', classes: DIVERGING, bounds: [-high, -middle, -low, low, middle, high],
    definition: 'Advantage of the token: how strongly, and in which direction, the update pushes its probability.',
    labels: [-largest, -high, -middle, 0, middle, high, largest].map((value) => (value > 0 ? '+' : '') + short(value))
  }
}

function ratios(title: string, definition: string): Scale {
  return {
    title, definition, kind: 'diverging', classes: DIVERGING, bounds: [0.5, 0.8, 0.95, 1.05, 1.25, 2], labels: ['≤ 0.5', '≤ 0.8', '≤ 0.95', '≈ 1', '≥ 1.05', '≥ 1.25', '≥ 2']
  }
}

function state(title: string, definition: string, labels: readonly string[]): Scale {
  return { title, definition, kind: 'state', bounds: [0.5], classes: ['off', 'on'], labels }
}

const short = (value: number) => String(Number(value.toPrecision(2)))
