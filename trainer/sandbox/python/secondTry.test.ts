import assert from 'node:assert/strict'
import { findPython } from './findPython.ts'
import { toldByPython } from './pythonText.fixture.ts'

/** What comes of one try: an end or an answer, and what the processes used. A status is as the kernel tells it: 9 = killed. */
interface Try {
  readonly end: { readonly ended: string } | null
  readonly cpuSeconds: number | null
  readonly status?: number
  readonly ofProcess?: number
  readonly peakMegabytes?: number
}

interface Told {
  readonly ends: readonly (string | null)[]
  readonly limitsHit: readonly string[]
  readonly tries: number
}

const SUPERVISOR = `
import json, sys
folder, told = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, folder)
import supervisor

tries = iter(told['tries'])
made = []

class Process:
    stdin = None
    def __init__(self, machine):
        self.tried = None
    def end(self):
        return self.tried.get('status', 0), self.tried.get('ofProcess', 0.0), self.tried.get('peakMegabytes', 1) << 20

class Talk:
    def __init__(self, process, order, report):
        self.process, self.report = process, report
    def ask(self, call, stdin, limits):
        tried = self.process.tried = next(tries)
        made.append(tried)
        if tried['end'] and tried['end']['ended'] == 'timeout':
            self.report.hit('wallSeconds')
        return {'answer': None if tried['end'] else '1', 'end': tried['end'], 'cpuSeconds': tried['cpuSeconds']}
    def end(self):
        return self.process.end()

class Machine:
    own_namespaces = told['walls']

class Confinement:
    steps = lambda limits, files, folder: []

supervisor.Process, supervisor.Talk = Process, Talk
supervisor.Execution._folder = lambda self: '/nowhere'
request = {'files': [{'path': 'program.py', 'text': ''}], 'limits': {'wallSeconds': 4, 'cpuSeconds': 4, 'memoryMegabytes': 100}}
outcome = supervisor.Execution(Machine, Confinement, request, [{'style': 'call'}] * told['calls']).outcome()
print(json.dumps({'ends': [call['end'] and call['end']['ended'] for call in outcome['calls']], 'limitsHit': outcome['limitsHit'], 'tries': len(made)}))
`

const python = await findPython()
if (!python || process.platform === 'win32') console.log('      The second try of a Python program is not shown here: there is no Python.')
else describe('the second try of a Python program', () => {
  const told = (tries: readonly Try[], { calls = 1, walls = true } = {}): Told =>
    toldByPython(python.program, SUPERVISOR, JSON.stringify({ tries, calls, walls })) as Told
  const answered: Try = { end: null, cpuSeconds: 1 }
  const stalled: Try = { end: { ended: 'timeout' }, cpuSeconds: 0.9 }
  const killed: Try = { end: { ended: 'died' }, cpuSeconds: 0.1, status: 9, peakMegabytes: 49 }

  it('is had by one that ran out of time with hardly any CPU, and leaves no trace of the first', () => {
    assert.deepEqual(told([stalled, answered]), { ends: [null], limitsHit: [], tries: 2 })
    assert.deepEqual(told([{ end: { ended: 'timeout' }, cpuSeconds: null, ofProcess: 0.9 }, answered]).tries, 2)
  })

  it('is had by one that was killed with little memory', () => assert.deepEqual(told([killed, answered]), { ends: [null], limitsHit: [], tries: 2 }))

  it('stands as it comes, so that no wrong answer is forgiven', () => {
    assert.deepEqual(told([stalled, stalled]), { ends: ['timeout'], limitsHit: ['wallSeconds'], tries: 2 })
    assert.deepEqual(told([killed, killed]), { ends: ['memory'], limitsHit: [], tries: 2 })
    assert.deepEqual(told([killed, stalled]).ends, ['timeout'])
  })

  it('is had once in an execution', () => assert.deepEqual(told([stalled, answered, stalled], { calls: 2 }), { ends: [null, 'timeout'], limitsHit: ['wallSeconds'], tries: 3 }))

  it('is had by none that computed, took much memory or ended itself', () => {
    for (const own of [
      { ...stalled, cpuSeconds: 1 }, { ...stalled, cpuSeconds: null, ofProcess: 3 }, { ...killed, peakMegabytes: 50 }, { ...killed, cpuSeconds: 4 },
      { ...killed, status: 11 }, { ...killed, status: 1 << 8 }, { end: { ended: 'outputLimit' }, cpuSeconds: 0 }, answered
    ]) assert.equal(told([own]).tries, 1, JSON.stringify(own))
  })

  it('is had by none that could have killed itself', () => assert.deepEqual(told([killed], { walls: false }), { ends: ['memory'], limitsHit: [], tries: 1 }))
})
