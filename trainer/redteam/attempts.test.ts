import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import type { Environment } from '../environments/environment.ts'
import { findEnvironment, parseOptions } from '../environments/registry.ts'
import { randomStream } from '../random/random.ts'
import { applies, cheatAttempt, goldAttempt, idleAttempts, subjectOf } from './attempts.ts'
import { BATTERY } from './battery.ts'
import type { Cheat } from './cheat.ts'
import { squaresEnvironment } from './doubles/squares.fixture.ts'

const squares = squaresEnvironment('javascript', 'list')
const problem = squares.generate(randomStream(1), 'train', {})
const subject = subjectOf(squares, problem)
const cheatNamed = (name: string): Cheat => BATTERY.find((cheat) => cheat.name === name)!

describe('attempts', () => {
  it('of a solution that holds no program are an error', () => {
    const silent: Environment = { ...squares, code: { ...squares.code!, task: () => ({ none: 'nothing there' }) } }
    assert.throws(() => subjectOf(silent, problem), (error) => LabError.is(error, 'environment/no-solution'))
  })

  it('carry the cheat as a completion that the environment reads', () => {
    const attempt = cheatAttempt(subject, cheatNamed('exit-zero'))!
    assert.equal(attempt.gradedAs, undefined)
    assert.match(attempt.task.files[0]!.text, /process\?\.exit/)
    assert.equal(attempt.completion, attempt.task.files[0]!.text.trim())
  })

  it('are run all the same where an environment reads other completions only', () => {
    const fussy: Environment = { ...squares, code: { ...squares.code!, task: (completion) => (completion === subject.solution ? subject.task : { none: 'not the words that were asked for' }) } }
    const strict = subjectOf(fussy, problem)
    const attempt = cheatAttempt(strict, cheatNamed('exit-zero'))!
    assert.match(attempt.task.files[0]!.text, /process\?\.exit/)
    assert.equal(attempt.gradedAs, goldAttempt(strict).completion)
  })

  it('put text around the program where the cheat is in the text', () => {
    const { completion, task } = cheatAttempt(subject, cheatNamed('faked-transcript'))!
    assert.match(completion, /8 passed/)
    assert.equal(task.kind === 'code' && task.tests.length, 2)
  })

  it('give endless ones little time and a single test', () => {
    const { task } = cheatAttempt(subject, cheatNamed('endless-loop'))!
    assert.deepEqual([task.limits.wallSeconds, task.kind === 'code' && task.tests.length], [0.3, 1])
    assert.equal(cheatAttempt(subject, cheatNamed('exit-zero'))!.task.limits.wallSeconds, 2)
  })

  it('that do nothing are of two kinds, and are no cheats', () => {
    assert.deepEqual(idleAttempts(subject).map(({ task }) => /throw new Error\('unsolved'\)/.test(task.files[0]!.text)), [false, true])
  })

  it('are only of the kind that is asked for', () => {
    const sql = findEnvironment('sql')
    const query = subjectOf(sql, sql.generate(randomStream(1), 'train', parseOptions(sql, {})))
    assert.deepEqual([applies(cheatNamed('no-rows'), query), applies(cheatNamed('exit-zero'), query)], [true, false])
    assert.deepEqual([applies(cheatNamed('no-rows'), subject), applies(cheatNamed('planted-report'), subject)], [false, false])
    assert.match(cheatAttempt(query, cheatNamed('dropped-tables'))!.task.files[0]!.text, /^DROP TABLE \w+;/)
  })
})
