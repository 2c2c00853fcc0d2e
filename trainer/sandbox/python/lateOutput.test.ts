import assert from 'node:assert/strict'
import { findPython } from './findPython.ts'
import { toldByPython } from './pythonText.fixture.ts'

/** A candidate that answers each order with its number, and writes what it is told to when it is told to. */
const CONVERSATION = `
import json, marshal, os, sys, threading
sys.path.insert(0, sys.argv[1])
import conversation
from candidate import ANSWERED, CONFINED, NO_NONCE
from frames import frame, read_frame
from process import _pipes
from supervisor import Report

class Process:
    stdin = life = None
    class machine:
        sees_processes = False
    def __init__(self):
        self.theirs, ours = _pipes()
        stdin, self.stdout, self.stderr, self.orders, self.answers = ours
        os.close(stdin)
    def end(self):
        return 0, 0.0, 0
    def close_pipes(self):
        for descriptor in (self.stdout, self.stderr, self.orders, self.answers):
            os.close(descriptor)

def answer(process):
    _, stdout, _, orders, answers = process.theirs
    read_frame(orders)
    os.write(answers, frame(CONFINED + NO_NONCE))
    while (order := read_frame(orders)) is not None:
        os.write(stdout, b'in time ')
        os.write(answers, frame(ANSWERED + order[:16] + b'7'))

process, report = Process(), Report()
threading.Thread(target=answer, args=[process], daemon=True).start()
talk = conversation.Talk(process, {}, report)
limits = {'wallSeconds': 30, 'cpuSeconds': 30, 'memoryMegabytes': 100, 'processes': 9, 'outputBytes': 100}
seen, outputs = [], []
for late in json.loads(sys.argv[2]):
    outcome = talk.ask({}, b'', limits)
    outputs.append(outcome['stdout'])
    seen.append(len(report.sightings))
    os.write(process.theirs[2 if late == 'error' else 1], b'late' * 1000) if late else None
talk.end()
print(json.dumps({'outputs': outputs, 'seen': seen, 'sightings': report.sightings}))
`

const python = await findPython()
if (!python || process.platform === 'win32') console.log('      Late output of a Python program is not shown here: there is no Python.')
else describe('what a Python program writes after its answer', () => {
  const told = (...late: readonly ('' | 'output' | 'error')[]): unknown => toldByPython(python.program, CONVERSATION, JSON.stringify(late))
  const sighting = { kind: 'outputAfterVerdict', why: 'wrote output after its answer' }

  it('is noted and is part of no output', () => {
    assert.deepEqual(told('output', 'error', ''), { outputs: ['in time ', 'in time ', 'in time '], seen: [0, 1, 1], sightings: [sighting] })
  })

  it('is noted after the last answer too', () => assert.deepEqual(told('', 'error'), { outputs: ['in time ', 'in time '], seen: [0, 0], sightings: [sighting] }))

  it('is not confused with what was written before', () => assert.deepEqual(told('', ''), { outputs: ['in time ', 'in time '], seen: [0, 0], sightings: [] }))
})
