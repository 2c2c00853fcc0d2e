import assert from 'node:assert/strict'
import type { Label } from '../../protocol/label.ts'
import { RowKind } from '../../protocol/labelRows.ts'
import type { Span } from '../../protocol/rollout.ts'
import { REASON } from './leftOut.ts'
import { better, byId, critique, firstError, label, MODEL, ORACLE, prefers, rating, told, trace, turnsTrace, verdict } from './rows.fixture.ts'
import { rowsOf } from './rowsOf.ts'
import type { RowOptions } from './rowsOf.ts'
import type { RowRollout } from './rowRollout.ts'

const right = trace('r1', ['1 + 1 = 2', '2 + 2 = 4'])
const wrong = trace('r2', ['1 + 1 = 3', '3 + 2 = 5'], '5')
const PROMPT = '1 + 1 + 2 :'
const rows = (labels: readonly Label[], options: Partial<RowOptions> = {}, rollouts: readonly RowRollout[] = [right, wrong]) =>
  rowsOf('run', labels, byId(...rollouts), { includeModelSources: false, ...options })

describe('critique rows', () => {
  it('join what a labeler said of a trace in the order of its places, with the verdict', () => {
    const labels = [label(wrong, critique('Second.'), { step: 1 }), label(wrong, critique('First.'), { step: 0 }), label(wrong, verdict(false))]
    const { rows: { critiques } } = rows(labels)
    assert.deepEqual(critiques.map(({ row }) => row), [{ prompt: PROMPT, response: wrong.segments[0]!.text, critique: 'First.\nSecond.', verdict: false }])
    assert.deepEqual(critiques[0]!.origin, { run: 'run', rollouts: ['r2'], labels: [labels[1]!.id, labels[0]!.id], sources: ['human'] })
  })

  it('keep labelers apart, and take the verdict from the first error where there is no other', () => {
    const labels = [label(wrong, critique('A.')), label(wrong, firstError(0)), label(wrong, critique('B.'), { labeler: 'bob' }), label(right, critique('Good.')), label(right, firstError(null))]
    assert.deepEqual(rows(labels).rows.critiques.map(({ row }) => [row.critique, row.verdict]), [['Good.', true], ['A.', false], ['B.', undefined]])
  })
})

describe('solution rows', () => {
  it('are the traces that were judged right, and those that labelers wrote', () => {
    const { rows: { solutions }, leftOut } = rows([label(right, verdict(true)), label(wrong, verdict(false)), label(wrong, better('trace', '1 + 1 = 2 answer 4'))])
    assert.deepEqual(solutions.map(({ row }) => row), [{ prompt: PROMPT, completion: right.segments[0]!.text }, { prompt: PROMPT, completion: '1 + 1 = 2 answer 4' }])
    assert.deepEqual(told(leftOut, 'solutions'), [`1 solutions: ${REASON.wrong}`])
  })

  it('go by the majority, by the last word of each labeler, and by nobody where labelers are evenly split', () => {
    const labels = [
      label(right, verdict(false)), label(right, verdict(true)), label(right, verdict(true), { labeler: 'bob' }), label(right, verdict(false), { labeler: 'cy' }),
      label(wrong, verdict(true)), label(wrong, verdict(false), { labeler: 'bob' })
    ]
    const { rows: { solutions }, leftOut } = rows(labels)
    assert.deepEqual(solutions.map(({ origin }) => origin.labels), [[labels[1]!.id, labels[2]!.id]])
    assert.deepEqual(told(leftOut), [`1 solutions: ${REASON.outvoted}`, `1 solutions: ${REASON.overruled}`, `2 solutions: ${REASON.disagreement}`])
    assert.equal(rows(labels, { minimumAgreement: 0.7 }).rows.solutions.length, 0)
    assert.equal(rows(labels, { minimumAgreement: 2 / 3 }).rows.solutions.length, 1)
  })
})

