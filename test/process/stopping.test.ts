import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import { finalState } from './finalState.ts'
import type { FinalState } from './finalState.ts'
import { engineOf, isAlive, lab, labSucceeds, startLab, untilGone } from './labProcess.ts'
import { TINY_STEPS } from './tinyRun.ts'
import type { Place } from './tinyRun.ts'
import { undisturbedRun } from './undisturbed.ts'

const afterStep = (step: number, act: (child: ChildProcess) => void) => (event: RunEvent, child: ChildProcess): void => {
  if (event.type === 'stepFinished' && event.step === step) act(child)
}

describe('process: stopping and going on', function () {
  this.timeout(120_000)
  let place: Place
  let file: string
  let expected: FinalState
  before(async () => {
    ({ place, file, expected } = await undisturbedRun())
  })
  after(() => place.remove())

  it('leaves what the comparison needs, and another seed leaves something else', async () => {
    assert.equal(expected.rollouts.length, 5 * 9 + 2 * 3 * 3 + 2 * 2 * 5, 'training, evaluations before and after, two in the middle')
    assert.deepEqual(Object.keys(expected.files).filter((name) => name.endsWith('.safetensors')), ['5 model.safetensors', '5 optimizer.safetensors', 'model model.safetensors'])
    await labSucceeds(place.folder, ['run', file, '--seed', '2', '--out', 'other', '--json'])
    const other = await finalState(place.at('other'), TINY_STEPS)
    assert.notEqual(other.files['model model.safetensors'], expected.files['model model.safetensors'])
    assert.notDeepEqual(other.rollouts, expected.rollouts)
  })

  it('stops at a safe point on Ctrl-C, with a checkpoint and no export, and ends as if nothing had been', async () => {
    const stopped = await lab(place.folder, ['run', file, '--out', 'once', '--json'], afterStep(1, (child) => child.kill('SIGINT')))
    assert.equal(stopped.code, 130, stopped.err)
    assert.match(stopped.err, /Go on with: npm run -s lab -- resume \S*once/)
    const types = stopped.events.map(({ type }) => type)
    assert.equal(types.at(-1), 'runFinished')
    assert.ok(!types.includes('modelExported'))
    await labSucceeds(place.folder, ['resume', 'once', '--json'])
    assert.deepEqual(await finalState(place.at('once'), TINY_STEPS), expected)
  })

  it('stops now on a second Ctrl-C, closes its engine, and ends as if nothing had been', async () => {
    let engine: number | undefined
    const twice = afterStep(2, (child) => {
      engine = engineOf(child)
      child.kill('SIGINT')
      child.stderr?.once('data', () => child.kill('SIGINT'))
    })
    const stopped = await lab(place.folder, ['run', file, '--out', 'twice', '--json'], twice)
    assert.equal(stopped.code, 130, stopped.err)
    assert.ok(engine !== undefined)
    await untilGone(engine)
    await labSucceeds(place.folder, ['resume', 'twice', '--json'])
    const found = await finalState(place.at('twice'), TINY_STEPS)
    assert.deepEqual({ ...found, ids: [] }, { ...expected, ids: [] })
    assert.equal(new Set(found.ids).size, found.ids.length)
  })

  it('does nothing to a run that has finished', async () => {
    const { events } = await labSucceeds(place.folder, ['resume', 'undisturbed', '--json'])
    assert.deepEqual(events.map(({ type }) => type), ['runFinished'])
    assert.deepEqual(await finalState(place.at('undisturbed'), TINY_STEPS), expected)
  })

  it('lets one run into a directory: the second is refused while the first goes on', async () => {
    const refusals: Promise<{ code: number | null; err: string }>[] = []
    const first = startLab(place.folder, ['run', file, '--out', 'shared', '--json', '--set', 'steps=100000'], (event, child) => {
      if (event.type !== 'stepFinished' || event.step !== 1) return
      refusals.push(lab(place.folder, ['run', file, '--out', 'shared', '--json']), lab(place.folder, ['resume', 'shared', '--json']))
      void Promise.all(refusals).finally(() => child.kill('SIGTERM'))
    })
    const end = await first.ended
    assert.equal(end.code, 130, end.err)
    const [run, resume] = await Promise.all(refusals)
    assert.equal(run?.code, 2)
    assert.match(run?.err ?? '', /shared exists already/)
    assert.equal(resume?.code, 1)
    assert.match(resume?.err ?? '', new RegExp(`shared is in use: process ${first.child.pid} is running it`))
    assert.equal(isAlive(first.child.pid!), false)
  })

  it('lets one of two runs that start at once into a directory', async () => {
    const ends = await Promise.all([1, 2].map(() => lab(place.folder, ['run', file, '--out', 'race', '--json'])))
    assert.deepEqual(ends.map(({ code }) => code === 0).sort(), [false, true], ends.map(({ err }) => err).join('\n'))
    const { err } = ends.find(({ code }) => code !== 0)!
    assert.match(err, /error: .*race.*(in use|exists already)/)
    assert.doesNotMatch(err, /What happened until then/)
    assert.deepEqual(await finalState(place.at('race'), TINY_STEPS), expected)
  })
})
