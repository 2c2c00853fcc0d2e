import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { newRun } from '../../stores/fixtures.ts'
import { createRun } from '../../stores/runDirectory.ts'
import { EXIT } from '../exitCodes.ts'
import { event, story } from '../runEvents.fixture.ts'
import { eachInRunFolder, launching, lines, RUN_FILE } from '../runFolder.fixture.ts'
import type { LaunchRequest } from '../services.ts'
import { testHost } from '../testHost.fixture.ts'

describe('lab run', () => {
  const here = eachInRunFolder()
  const { lab } = here

  it('trains what the file says and names the directory', async () => {
    const requests: LaunchRequest[] = []
    const { code, out } = await lab(['run', 'a.run.json', '--set', 'steps=7', '--set', 'optimizer.learningRate=0.1', '--seed', '5', '--out', 'r'], launching({}, (request) => requests.push(request)))
    assert.equal(code, EXIT.finished)
    assert.deepEqual(requests.map(({ run, directory, trustWorkspace }) => [run.steps, run.optimizer.learningRate, run.seed, directory, trustWorkspace]), [[7, 0.1, 5, join(here.folder, 'r'), false]])
    assert.equal(requests[0]?.source.text, RUN_FILE)
    assert.match(out, /The run lies in <folder>\/r\n$/)
  })

  it('asks git about the folder unless told not to', async () => {
    const asks: boolean[] = []
    const noted = launching({}, ({ asksGit }) => asks.push(asksGit))
    await lab(['run', 'a.run.json', '--out', 'r1'], noted)
    await lab(['run', 'a.run.json', '--out', 'r2', '--no-git'], noted)
    assert.deepEqual(asks, [true, false])
    const { code, err } = await lab(['run', 'a.run.json', '--set', 'steps=1', '--out', 'r3', '--no-git'])
    assert.equal(code, EXIT.finished, err)
    assert.equal((JSON.parse(readFileSync(join(here.folder, 'r3', 'git.json'), 'utf8')) as { why: string }).why, 'not-asked')
  })

  it('keeps stdout for events under --json', async () => {
    const { out, err } = await lab(['run', 'a.run.json', '--json', '--out', 'r'], launching())
    assert.deepEqual(lines(out), story())
    assert.equal(err, 'The run lies in <folder>/r\n')
  })

  it('tells how to go on with a stopped run', async () => {
    const { code, out } = await lab(['run', 'a.run.json', '--out', 'my run'], launching({ state: 'stopped' }))
    assert.equal(code, EXIT.stopped)
    assert.match(out, /Stopped\. Go on with: lab resume '<folder>\/my run'\n$/)
  })

  it('stops at a safe point at the first Ctrl-C, at once at the second, by force at the third', async () => {
    const seen: boolean[][] = []
    const host = testHost({ cwd: here.folder })
    const { code } = await lab(['run', 'a.run.json', '--out', 'r'], launching({ state: 'stopped' }, (_, { safePoint, now }) => {
      for (let i = 0; i < 3; i++) {
        host.signal('SIGINT')
        seen.push([safePoint.aborted, now.aborted, host.exits.length > 0])
      }
    }), host)
    assert.equal(code, EXIT.stopped)
    assert.deepEqual(seen, [[true, false, false], [true, true, false], [true, true, true]])
    assert.match(host.out(), /Stopping at the next safe point \(the end of this step\)\. Ctrl-C again stops now\.\nStopping now;/)
    assert.equal(host.signal('SIGINT'), false, 'nobody listens after the end')
  })

  it('takes SIGTERM for a second Ctrl-C', async () => {
    const host = testHost({ cwd: here.folder })
    await lab(['run', 'a.run.json', '--out', 'r'], launching({ state: 'stopped' }, (_, { safePoint, now }) => {
      host.signal('SIGTERM')
      assert.deepEqual([safePoint.aborted, now.aborted], [true, true])
    }), host)
    assert.match(host.out(), /Stopping now/)
  })

  it('reports a failure with what stays', async () => {
    const { code, out, err } = await lab(['run', 'a.run.json', '--out', 'r'], {
      launch: async ({ directory }, { onEvent }) => {
        const run = await createRun(newRun(directory))
        run.close()
        onEvent(event({ type: 'runStarted', step: 0, runId: 'r', directory, resumed: false, steps: 2 }))
        throw new TypeError('x is not a function')
      }
    })
    assert.equal(code, EXIT.failed)
    assert.match(out, /What happened until then is recorded in <folder>\/r\. Go on with: lab resume <folder>\/r\n$/)
    assert.equal(err, 'error: x is not a function\n  This is a fault of Rollout Lab itself; LAB_DEBUG=1 shows where it arose.\n')
  })

  it('trains several seeds and reports their mean with its interval', async () => {
    const { code, out } = await lab(['run', 'a.run.json', '--seeds', '3', '--json', '--out', 'r'], launching())
    assert.equal(code, EXIT.finished)
    const study = lines(out).at(-1) as { runs: { seed: number; gain: number; directory: string }[]; gain: { value: number; low: number; high: number }; interval: string }
    assert.deepEqual(study.runs.map(({ seed, gain, directory }) => [seed, gain, directory]), [
      [1, 0.1, '<folder>/r/seed-1'], [2, 0.2, '<folder>/r/seed-2'], [3, 0.3, '<folder>/r/seed-3']
    ])
    // Mean 0.2, standard deviation 0.1, t(2) = 4.303: half width 4.303 · 0.1 / √3.
    assert.ok(Math.abs(study.gain.value - 0.2) < 1e-12)
    assert.ok(Math.abs(study.gain.high - study.gain.value - 0.2484) < 1e-4)
    assert.equal(study.interval, '95 % Student t interval of the mean over 3 seeds')
  })

  it('puts several seeds beside each other where no directory is named', async () => {
    const { out } = await lab(['run', 'a.run.json', '--seeds', '2', '--json'], launching())
    const { runs } = lines(out).at(-1) as { runs: { directory: string }[] }
    for (const { directory } of runs) assert.match(directory, /^<folder>\/\.rollout-lab\/runs\/tiny--new--[\d-]+-[0-9a-f]{8}$/)
    assert.notEqual(runs[0]?.directory, runs[1]?.directory)
  })

  it('lets seeds after the first wait for their device, and tells of those that finished before one that failed', async () => {
    const waits: (boolean | undefined)[] = []
    const services = launching({}, (_, { waitsForDevice }) => {
      waits.push(waitsForDevice)
      if (waits.length === 3) throw new LabError('engine', 'engine/died-too-often', 'The engine ended.', { remedy: 'Resume.' })
    })
    const { code, out, err } = await lab(['run', 'a.run.json', '--seeds', '3', '--json', '--out', 'r'], services)
    assert.deepEqual([code, waits], [EXIT.failed, [false, true, true]])
    assert.match(err, /The engine ended\./)
    assert.deepEqual((lines(out).at(-1) as { runs: { seed: number }[] }).runs.map(({ seed }) => seed), [1, 2])
    const single: (boolean | undefined)[] = []
    await lab(['run', 'a.run.json', '--out', 'one'], launching({}, (_, { waitsForDevice }) => single.push(waitsForDevice)))
    assert.deepEqual(single, [undefined])
  })

  it('ends a series of seeds with the run that was stopped', async () => {
    const { code, out } = await lab(['run', 'a.run.json', '--seeds', '3', '--out', 'r'], launching({ state: 'stopped' }))
    assert.equal(code, EXIT.stopped)
    assert.match(out, /An interval over seeds needs two finished runs\.\n$/)
    assert.doesNotMatch(out, /seed-2/)
  })

  it('says with --dry-run what it would do and starts nothing', async () => {
    const { code, out } = await lab(['run', 'a.run.json', '--dry-run', '--out', 'r'], { launch: () => assert.fail('was started') })
    assert.equal(code, EXIT.finished)
    assert.equal(out.split('\nExample of')[0], [
      'Would run (nothing was started):',
      '  run         tiny',
      '  engine      fake',
      '  model       new Qwen3ForCausalLM, 3 layers of 128',
      '  seed        1',
      '  stage rl    grpo, 2 steps of 4 problems, 8 rollouts and at most 64 tokens',
      '  evaluation  before and after: 4 held-out problems, 12 completions',
      '  needs       sample, save, snapshot, policyGradient',
      '  directory   <folder>/r'
    ].join('\n'))
    const watched = ['--set', 'evaluation.every=2', '--set', 'evaluation.retention=[{"name":"long","environment":{"name":"arithmetic-chain","options":{"minOperations":7,"maxOperations":7}},"problems":10}]']
    const { out: more } = await lab(['run', 'a.run.json', '--dry-run', ...watched], { launch: () => assert.fail('was started') })
    assert.match(more, / evaluation +before and after: 4 held-out problems and 10 of other sets to watch, 42 completions; every 2 steps: 4 problems\n/)
    const { out: json } = await lab(['run', 'a.run.json', '--dry-run', '--json'], { launch: () => assert.fail('was started') })
    assert.equal((lines(json)[0] as { run: { steps: number } }).run.steps, 2)
  })

  const refused: [string, string[], RegExp][] = [
    ['an existing directory', ['run', 'a.run.json', '--out', '.'], /^error: <folder> exists already\.\n {2}at --out\n {2}Name a new directory\.\n$/],
    ['seeds given twice', ['run', 'a.run.json', '--seed', '1', '--seeds', '2'], /^error: --seed and --seeds exclude each other\.\n/],
    ['a wrong number', ['run', 'a.run.json', '--seed', 'x'], /^error: --seed is "x"\.\n {2}at --seed\n {2}Allowed: a whole number, at least 0\.\n$/],
    ['a wrong field', ['run', 'a.run.json', '--set', 'stepz=1'], /^error: --set names a field that does not exist: "stepz"\.\n {2}at --set stepz=1\n {2}Did you mean "steps"\?\n$/],
    ['a missing file', ['run', 'b.run.json'], /^error: The run file cannot be read: there is no such file\.\n {2}at b\.run\.json\n/],
    ['an unknown environment', ['run', 'a.run.json', '--set', 'environment.name=count-down'], /^error: "environment\.name" is "count-down", which is no environment; did you mean "countdown"\?\n {2}at --set environment\.name=count-down\n$/],
    ['an unknown command', ['rnu'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    ['no file', ['run'], /missing required argument 'file'/]
  ]
  for (const [what, args, expected] of refused) {
    it(`refuses ${what} with exit code 2`, async () => {
      const { code, err, out } = await lab(args, { launch: () => assert.fail('was started') })
      assert.equal(code, EXIT.usage)
      assert.match(err, expected)
      assert.equal(out, '')
    })
  }

  it('prints a stack only when asked to', async () => {
    const host = testHost({ cwd: here.folder, env: { NO_COLOR: '1', LAB_DEBUG: '1' } })
    const { err } = await lab(['run', 'b.run.json'], {}, host)
    assert.match(err, /LabError: The run file cannot be read[\s\S]*jsonDocument\.ts[\s\S]*caused by Error: ENOENT/)
  })
})