describe('step rows', () => {
  const steps = (labels: readonly Label[], rollout = wrong) => rows(labels, {}, [rollout]).rows.steps.map(({ row }) => row)

  it('hold the text up to the last step that was judged, cut behind each', () => {
    assert.deepEqual(steps([label(right, firstError(null))], right), [{ prompt: PROMPT, completions: ['1 + 1 = 2', ' ; 2 + 2 = 4'], labels: [true, true] }])
    assert.deepEqual(steps([label(wrong, firstError(0))]), [{ prompt: PROMPT, completions: ['1 + 1 = 3'], labels: [false] }])
    assert.deepEqual(steps([label(right, firstError(1))], right)[0]?.labels, [true, false])
  })

  it('take okay and great for right, and go beyond the first error where ratings do', () => {
    const labels = [label(wrong, firstError(0)), label(wrong, rating(0), { step: 1 })]
    assert.deepEqual(steps(labels)[0]?.labels, [false, true])
    assert.deepEqual(steps([label(wrong, rating(1), { step: 0 }), label(wrong, rating(-1), { step: 1 })])[0]?.labels, [true, false])
  })

  it('end before a step that nobody, or no majority, judged', () => {
    const { leftOut } = rows([label(wrong, rating(0), { step: 1 })])
    assert.deepEqual(told(leftOut), [`1 steps: ${REASON.gap}`])
    const split = [label(wrong, rating(0), { step: 0 }), label(wrong, rating(0), { step: 0, labeler: 'bob' }), label(wrong, rating(0), { step: 1 }), label(wrong, rating(-1), { step: 1, labeler: 'bob' })]
    assert.deepEqual(steps(split)[0]?.labels, [true])
    assert.deepEqual(told(rows(split).leftOut), [`2 steps: ${REASON.disagreement}`])
    assert.deepEqual(told(rows([label(wrong, rating('unsure'), { step: 0 })]).leftOut), [`1 steps: ${REASON.unsure}`])
  })

  it('leave out labelers who contradict themselves, steps that are not there, and traces whose steps overlap', () => {
    assert.deepEqual(told(rows([label(wrong, firstError(1)), label(wrong, rating(-1), { step: 0 })]).leftOut), [`2 steps: ${REASON.contradiction}`])
    assert.deepEqual(told(rows([label(wrong, firstError(7))]).leftOut), [`1 steps: ${REASON.noStep}`])
    const odd = trace('odd', ['a', 'b'])
    const spans: Span[] = [{ kind: 'step', from: 0, to: 3 }, { kind: 'step', from: 1, to: 4 }]
    const overlapping = { ...odd, segments: [{ ...odd.segments[0]!, spans }] }
    assert.deepEqual(told(rows([label(odd, firstError(null))], {}, [overlapping]).leftOut), [`1 steps: ${REASON.oddSteps}`])
  })
})

describe('preference rows', () => {
  it('put both orders of a pair together and take the first rationale of the winning side', () => {
    const labels = [label(right, prefers('this', wrong)), label(wrong, prefers('other', right, 'It adds up.'), { labeler: 'bob' }), label(right, prefers('other', wrong), { labeler: 'cy' })]
    const { rows: { preferences }, leftOut } = rows(labels)
    assert.deepEqual(preferences.map(({ row }) => row), [{ prompt: PROMPT, chosen: right.segments[0]!.text, rejected: wrong.segments[0]!.text, rationale: 'It adds up.' }])
    assert.deepEqual(preferences[0]?.origin.rollouts, ['r1', 'r2'])
    assert.deepEqual(told(leftOut), [`1 preferences: ${REASON.outvoted}`])
  })

  it('set what a labeler wrote against what stood there', () => {
    const labels = [label(wrong, better('trace', 'x')), label(wrong, better('answer', '4')), label(wrong, better('step', '3 + 2 = 6'), { step: 1 })]
    assert.deepEqual(rows(labels).rows.preferences.map(({ row }) => row), [
      { prompt: PROMPT, chosen: 'x', rejected: wrong.segments[0]!.text },
      { prompt: PROMPT, chosen: '1 + 1 = 3 ; 3 + 2 = 5 answer 4', rejected: '1 + 1 = 3 ; 3 + 2 = 5 answer 5' },
      { prompt: `${PROMPT}1 + 1 = 3 ; `, chosen: '3 + 2 = 6', rejected: '3 + 2 = 5', continues: true }
    ])
  })

  it('leave out pairs without a winner, with a changed or lost side, with one text or with two prompts', () => {
    const other = { ...trace('r3', ['2 = 2']), segments: [{ ...trace('r3', ['2 = 2']).segments[0]!, samplePrompt: { text: 'another' } }] }
    const changed = prefers('this', { ...wrong, segments: [{ ...wrong.segments[0]!, text: 'was' }] })
    const labels = [label(right, prefers('equal', wrong)), label(right, prefers('this', trace('gone', []))), label(right, changed, { labeler: 'bob' }), label(right, prefers('this', right)), label(right, prefers('this', other))]
    const { rows: { preferences }, leftOut } = rows(labels, {}, [right, wrong, other])
    assert.equal(preferences.length, 0)
    assert.deepEqual(told(leftOut), ['noPreference', 'otherChanged', 'otherGone', 'promptsDiffer', 'sameText'].map((reason) => `1 preferences: ${REASON[reason as keyof typeof REASON]}`).sort())
  })
})

