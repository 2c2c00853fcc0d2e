import { notFiniteError } from './notFinite.ts'
import { headLoss } from './headTerm.ts'
import { readsHead, termInput, termOutput, termRows } from './lossGraph.ts'
import type { HeadTerm } from './lossGraph.ts'
import { HEADS } from './trainingGraph.ts'
import { floats } from './batchFeeds.ts'
import type { ForwardBackwardResult, Loss, LossTerm } from '../../engine.ts'
import type { Feeds, WeighedSequence } from './batchFeeds.ts'

/** A term's clip bounds on the ratio; without a clip the bound is out of reach. */
const bounds = (term: LossTerm): { lowest: number; highest: number } =>
  (term.kind === 'policyGradient'
    ? { lowest: term.clipLow === undefined ? 0 : 1 - term.clipLow, highest: term.clipHigh === undefined ? Infinity : 1 + term.clipHigh }
    : { lowest: 0, highest: Infinity })

const hasRatio = (term: LossTerm): boolean => term.kind === 'policyGradient' && term.ratio !== 'none'

/** The numbers of a loss that are inputs of the graph. */
export function termFeeds(terms: readonly LossTerm[]): Feeds {
  const scalar = (value: number) => floats(Float32Array.of(value), [])
  return Object.fromEntries(terms.flatMap((term, i) => {
    const weight = [termInput(i, 'weight'), scalar(term.weight)] as const
    if (!hasRatio(term)) return [weight]
    const { lowest, highest } = bounds(term)
    return [weight, [termInput(i, 'lowest'), scalar(lowest)] as const, [termInput(i, 'highest'), scalar(highest)] as const]
  }))
}

type Outputs = Readonly<Record<string, { readonly data: unknown }>>

/** Sums what the graphs give per row, in double precision, over the micro-batches of one call. */
export class LossReport {
  private readonly terms: readonly LossTerm[]
  private readonly values: number[]
  /** The first term with a ratio is the one that ratios and clip shares are reported of. */
  private readonly ratioTerm: number
  private masked = 0
  private low = 0
  private high = 0
  private ratioSum = 0
  private ratioMax = 0

  /** @param known values of terms, by index, that are whole before any batch is run (pairwise). */
  constructor(loss: Loss, known: ReadonlyMap<number, number>) {
    this.terms = loss.terms
    this.values = loss.terms.map((_, i) => known.get(i) ?? 0)
    this.ratioTerm = loss.terms.findIndex(hasRatio)
  }

  add(batch: readonly WeighedSequence[], outputs: Outputs): void {
    this.terms.forEach((term, i) => {
      if (readsHead(term)) this.addHeads(i, term, batch, outputs)
      else if (term.kind !== 'pairwise') this.addRows(i, batch, outputs)
      if (!Number.isFinite(this.values[i])) throw notFiniteError(`loss term ${i} (${term.kind})`, 'in the forward pass')
    })
    this.addRatios(batch, outputs)
  }

  private addRows(i: number, batch: readonly WeighedSequence[], outputs: Outputs): void {
    const rows = outputs[termOutput(i, 'values')]!.data as Float32Array
    let row = 0
    for (const { weights, mask } of batch) {
      for (let t = 0; t < weights.length; t++, row++) if (mask[t] !== 0) this.values[i]! += weights[t]! * rows[row]!
    }
  }

  private addHeads(i: number, { kind }: HeadTerm, batch: readonly WeighedSequence[], outputs: Outputs): void {
    const heads = outputs[HEADS]!.data as Float32Array
    let row = 0
    for (const item of batch) {
      const [targets_T, shares_T] = [item.termRows[termRows(i, 'targets')]!, item.termRows[termRows(i, 'shares')]!]
      for (let t = 0; t < shares_T.length; t++, row++) if (shares_T[t] !== 0) this.values[i]! += shares_T[t]! * headLoss(kind, heads[row]!, targets_T[t]!)
    }
  }

  private addRatios(batch: readonly WeighedSequence[], outputs: Outputs): void {
    const ratios = this.ratioTerm < 0 ? undefined : outputs[termOutput(this.ratioTerm, 'ratios')]!.data as Float32Array
    const { lowest, highest } = ratios ? bounds(this.terms[this.ratioTerm]!) : { lowest: 0, highest: Infinity }
    let row = 0
    for (const { sequence, mask } of batch) {
      for (let t = 0; t < mask.length; t++, row++) {
        if (mask[t] === 0) continue
        const ratio = ratios ? ratios[row]! : 1
        const advantage = sequence.advantages_T?.[t] ?? 0
        this.masked++
        this.ratioSum += ratio
        this.ratioMax = Math.max(this.ratioMax, ratio)
        if (advantage < 0 && ratio < lowest) this.low++
        if (advantage > 0 && ratio > highest) this.high++
      }
    }
  }

  result(): Omit<ForwardBackwardResult, 'logprobs' | 'tokens'> {
    const share = (count: number): number => (this.masked === 0 ? 0 : count / this.masked)
    return {
      loss: this.terms.reduce((sum, term, i) => sum + term.weight * this.values[i]!, 0),
      termValues: [...this.values],
      clippedLow: share(this.low),
      clippedHigh: share(this.high),
      meanRatio: this.masked === 0 ? 1 : this.ratioSum / this.masked,
      maxRatio: this.masked === 0 ? 1 : this.ratioMax
    }
  }
}
