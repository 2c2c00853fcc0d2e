import assert from 'node:assert/strict'
import type { CallEnd, Sandbox } from '../sandbox.ts'
import { infrastructure } from '../pool/failures.ts'
import { probePython } from './probePython.ts'

const WORDS = { detail: 'Python 3', remedy: 'Install it' }

describe('probePython', () => {
  let closed = 0
  const answering = (end: () => CallEnd): Sandbox => ({
    name: 'bubblewrap', languages: ['python'], styles: ['call'],
    execute: async () => ({
      calls: [{ end: end(), stdout: '', stderr: '', outputCut: false, seconds: 0 }], sightings: [], limitsHit: [], seconds: 0, queueSeconds: 0, cpuSeconds: null, peakMegabytes: null
    }),
    close: async () => void closed++
  })

  it('says that a sandbox works where a candidate got its sum and its file', async () => {
    const probe = await probePython('bubblewrap', answering(() => ({ ended: 'value', value: [5, 1] })), WORDS)
    assert.deepEqual(probe, { name: 'bubblewrap', works: true, detail: 'Python 3', remedy: '' })
  })

  it('says what came instead, and what mends it', async () => {
    const wrong = await probePython('bubblewrap', answering(() => ({ ended: 'value', value: [5, 0] })), WORDS)
    assert.deepEqual([wrong.works, wrong.detail, wrong.remedy], [false, 'answered {"ended":"value","value":[5,0]}', 'Install it'])
    const forbidden = await probePython('bubblewrap', answering(() => { throw infrastructure('bwrap: No permissions to create new namespace') }), WORDS)
    assert.deepEqual([forbidden.works, forbidden.detail], [false, 'bwrap: No permissions to create new namespace'])
  })

  it('closes what it tried', () => assert.equal(closed, 3))
})