describe('rows of several turns', () => {
  const [passes, fails] = [turnsTrace('t1', ['🙂a', 'b'], ['got 1']), turnsTrace('t2', ['a', 'b', 'c'], ['got 1', 'got 2'])]
  const TWICE = [{ from: 2, to: 7 }, { from: 10, to: 15 }]
  const made = (labels: readonly Label[]) => rows(labels, {}, [passes, fails]).rows

  it('say where a tool answered, in code points', () => {
    const solution = made([label(passes, verdict(true))]).solutions[0]!.row
    assert.deepEqual(solution.tool, [{ from: 3, to: 8 }])
    assert.equal([...solution.completion].slice(3, 8).join(''), 'got 1')
    const { chosenTool, rejectedTool } = made([label(passes, prefers('other', fails))]).preferences[0]!.row
    assert.deepEqual([chosenTool, rejectedTool], [TWICE, solution.tool])
  })

  it('say so of what a labeler wrote in place of an answer or of the whole', () => {
    const early: RowRollout = { ...fails, segments: [{ ...fails.segments[0]!, spans: [...fails.segments[0]!.spans.slice(0, 2), { kind: 'answer', from: 8, to: 9 }] }] }
    const labels = [label(early, better('answer', 'longer')), label(early, better('trace', 'c'))]
    const [answer, whole] = rows(labels, {}, [early]).rows.preferences.map(({ row }) => row)
    assert.deepEqual(answer!.chosenTool!.map(({ from, to }) => answer!.chosen.slice(from, to)), ['got 1', 'got 2'])
    assert.deepEqual([answer!.rejectedTool, whole!.rejectedTool, whole!.chosenTool], [TWICE, TWICE, undefined])
  })
})

