import assert from 'node:assert/strict'
import { LabHostError } from '../trainers/labHostError.ts'
import { failedStartNotice, START_AGAIN } from './failedStart.ts'

const noticeOf = (error: unknown) => failedStartNotice({ label: 'maze, seed 2', request: { resume: '/runs/a' }, error })

describe('a queued start that failed', () => {
  it('can be made again where people were to be asked first', () => {
    const { message, answers } = noticeOf(new LabHostError('trust/not-approved', 'Modules are not approved.', 'Read them, then approve them.'))
    assert.equal(message, 'maze, seed 2 could not start. Modules are not approved. Read them, then approve them. “Start Again…” asks you first.')
    assert.deepEqual(answers, [START_AGAIN])
  })

  it('is told with what to do where asking would not help', () => {
    assert.deepEqual(noticeOf(new LabHostError('no-file', 'There is no run file.', 'Save it.')), { message: 'maze, seed 2 could not start. There is no run file. Save it.', answers: [] })
    assert.deepEqual(noticeOf('\u202eodd').message, 'maze, seed 2 could not start. odd')
  })
})
