import assert from 'node:assert/strict'
import { cohenKappa, pairTally, UNWEIGHTED } from '../../trainer/evals/agreement/cohenKappa.ts'
import type { RatingPair } from '../../trainer/evals/agreement/cohenKappa.ts'
import { FIRST_ERROR_CELLS, firstErrorF1, firstErrorTally } from '../../trainer/evals/agreement/firstErrorF1.ts'
import type { FirstError } from '../../trainer/evals/agreement/firstErrorF1.ts'
import type { Unit } from '../../trainer/evals/agreement/krippendorffAlpha.ts'
import { ALPHA_EXAMPLES, krippendorffAlpha, LINEAR, QUADRATIC } from '../../trainer/evals/agreement/publishedExamples.fixture.ts'
import { SPAN_CELLS, spanF1, spanTally } from '../../trainer/evals/agreement/spanAgreement.ts'
import { sumOf } from '../../trainer/evals/agreement/tally.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { describeWithPython, reference } from './python.ts'

interface Answer {
  readonly definition: number | null
  /** Null where the library is not installed. */
  readonly library: number | null
}

const CASES = 60
const TOLERANCE = 1e-9
const range = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

function agrees(ours: number | null, theirs: number | null, what: string): void {
  if (theirs === null) assert.equal(ours, null, what)
  else assert.ok(ours !== null && Math.abs(ours - theirs) <= TOLERANCE, `${what}: ${ours} is not ${theirs}`)
}

function agreesWithBoth(ours: number | null, { definition, library }: Answer, what: string): void {
  agrees(ours, definition, what)
  if (library !== null) agrees(ours, library, `${what}, library`)
}

describeWithPython('agreement', function () {
  this.timeout(60_000)

  it(`κ of ${CASES} tables, without weights and with linear and quadratic ones`, async () => {
    for (let number = 0; number < CASES; number++) {
      const random = randomStream('kappa', number)
      const categories = 2 + random.integer(5)
      const noise = random.next()
      const pairs = range(1 + random.integer(80), (): RatingPair => {
        const first = random.integer(categories)
        return [first, random.next() < noise ? random.integer(categories) : first]
      })
      const table = sumOf([pairTally(pairs, categories)], categories ** 2)
      for (const [weights, weight] of [[null, UNWEIGHTED], ['linear', LINEAR], ['quadratic', QUADRATIC]] as const) {
        agreesWithBoth(cohenKappa(table, categories, weight), await reference<Answer>('kappa', { pairs, weights, categories }), `case ${number}, ${weights}`)
      }
    }
  })

  it(`α of ${CASES} data sets with missing ratings, and of the published ones, at every level`, async () => {
    const drawn = range(CASES, (number): Unit[] => {
      const random = randomStream('alpha', number)
      const categories = 2 + random.integer(5)
      return range(1 + random.integer(20), () => range(random.integer(5), () => random.integer(categories)))
    })
    for (const [number, units] of [...drawn, ...ALPHA_EXAMPLES.map((example) => example.units)].entries()) {
      for (const level of ['nominal', 'ordinal', 'interval'] as const) {
        agreesWithBoth(krippendorffAlpha(units, level), await reference<Answer>('alpha', { units, level }), `case ${number}, ${level}`)
      }
    }
  })

  it('α of fractions at the level of intervals', async () => {
    const random = randomStream('fractions', 1)
    const units = range(30, (): Unit => range(1 + random.integer(3), () => random.integer(1000) / 8))
    agreesWithBoth(krippendorffAlpha(units, 'interval'), await reference<Answer>('alpha', { units, level: 'interval' }), 'fractions')
  })

  it(`first-error F1 of ${CASES} samples`, async () => {
    for (let number = 0; number < CASES; number++) {
      const random = randomStream('first errors', number)
      const place = (): FirstError => (random.next() < 0.4 ? null : random.integer(3))
      const pairs = range(1 + random.integer(30), () => [place(), place()] as const)
      const sum = sumOf(pairs.map(([truth, said]) => firstErrorTally(truth, said)), FIRST_ERROR_CELLS)
      agrees(firstErrorF1(sum), await reference<number | null>('first_error_f1', { pairs }), `case ${number}`)
    }
  })

  it(`span agreement of ${CASES} sets of traces`, async () => {
    for (let number = 0; number < CASES; number++) {
      const random = randomStream('spans', number)
      const traces = 1 + random.integer(5)
      const side = (): number[][][] => range(traces, () => range(random.integer(4), () => random.integer(40)).map((from) => [from, from + random.integer(12)]))
      const [first, second] = [side(), side()]
      const spans = (pairs: readonly number[][]) => pairs.map(([from, to]) => ({ from: from!, to: to! }))
      const sum = sumOf(first.map((marked, trace) => spanTally(spans(marked), spans(second[trace]!))), SPAN_CELLS)
      agrees(spanF1(sum), await reference<number | null>('span_f1', { first, second }), `case ${number}`)
    }
  })
})
