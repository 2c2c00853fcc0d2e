import assert from 'node:assert/strict'
import type { Connection } from '../inspectorModel.ts'
import { DetailReading } from './detailReading.ts'

const signal = new AbortController().signal

/** Two runs of one run file: the ids of one are those of the other. */
function reading() {
  const asked: string[] = []
  const answers: Record<string, (params: { readonly run: string; readonly id: string }) => unknown> = {
    'rollouts/one': ({ run, id }) => ({ id, group: 'g', attempt: 1, segments: [{ samplePrompt: { text: `asked in ${run}` } }] }),
    'rollouts/group': ({ run }) => ['a', 'b'].map((id) => ({ run, id, kind: 'train', kept: true })),
    'rollouts/excerpts': () => [{ prompt: 'asked' }]
  }
  const query = (name: string, params: { readonly run: string; readonly id: string }) => {
    asked.push(name)
    return Promise.resolve(answers[name]!(params))
  }
  return { asked, reading: new DetailReading(() => ({ query }) as unknown as Connection) }
}

describe('what is read beside the list', () => {
  it('is the group of the same run, though another run has rollouts of the same ids', async () => {
    const { reading: read } = reading()
    await read.readRollout({ run: '/one', id: 'a' }, signal)
    await read.readOwnGroup(signal)
    await read.readRollout({ run: '/other', id: 'a' }, signal)
    assert.deepEqual([read.run, read.place, read.group, read.prompt], ['/other', { run: '/other', id: 'a' }, [], 'asked in /other'])
    await read.readOwnGroup(signal)
    assert.deepEqual(read.group.map(({ run }) => run), ['/other', '/other'])
  })

  it('is so too where a group of the other run was open', async () => {
    const { reading: read } = reading()
    await read.readGroup({ run: '/one', group: 'g', attempt: 1 }, signal)
    assert.deepEqual([read.run, read.rollout, read.place, read.prompt], ['/one', undefined, undefined, 'asked'])
    await read.readRollout({ run: '/other', id: 'b' }, signal)
    assert.deepEqual(read.group, [])
  })

  it('keeps a group from attempt to attempt, and reads it once', async () => {
    const { asked, reading: read } = reading()
    for (const id of ['a', 'b']) {
      await read.readRollout({ run: '/one', id }, signal)
      await read.readOwnGroup(signal)
    }
    assert.deepEqual(asked, ['rollouts/one', 'rollouts/group', 'rollouts/one'])
  })

  it('reads a group again that was being sampled, and the rollout with it', async () => {
    let weighed = false
    const attempt = (id: string) => ({ id, group: 'g', attempt: 1, kind: 'train', kept: weighed ? true : null, advantage: null })
    const answers: Record<string, () => unknown> = {
      'rollouts/one': () => ({ ...attempt('a'), segments: [{ samplePrompt: { text: 'asked' } }], ...(weighed && { filter: { kept: true, why: '' } }) }),
      'rollouts/group': () => (weighed ? ['a', 'b', 'c'] : ['a', 'b']).map(attempt)
    }
    const read = new DetailReading(() => ({ query: (name: string) => Promise.resolve(answers[name]!()) }) as unknown as Connection)
    await read.readRollout({ run: '/one', id: 'a' }, signal)
    await read.readOwnGroup(signal)
    assert.deepEqual([read.isUnfinished, read.group.length], [true, 2])
    const { rollout } = read
    await read.renew(signal)
    assert.equal(read.rollout, rollout, 'nothing is drawn anew under its reader')
    weighed = true
    await read.renew(signal)
    assert.deepEqual([read.isUnfinished, read.group.length, read.rollout?.filter?.kept], [false, 3, true])
    await read.renew(signal)
    weighed = false
    await read.readOwnGroup(signal)
    assert.equal(read.group.length, 3, 'a group that was read whole is not read again')
  })

  it('is nothing once it was closed', async () => {
    const { reading: read } = reading()
    await read.readRollout({ run: '/one', id: 'a' }, signal)
    await read.readOwnGroup(signal)
    read.clear()
    assert.deepEqual([read.run, read.rollout, read.place, read.group, read.prompt, read.isUnfinished], ['', undefined, undefined, [], '', false])
  })

  it('stays what it was until the next was read', async () => {
    const { reading: read } = reading()
    await read.readRollout({ run: '/one', id: 'a' }, signal)
    const asking = read.readGroup({ run: '/other', group: 'g', attempt: 1 }, signal)
    assert.deepEqual(read.place, { run: '/one', id: 'a' })
    await asking
    assert.equal(read.place, undefined)
  })
})
