import type { Normalisation } from '../engines/engine.ts'
import type { TokenLoss, WeighContext } from './algorithm.ts'

/** What every algorithm's options say about averaging. */
export interface NormalisationOptions {
  readonly normalisation: 'tokenMean' | 'sequenceMean' | 'constant'
  readonly constantLength?: number | undefined
}

/** `constant` divides by `constantLength`, or by the token limit of sampling where none is given (Dr. GRPO). */
export function normalisationOf(options: NormalisationOptions, context: WeighContext): Normalisation {
  return options.normalisation === 'constant'
    ? { kind: 'constant', length: options.constantLength ?? context.maxTokens }
    : { kind: options.normalisation }
}

export interface RatioOptions {
  readonly ratio: 'token' | 'sequence'
  readonly clipLow: number
  readonly clipHigh: number
}

/** −min(ρA, clip(ρ, 1 − low, 1 + high)·A); without ratio options −A·log π. */
export function policyGradientLoss(options: NormalisationOptions, context: WeighContext, ratio?: RatioOptions): TokenLoss {
  const term: TokenLoss['terms'][number] = ratio
    ? { kind: 'policyGradient', weight: 1, ratio: ratio.ratio, clipLow: ratio.clipLow, clipHigh: ratio.clipHigh }
    : { kind: 'policyGradient', weight: 1, ratio: 'none' }
  return { terms: [term], normalisation: normalisationOf(options, context) }
}

/** −w·log π. */
export function crossEntropyLoss(options: NormalisationOptions, context: WeighContext): TokenLoss {
  return { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: normalisationOf(options, context) }
}
