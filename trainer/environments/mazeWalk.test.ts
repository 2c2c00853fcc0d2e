import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { mazeWalk } from './mazeWalk.ts'

const words = mazeWalk.critique!
const problem: Problem = { id: 'x', environment: 'maze-walk', prompt: '26 b d a :', params: {} }
const assess = (response: string, of = problem) => ({ steps: mazeWalk.checkSteps(response, of), right: mazeWalk.grade(response, of).correct })
const critiqueOf = (response: string): string => words.critiqueOf(problem, response, assess(response))
const draw = (task: string, count: number): Problem[] => {
  const random = randomStream('checked', task)
  return Array.from({ length: count }, () => mazeWalk.generate(random, 'train', mazeWalk.options.parse({ task })))
}

describe('maze-walk: critiques', () => {
  const cases: readonly (readonly [response: string, critique: string])[] = [
    ['26 b 2 ; 2 d 20 ; 20 a 32 answer 32', '26 b 2 ok ; 2 d 20 ok ; 20 a 32 ok answer right'],
    ['26 b 2 ; 2 d 7 ; 7 a 37 answer 37', '26 b 2 ok ; 2 d 20 no ; 7 a 37 ok answer wrong'],
    ['26 b 2 ; 7 d 48 ; 48 a 3 answer 3', '26 b 2 ok ; 2 d 20 no ; 48 a 25 no answer wrong'],
    ['26 b 2 ; 2 d 20 ; 20 a 32 answer 33', '26 b 2 ok ; 2 d 20 ok ; 20 a 32 ok answer wrong'],
    ['26 b 2 ; 2 d 20 ; 20 a 32 ; 32 a 1 answer 1', '26 b 2 ok ; 2 d 20 ok ; 20 a 32 ok ; no answer wrong'],
    ['26 b d 20 ; 26 b 2 answer 2', '26 b 2 no ; 26 b 2 ok answer wrong'],
    ['answer 32', 'answer right'],
    ['', 'answer wrong']
  ]
  for (const [response, critique] of cases) it(`of “${response}” is “${critique}”`, () => assert.equal(critiqueOf(response), critique))

  it('say what the assessment says, be it wrong', () => {
    const response = '26 b 2 ; 2 d 7 ; 7 a 37 answer 37'
    const said = assess(response).steps.map((step) => ({ ...step, ok: !step.ok }))
    const critique = words.critiqueOf(problem, response, { steps: said.slice(0, 2), right: false })
    const [first, second] = critique.split(' ; ')
    assert.match(first!, /^26 b \d+ no$/)
    assert.notEqual(first, '26 b 2 no')
    assert.equal(second, '2 d 7 ok answer wrong')
  })

  it('can be read back: verdict, first error, and lines that the critic itself finds true', () => {
    for (const item of draw('solve', 200)) {
      const random = randomStream('noisy', item.id)
      const response = mazeWalk.demonstrate(item, random, mazeWalk.mix.parse({}))
      const assessment = assess(response, item)
      const critique = words.critiqueOf(item, response, assessment)
      assert.equal(words.readVerdict(critique), assessment.right)
      const at = assessment.steps.findIndex(({ ok }) => !ok)
      assert.equal(words.firstError(critique), at < 0 ? null : at)
      const judging = { ...item, ...words.critiquePrompt(item, response) }
      assert.ok(mazeWalk.grade(critique, judging).correct)
      assert.ok(mazeWalk.checkSteps(critique, judging).every(({ ok }) => ok))
      assert.deepEqual({ ...words.judged(judging)?.problem, response: words.judged(judging)?.response }, { ...item, response })
      assert.equal(words.judged(item), null)
    }
  })

  it('stand between problem and second try in words of the vocabulary', () => {
    const known = new Set(mazeWalk.vocabulary)
    for (const item of draw('refine', 200)) {
      for (const word of item.prompt.split(' ')) assert.ok(known.has(word), word)
      const again = words.refinePrompt(problem, '26 b 2 answer 2', critiqueOf('26 b 2 answer 2'))
      assert.equal(again.prompt, '26 b d a : 26 b 2 answer 2 critique 26 b 2 ok answer wrong refine')
      assert.equal(mazeWalk.grade('answer 32', { ...problem, prompt: again.prompt }).correct, true)
    }
  })

  it('do not mind how prompt and response are split', () => {
    const [spaced, response] = [{ ...problem, prompt: '26 b d a : ' }, '26 b 2\n; 2 d 7 ; 7 a 37 answer 37 ']
    assert.equal(words.critiquePrompt(spaced, response).prompt, '26 b d a : 26 b 2 ; 2 d 7 ; 7 a 37 answer 37 critique')
    assert.equal(words.critiquePrompt(spaced, '').prompt, '26 b d a : critique')
    assert.equal(mazeWalk.grade(mazeWalk.solution(spaced), spaced).correct, true)
  })

  it('take any text of a model without throwing', () => {
    const text = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...mazeWalk.vocabulary) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), { maxLength: 60 })
    fc.assert(fc.property(text, text, (response, critique) => {
      const [said, of] = [critique.join(' '), response.join(' ')]
      const written = words.critiqueOf(problem, of, assess(of))
      assert.ok([true, false].includes(words.readVerdict(written)!))
      assert.ok([true, false, null].includes(words.readVerdict(said)))
      assert.ok(words.firstError(said) === null || words.firstError(said)! >= 0)
      assert.ok(words.critiquePrompt(problem, of).prompt.endsWith(' critique') && words.refinePrompt(problem, of, said).prompt.endsWith(' refine'))
    }), { numRuns: 100 })
  })
})

describe('maze-walk: demonstrations', () => {
  it('judge half of the responses right, and refine wrong ones only', () => {
    const judged = draw('judge', 600)
    const right = judged.filter(({ gold }) => gold === 'right').length / judged.length
    assert.ok(right > 0.44 && right < 0.56, `${right}`)
    for (const item of draw('refine', 300)) {
      const [, response] = /: (.*?) critique/.exec(item.prompt)!
      assert.equal(mazeWalk.grade(response!, item).correct, false)
    }
  })

  it('take over what a critique says, right or wrong', () => {
    for (const item of draw('refine', 300)) {
      const critique = item.prompt.slice(item.prompt.indexOf('critique ') + 9, -' refine'.length)
      const random = randomStream('refine', item.id)
      const refined = mazeWalk.demonstrate(item, random, mazeWalk.mix.parse({}))
      const said = new Map(critique.split(' ; ').map((line) => [line.split(' ').slice(0, 2).join(' '), line.split(' ')[2]!]))
      for (const line of refined.split(' answer ')[0]!.split(' ; ')) {
        const [room, door, to] = line.split(' ')
        if (said.has(`${room} ${door}`)) assert.equal(to, said.get(`${room} ${door}`), `${item.prompt} → ${refined}`)
      }
    }
  })

  it('are right throughout where nothing is misbelieved', () => {
    const random = randomStream('truth')
    for (const task of ['solve', 'judge', 'refine']) {
      for (const item of draw(task, 100)) {
        const trace = mazeWalk.demonstrate(item, random, mazeWalk.mix.parse({ firm: 0, doubtful: 0 }))
        if (task !== 'refine') assert.equal(mazeWalk.grade(trace, item).correct, true, `${item.prompt} → ${trace}`)
      }
    }
  })
})
