import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import type { Rollout } from '../protocol/rollout.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { runTrainer } from './runTrainer.ts'
import { rowFiles } from './rowFiles.fixture.ts'
import { echo, testRun } from './run.fixture.ts'

const rowsOf = async (file: Partial<RunFileInput>): Promise<Rollout[]> => (await trainedOn(file)).rows

async function trainedOn(file: Partial<RunFileInput>): Promise<{ readonly rows: Rollout[]; readonly warnings: readonly string[] }> {
  const run = await testRun({ steps: 1, evaluation: { problems: 2, samples: 1, k: [1] }, filter: { dropZeroVariance: false }, ...file })
  try {
    const { parts, directory } = await run.open()
    await runTrainer(parts)
    const rows = (await directory.rollouts.readStep({ kind: 'train', step: 1 }))!
    directory.close()
    return { rows, warnings: run.events.flatMap((event) => (event.type === 'warning' ? [`${event.code}: ${event.message}`] : [])) }
  } finally {
    run.remove()
  }
}

const isRefinement = ({ segments }: Rollout): boolean => segments[0]!.source === 'refine'
const groupsOf = (rows: readonly Rollout[]): Rollout[][] => [...new Set(rows.map(({ group }) => group))].map((group) => rows.filter((row) => row.group === group))
const trained = ({ segments }: Rollout): boolean => segments[0]!.mask.every((flag) => flag === 1)
const refining = (over: object = {}): Partial<RunFileInput> => ({
  algorithm: { name: 'critique-grpo' }, rollouts: { strategy: 'critiqueRefine', attempts: 3, keep: 1, ...over }
})