describe('what rows are made of', () => {
  const kindsMade = (labels: readonly Label[], options: Partial<RowOptions> = {}, rollouts?: readonly RowRollout[]) => RowKind.options.filter((kind) => rows(labels, options, rollouts).rows[kind].length > 0)

  it('are human labels, unless models are asked for', () => {
    const labels = [
      label(right, verdict(true), { source: MODEL }),
      label(right, critique('Fine.'), { suggestedBy: { draft: 'd', how: 'edited', source: MODEL } }),
      label(right, firstError(null), { suggestedBy: { draft: 'd', how: 'accepted', source: MODEL } })
    ]
    assert.deepEqual(kindsMade(labels), [])
    assert.deepEqual(told(rows(labels).leftOut), ['critiques', 'solutions', 'steps'].map((kind) => `1 ${kind}: ${REASON.model}`))
    assert.deepEqual(rows(labels, { includeModelSources: true }).rows.critiques[0]?.origin.sources, ['human', 'model:vscode.lm/some-model'])
    assert.deepEqual(kindsMade(labels, { includeModelSources: true }), ['critiques', 'solutions', 'steps'])
  })

  it('never mix people with programs', () => {
    const labels = [label(right, verdict(false)), label(right, verdict(true), { labeler: 'scripted-1', source: ORACLE }), label(right, verdict(true), { labeler: 'scripted-2', source: ORACLE })]
    assert.deepEqual(told(rows(labels).leftOut), [`1 solutions: ${REASON.wrong}`, `2 solutions: ${REASON.otherSource}`])
    assert.equal(rows(labels.slice(1)).rows.solutions.length, 1)
  })

  it('are no drafts, no quality control, nothing of others than the labelers chosen', () => {
    const labels = [label(right, verdict(true), { draft: true }), label(right, verdict(true), { draft: true, decision: 'rejected' }), label(right, verdict(true), { draft: true, decision: 'accepted' }), label(right, verdict(true), { qualityControl: true }), label(right, verdict(true), { labeler: 'bob' })]
    assert.deepEqual(told(rows(labels, { labelers: ['ada'] }).leftOut), ['draft', 'labeler', 'qualityControl', 'rejected'].map((reason) => `1 solutions: ${REASON[reason as keyof typeof REASON]}`).sort())
  })

  it('are of the opinion that won an adjudication; a critique that was dealt with stays one', () => {
    const { rows: { solutions, critiques }, leftOut } = rows([label(right, verdict(true)), label(right, verdict(false), { labeler: 'bob', resolved: true }), label(wrong, critique('No.'), { resolved: true })])
    assert.deepEqual([solutions.length, critiques.length], [1, 1])
    assert.deepEqual(told(leftOut), [`1 solutions: ${REASON.settled}`])
  })

  it('stand on a text that is still there', () => {
    const labels = [label(trace('gone', ['x']), verdict(true)), label({ ...right, segments: [{ ...right.segments[0]!, text: 'before' }] }, verdict(true)), label(right, verdict(true), { anchor: { ...label(right, verdict(true)).anchor, segment: 3 } })]
    assert.deepEqual(told(rows(labels).leftOut), ['rolloutGone', 'segmentGone', 'textChanged'].map((reason) => `1 solutions: ${REASON[reason as keyof typeof REASON]}`).sort())
  })

  it('are on training problems, unless held-out ones are asked for', () => {
    const heldOut = trace('e1', ['1 + 1 = 2'], '2', { kind: 'evaluation' })
    const labels = [label(heldOut, verdict(true)), label(right, prefers('this', heldOut))]
    assert.deepEqual(told(rows(labels, {}, [right, heldOut]).leftOut), [`1 preferences: ${REASON.heldOut}`, `1 solutions: ${REASON.heldOut}`])
    assert.deepEqual(kindsMade(labels, { includeHeldOut: true }, [right, heldOut]), ['solutions', 'preferences'])
  })

  it('say where a chat template made the prompt, and not where messages were only joined', () => {
    const asked = (text: string) => ({ ...right, segments: [{ ...right.segments[0]!, samplePrompt: { text, messages: [{ role: 'user' as const, content: 'Q' }] } }] })
    const labels = [label(right, verdict(true)), label(right, better('step', '2 = 2'), { step: 0 }), label(right, prefers('this', { ...wrong, id: 'other' }))]
    const made = (text: string) => {
      const other = { ...asked(text), id: 'other', segments: [{ ...asked(text).segments[0]!, text: wrong.segments[0]!.text }] }
      const { solutions, preferences } = rows(labels, {}, [asked(text), other]).rows
      return [...solutions, ...preferences].map(({ row }) => [row.prompt.slice(0, 7), row.rendered])
    }
    assert.deepEqual(made('<user>Q'), Array.from({ length: 3 }, () => ['<user>Q', true]))
    assert.deepEqual(made('Q').map(([, rendered]) => rendered), [undefined, undefined, undefined])
  })

  it('are trained under the prompt without scaffold, with white space where the tokenizer dropped it', () => {
    const scaffolded = { ...right, segments: [{ ...right.segments[0]!, trainPrompt: { text: 'bare' } }] }
    assert.equal(rows([label(right, verdict(true))], {}, [scaffolded]).rows.solutions[0]?.row.prompt, 'bare')
    assert.equal(rows([label(right, verdict(true))], { joint: ' ' }).rows.solutions[0]?.row.prompt, `${PROMPT} `)
  })
})
