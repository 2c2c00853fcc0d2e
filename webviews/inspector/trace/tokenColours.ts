import type { Rollout } from '../../../trainer/protocol/rollout.ts'

export const COLOUR_MODES = ['none', 'logprob', 'entropy', 'advantage', 'ratio', 'clip', 'mask'] as const
export type ColourMode = (typeof COLOUR_MODES)[number]

/** Values per completion token (_T); absent where the run did not record them. */
export interface TokenValues {
  readonly logprob?: readonly number[]
  readonly entropy?: readonly number[]
  readonly advantage?: readonly number[]
  /** Probability under the policy ÷ under the distribution sampled from. */
  readonly ratio?: readonly number[]
  /** 1 = the update clipped this token's ratio. */
  readonly clip?: readonly number[]
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
const valuesOf = new WeakMap<Segment, TokenValues>()
const scalesOf = new WeakMap<TokenValues, Map<ColourMode, Scale>>()

/** The values that a segment's tokens can be coloured by; the same object for the same segment. */
export function tokenValues(segment: Segment): TokenValues {
  const values = valuesOf.get(segment) ?? readValues(segment)
  valuesOf.set(segment, values)
  return values
}

function readValues(segment: Segment): TokenValues {
  const { logprobs, samplingLogprobs, entropies, advantages, mask } = segment
  // Sampling at temperature 1 without truncation makes all ratios 1: nothing to see.
  const differs = logprobs.some((value, token) => Math.abs(value - (samplingLogprobs[token] ?? value)) > 1e-6)
  const clip = (segment as Segment & { readonly clipped?: readonly number[] }).clipped
  const known = (values: readonly number[]): boolean => values.length === mask.length
  return {
    mask,
    ...(known(logprobs) && { logprob: logprobs }),
    ...(known(entropies) && { entropy: entropies }),
    ...(advantages && known(advantages) && { advantage: advantages }),
    ...(differs && { ratio: logprobs.map((value, token) => Math.exp(value - (samplingLogprobs[token] ?? value))) }),
    ...(clip && { clip })
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
  if (mode === 'ratio') {
    return {
      title: 'Ratio', kind: 'diverging', classes: DIVERGING, bounds: [0.5, 0.8, 0.95, 1.05, 1.25, 2],
      definition: 'Probability under the policy ÷ under the distribution really sampled from (temperature, truncation).',
      labels: ['≤ 0.5', '≤ 0.8', '≤ 0.95', '≈ 1', '≥ 1.05', '≥ 1.25', '≥ 2']
    }
  }
  if (mode === 'clip') return state('Clip state', 'Whether the update clipped the ratio of this token.', ['not clipped', 'clipped'])
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

function state(title: string, definition: string, labels: readonly string[]): Scale {
  return { title, definition, kind: 'state', bounds: [0.5], classes: ['off', 'on'], labels }
}

const short = (value: number) => String(Number(value.toPrecision(2)))
