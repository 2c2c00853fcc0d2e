import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { RunEvent } from '../protocol/events.ts'

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const CLI = join(import.meta.dirname, '..', 'cli.ts')
/** More steps than any test waits for. */
const ENDLESS = 1_000_000

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly events: readonly RunEvent[]
  readonly err: string
}

describe('the command line as a process', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-'))
    writeFileSync(join(folder, 'a.run.json'), `{
      "engine": "fake", "model": { "contextLength": 128 }, "environment": { "name": "arithmetic-chain" }, "filter": { "dropZeroVariance": false },
      "steps": ${ENDLESS}, "problemsPerStep": 2, "groupSize": 2, "sampling": { "maxTokens": 8 }, "evaluation": { "problems": 4, "samples": 2, "k": [1] }
    }`)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** Runs with --json, handing each event to `react`; every line of stdout has to be an event. */
  const lab = async (args: string[], react: (event: RunEvent, child: ChildProcess) => void = () => {}): Promise<Ended> => {
    const child = spawn(process.execPath, ['--import', TSX, CLI, ...args, '--json'], { cwd: folder, env: { ...process.env, npm_lifecycle_event: 'lab' } })
    const events: RunEvent[] = []
    let err = ''
    child.stderr.on('data', (data: Buffer) => (err += data.toString()))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = RunEvent.parse(JSON.parse(line))
      events.push(event)
      react(event, child)
    })
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => child.on('close', (...end) => resolve(end)))
    return { code, signal, events, err }
  }
  const finishedSteps = (events: readonly RunEvent[]): number[] => events.flatMap((event) => (event.type === 'stepFinished' ? [event.step] : []))
  /** Once this step is over; a run that was killed late may begin behind it. */
  const afterStep = (step: number, act: (child: ChildProcess) => void) => {
    let acted = false
    return (event: RunEvent, child: ChildProcess): void => {
      if (acted || event.type !== 'stepFinished' || event.step < step) return
      acted = true
      act(child)
    }
  }

  it('runs to the end: events alone on stdout, exit code 0', async () => {
    const { code, events, err } = await lab(['run', 'a.run.json', '--set', 'steps=2', '--out', 'r'])
    assert.equal(code, 0, err)
    assert.deepEqual(finishedSteps(events), [1, 2])
    assert.equal(events.at(-1)?.type, 'runFinished')
    assert.ok(events.some((event) => event.type === 'runStarted' && event.directory.endsWith('r')))
  })

  it('stops at a safe point on Ctrl-C and goes on from there', async () => {
    const stopped = await lab(['run', 'a.run.json', '--out', 'r'], afterStep(2, (child) => child.kill('SIGINT')))
    assert.equal(stopped.code, 130, stopped.err)
    const command = /npm run -s lab -- resume (\S+)/.exec(stopped.err)
    assert.ok(command?.[1] !== undefined && existsSync(command[1]), stopped.err)
    const last = finishedSteps(stopped.events).at(-1)!
    const resumed = await lab(['resume', command[1]], afterStep(last + 2, (child) => child.kill('SIGINT')))
    assert.equal(resumed.code, 130, resumed.err)
    assert.equal(finishedSteps(resumed.events)[0], last + 1)
  })

  it('stops now on a second Ctrl-C or SIGTERM, and still resumes', async () => {
    const stopped = await lab(['run', 'a.run.json', '--out', 'r'], afterStep(2, (child) => child.kill('SIGTERM')))
    assert.equal(stopped.code, 130, stopped.err)
    assert.match(stopped.err, /Stopping now/)
    const resumed = await lab(['resume', 'r'], afterStep(4, (child) => child.kill('SIGTERM')))
    assert.equal(resumed.code, 130, resumed.err)
    assert.ok(Math.max(...finishedSteps(resumed.events)) > Math.max(...finishedSteps(stopped.events)))
  })

  it('goes on after a kill', async () => {
    const killed = await lab(['run', 'a.run.json', '--out', 'r'], afterStep(3, (child) => child.kill('SIGKILL')))
    assert.equal(killed.signal, 'SIGKILL')
    const resumed = await lab(['resume', 'r'], afterStep(5, (child) => child.kill('SIGTERM')))
    assert.equal(resumed.code, 130, resumed.err)
    assert.ok(Math.max(...finishedSteps(resumed.events)) > Math.max(...finishedSteps(killed.events)))
  })

  it('refuses bad input with exit code 2 and no stack', async () => {
    const { code, err, events } = await lab(['run', 'a.run.json', '--set', 'step=1'])
    assert.equal(code, 2)
    assert.equal(events.length, 0)
    assert.equal(err, 'error: --set names a field that does not exist: "step".\n  at --set step=1\n  Did you mean "steps"?\n')
  })
})