describe('the rollout strategy critiqueRefine', () => {
  let rows: Rollout[]
  const file = rowFiles()
  before(async () => {
    rows = await rowsOf(refining())
  })

  it('tries wrong rollouts again, in their group, trained under the plain prompt', () => {
    const refinements = rows.filter(isRefinement)
    assert.ok(refinements.length >= 4)
    for (const { segments, group, sampleIndex } of refinements) {
      const [segment] = segments
      const parent = rows.find(({ id }) => id === segment!.parent)!
      assert.deepEqual([parent.group, parent.correct, isRefinement(parent)], [group, false, false])
      assert.deepEqual(segment!.trainPrompt, parent.segments[0]!.samplePrompt)
      const gold = parent.segments[0]!.samplePrompt.text.slice(-1)
      assert.equal(segment!.samplePrompt.text, `${parent.segments[0]!.text} ${gold} ${parent.segments[0]!.samplePrompt.text}`.trim().replaceAll('  ', ' '))
      assert.ok(sampleIndex >= 6)
    }
    for (const group of groupsOf(rows)) {
      const wrong = group.filter((row) => !isRefinement(row) && row.correct === false).length
      assert.equal(group.filter(isRefinement).length, Math.min(3, wrong))
    }
  })

  it('lets one refinement join, a right one where there is one, and compares all with the mean of the group', () => {
    for (const group of groupsOf(rows)) {
      const refinements = group.filter(isRefinement)
      const joined = refinements.filter(trained)
      assert.equal(joined.length, Math.min(1, refinements.length))
      assert.equal(joined[0]?.correct ?? false, refinements.some(({ correct }) => correct))
      const counted = group.filter((row) => !isRefinement(row) || joined.includes(row))
      const mean = counted.reduce((sum, { reward }) => sum + reward.total!, 0) / counted.length
      for (const { reward, segments } of counted) for (const advantage of segments[0]!.advantages!) assert.ok(Math.abs(advantage - (reward.total! - mean)) < 1e-12)
    }
  })

  it('records the critique where the model wrote it', async () => {
    const refinements = (await rowsOf(refining({ critic: 'policy' }))).filter(isRefinement)
    assert.ok(refinements.length > 0)
    for (const { segments } of refinements) {
      assert.deepEqual(segments.map(({ source }) => source), ['refine', 'judge'])
      assert.ok(segments[1]!.mask.every((flag) => flag === 0))
      assert.ok(segments[0]!.samplePrompt.text.includes(segments[1]!.text))
    }
  })

  it('tries again, under their critiques, responses that labelers criticised, never those they found right', async () => {
    const said = ['a', 'b', 'c', 'd'].flatMap((word) => ['n2', 'n3'].flatMap((prefix) => [
      { prompt: `${prefix} say ${word}`, response: 'b c', critique: word, verdict: false },
      { prompt: `${prefix} say ${word}`, response: 'd d', critique: word, verdict: true }
    ]))
    const data = { file: file('critiques.jsonl', said), kind: 'critiques' as const }
    const refinements = (await rowsOf({ ...refining({ critic: 'labels' }), data })).filter(isRefinement)
    assert.ok(refinements.length >= 2)
    for (const { segments } of refinements) {
      const plain = segments[0]!.trainPrompt!.text
      assert.equal(segments[0]!.samplePrompt.text, `b c ${plain.slice(-1)} ${plain}`)
      assert.equal(segments[0]!.parent, undefined)
    }
    assert.equal(new Set(refinements.map(({ group }) => group)).size, refinements.length)
  })

  it('finds critiques whose prompts end in the white space that exports write, and says so where none is of the problems', async () => {
    const said = (joint: string) => ['a', 'b', 'c', 'd'].flatMap((word) => ['n2', 'n3'].map((prefix) => ({ prompt: `${prefix} say ${word}${joint}`, response: 'b c', critique: word })))
    const on = (name: string, rows: readonly object[]) => trainedOn({ ...refining({ critic: 'labels' }), steps: 2, data: { file: file(name, rows), kind: 'critiques' } })
    const joined = await on('joined.jsonl', said(' '))
    assert.ok(joined.rows.filter(isRefinement).length >= 2)
    assert.deepEqual(joined.warnings, [])
    const others = await on('others.jsonl', said(' else'))
    assert.equal(others.rows.filter(isRefinement).length, 0)
    assert.deepEqual(others.warnings.map((warning) => /^dataset\/no-match: None of the 8 critiques of .*others\.jsonl /.test(warning)), [true], 'once')
  })

  it('leaves out critiques that the model has no words for, and names the first', async () => {
    const said = ['a', 'b', 'c', 'd'].flatMap((word) => ['n2', 'n3'].flatMap((prefix) => [
      { prompt: `${prefix} say ${word}`, response: 'b c', critique: word }, { prompt: `${prefix} say ${word}`, response: 'b c', critique: 'wrong, of course' }
    ]))
    const { rows: all, warnings } = await trainedOn({ ...refining({ critic: 'labels' }), steps: 2, data: { file: file('free.jsonl', said), kind: 'critiques' } })
    assert.ok(all.filter(isRefinement).length >= 2)
    assert.deepEqual(warnings.map((warning) => /^dataset\/rows-left-out: 8 of 16 critiques of \S+free\.jsonl were left out; row 2: "critique" is "wrong, of course", The word "wrong," /.test(warning)), [true], warnings.join())
  })

  it('refuses a critic of labels without critiques', async () => {
    await assert.rejects(rowsOf(refining({ critic: 'labels' })), (error) => LabError.is(error, 'runFile/data'))
  })

  it('says no more than that it is wrong where the critic gives a verdict alone', async () => {
    for (const { segments } of (await rowsOf(refining({ critic: 'verdict' }))).filter(isRefinement)) {
      const response = segments[0]!.samplePrompt.text.slice(0, -segments[0]!.trainPrompt!.text.length).trim()
      assert.ok(!response.endsWith(` ${segments[0]!.trainPrompt!.text.slice(-1)}`) || response.split(' ').length <= 3)
    }
  })

  it('changes nothing but adds: the rollouts are those of a plain run', async () => {
    const plain = await rowsOf({ algorithm: { name: 'critique-grpo' } })
    assert.deepEqual(rows.filter((row) => !isRefinement(row)).map(({ segments }) => segments[0]!.tokens), plain.map(({ segments }) => segments[0]!.tokens))
  })

  it('is refused for an environment without words for critiques', async () => {
    const run = await testRun(refining())
    const { critique, ...silent } = echo
    const { parts, directory } = await run.open({ parts: { openEnvironment: () => ({ environment: silent as typeof echo, options: echo.options.parse({}) }) } as never })
    await assert.rejects(runTrainer(parts), (error) => LabError.is(error, 'environment/no-critiques'))
    directory.close()
    run.remove()
    assert.ok(critique)
  })
})

describe('the rollout strategy critic', () => {
  const critic: Partial<RunFileInput> = {
    environment: { name: 'echo', options: { judge: true } }, rollouts: { strategy: 'critic' }, rewards: [{ name: 'refined' }, { name: 'answer', weight: 0.5 }]
  }

  it('trains the critique by what comes of it', async () => {
    const rows = await rowsOf(critic)
    for (const { segments, reward } of rows) {
      assert.deepEqual(segments.map(({ source }) => source), ['policy', 'refine'])
      const [critique, refinement] = segments
      assert.ok(refinement!.samplePrompt.text.includes(critique!.text) && refinement!.mask.every((flag) => flag === 0))
      const gold = critique!.samplePrompt.text.slice(-1)
      const [refined, answer] = reward.parts
      assert.deepEqual([refined!.name, refined!.score], ['refined', Number(refinement!.text.split(' ')[0] === gold)])
      assert.equal(reward.total, refined!.score! + 0.5 * answer!.score!)
    }
    assert.equal(new Set(rows.map(({ reward }) => reward.parts[0]!.score)).size, 2)
  })

  it('is refused where a problem asks for no critique', async () => {
    await assert.rejects(rowsOf({ ...critic, environment: { name: 'echo' } }), (error) => LabError.is(error, 'environment/judges-nothing'))
  })
})
