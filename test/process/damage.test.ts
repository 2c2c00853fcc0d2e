import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { finalState } from './finalState.ts'
import type { FinalState } from './finalState.ts'
import { lab, labSucceeds } from './labProcess.ts'
import { TINY_STEPS } from './tinyRun.ts'
import type { Place } from './tinyRun.ts'
import { undisturbedRun } from './undisturbed.ts'

const LAB = fileURLToPath(new URL('../../dist/lab.mjs', import.meta.url))

describe('process: a damaged run directory', function () {
  this.timeout(120_000)
  let place: Place
  let file: string
  let expected: FinalState
  before(async () => {
    ({ place, file, expected } = await undisturbedRun())
  })
  after(() => place.remove())

  /** A run killed once its fourth step has begun: checkpoints of steps 0 and 2, rollouts of step 4 open or not yet there. */
  async function killedRun(name: string): Promise<string> {
    const end = await lab(place.folder, ['run', file, '--out', name, '--json'], (event, child) => {
      if (event.type === 'stepStarted' && event.step === 4) child.kill('SIGKILL')
    })
    assert.equal(end.signal, 'SIGKILL', end.err)
    return place.at(name)
  }

  async function goesOn(folder: string): Promise<string[]> {
    const { events } = await labSucceeds(place.folder, ['resume', folder, '--json'])
    const found = await finalState(folder, TINY_STEPS)
    assert.deepEqual({ ...found, ids: [] }, { ...expected, ids: [] })
    return events.flatMap((event) => (event.type === 'recovered' ? [`${event.what}: ${event.detail}`] : []))
  }

  it('goes on from the checkpoint before a truncated one, and says so', async () => {
    const run = await killedRun('truncated')
    const last = readdirSync(join(run, 'checkpoints')).sort().at(-1)!
    truncateSync(join(run, 'checkpoints', last, 'model.safetensors'), 1000)
    const recovered = await goesOn(run)
    assert.ok(recovered.some((text) => text.includes(last) && /model\.safetensors has 1000 bytes instead of \d+/.test(text)), recovered.join('\n'))
  })

  it('cuts off a corrupt last line of every record file, and says so', async () => {
    const run = await killedRun('torn')
    const rollouts = join(run, 'rollouts')
    const open = readdirSync(rollouts).find((name) => name.startsWith('open-'))
    const torn = [join(run, 'events.jsonl'), join(run, 'metrics.jsonl'), ...(open === undefined ? [] : [join(rollouts, open)])]
    for (const place of torn) appendFileSync(place, '{"version":1,"at":"2026-')
    const recovered = await goesOn(run)
    for (const name of ['events.jsonl', 'metrics.jsonl']) assert.ok(recovered.some((text) => text.includes(name)), recovered.join('\n'))
    for (const line of readFileSync(join(run, 'events.jsonl'), 'utf8').trim().split('\n')) JSON.parse(line)
  })

  it('makes a run in a folder in which making one was cut short, and in no other', async () => {
    mkdirSync(place.at('cut-short'))
    place.write('cut-short/run.lock', '{"version":1,"pi')
    await labSucceeds(place.folder, ['run', file, '--out', 'cut-short', '--json'])
    assert.deepEqual(await finalState(place.at('cut-short'), TINY_STEPS), expected)
    place.write('thesis/chapter.tex', '')
    const refused = await lab(place.folder, ['run', file, '--out', 'thesis', '--json'])
    assert.equal(refused.code, 2)
    assert.match(refused.err, /thesis exists already/)
    assert.deepEqual(readdirSync(place.at('thesis')), ['chapter.tex'])
  })

  it('says what is wrong with a folder that is no run, and with a run whose record is damaged', async () => {
    place.write('no-run/notes.txt', '')
    const none = await lab(place.folder, ['resume', 'no-run'])
    assert.equal(none.code, 2)
    assert.match(none.err, /no-run is not a run directory: it has no run\.json/)
    const run = await killedRun('record')
    truncateSync(join(run, 'run.json'), 100)
    const damaged = await lab(place.folder, ['resume', 'record'])
    assert.equal(damaged.code, 1)
    assert.match(damaged.err, /run\.json cannot be read: /)
  })

  it('ends with a clear error on a full disk and goes on once there is space', async function () {
    const mount = smallDisks()
    // Where no file system can be mounted, the injected faults of trainer/stores/diskFaults.test.ts have to do.
    if (mount === undefined) return this.skip()
    mkdirSync(place.at('disk'))
    const script = `
      mount -t tmpfs -o size=128k tmpfs disk || exit 70
      "$0" "$1" run ${file} --out disk/run --json > first.jsonl 2> first.err; echo $? > first.code
      mount -o remount,size=16m disk
      "$0" "$1" resume disk/run --json > second.jsonl 2> second.err; echo $? > second.code
      cp -r disk/run full; umount disk`
    execFileSync(mount[0]!, [...mount.slice(1), 'sh', '-c', script, process.execPath, LAB], { cwd: place.folder, stdio: 'pipe' })
    const text = (name: string): string => readFileSync(place.at(name), 'utf8')
    assert.equal(text('first.code').trim(), '1', text('first.err'))
    assert.match(text('first.err'), /error: .*the disk is full \(ENOSPC\)[^]*Free some space, then resume the run/)
    assert.equal(text('second.code').trim(), '0', text('second.err'))
    const found = await finalState(place.at('full'), TINY_STEPS)
    assert.deepEqual({ ...found, ids: [] }, { ...expected, ids: [] })
    assert.equal(existsSync(place.at('full', 'run.lock')), false)
  })
})

/** How to start a shell that may mount: a namespace of its own, on Linux. */
function smallDisks(): string[] | undefined {
  const namespace = ['unshare', '--user', '--map-root-user', '--mount']
  try {
    execFileSync(namespace[0]!, [...namespace.slice(1), 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' })
    return namespace
  } catch {
    // No such program, or not allowed.
    return undefined
  }
}
