import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import type { ExecutionRecord } from '../../protocol/execution.ts'
import { Problem } from '../../protocol/problem.ts'
import { newRun } from '../../stores/fixtures.ts'
import { createRun } from '../../stores/runDirectory.ts'
import { commandLine } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import { event, story, summary } from '../runEvents.fixture.ts'
import type { LaunchRequest, RunControl, RunOutcome, Services } from '../services.ts'
import { testHost } from '../testHost.fixture.ts'
import type { TestHost } from '../testHost.fixture.ts'

const RUN_FILE = `{
  "name": "tiny", "engine": "fake", "model": { "contextLength": 128 }, "environment": { "name": "arithmetic-chain" },
  "steps": 2, "problemsPerStep": 4, "groupSize": 2, "sampling": { "maxTokens": 8 }, "filter": { "dropZeroVariance": false },
  "evaluation": { "problems": 4, "samples": 2, "k": [1, 2] }
}`

describe('commands', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-'))
    writeFileSync(join(folder, 'a.run.json'), RUN_FILE)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const lab = (args: string[], services?: Partial<Services>, host?: TestHost): Promise<Answer> => commandLine(folder, args, services, host)
  const lines = (text: string): unknown[] => text.trimEnd().split('\n').map((line) => JSON.parse(line))

  /** A trainer that plays the story and finishes. */
  const launching = (outcome: Partial<RunOutcome> = {}, play?: (request: LaunchRequest, control: RunControl) => void): Partial<Services> => ({
    launch: async (request, control) => {
      for (const one of story()) control.onEvent(one)
      mkdirSync(request.directory, { recursive: true })
      play?.(request, control)
      return { state: 'finished', directory: request.directory, summary: summary('finished', request.run.seed / 10), ...outcome }
    }
  })

  describe('run', () => {
    it('trains what the file says and names the directory', async () => {
      const requests: LaunchRequest[] = []
      const { code, out } = await lab(['run', 'a.run.json', '--set', 'steps=7', '--set', 'optimizer.learningRate=0.1', '--seed', '5', '--out', 'r'], launching({}, (request) => requests.push(request)))
      assert.equal(code, EXIT.finished)
      assert.deepEqual(requests.map(({ run, directory, trustWorkspace }) => [run.steps, run.optimizer.learningRate, run.seed, directory, trustWorkspace]), [[7, 0.1, 5, join(folder, 'r'), false]])
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
      assert.equal((JSON.parse(readFileSync(join(folder, 'r3', 'git.json'), 'utf8')) as { why: string }).why, 'not-asked')
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
      const host = testHost({ cwd: folder })
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
      const host = testHost({ cwd: folder })
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
      const host = testHost({ cwd: folder, env: { NO_COLOR: '1', LAB_DEBUG: '1' } })
      const { err } = await lab(['run', 'b.run.json'], {}, host)
      assert.match(err, /LabError: The run file cannot be read[\s\S]*jsonDocument\.ts[\s\S]*caused by Error: ENOENT/)
    })
  })

  describe('resume', () => {
    it('goes on with a run', async () => {
      mkdirSync(join(folder, 'r'))
      const { code, out } = await lab(['resume', 'r'], { resume: async (directory) => ({ state: 'finished', directory }) })
      assert.equal(code, EXIT.finished)
      assert.equal(out, 'The run lies in <folder>/r\n')
    })

    it('refuses a directory that does not exist', async () => {
      const { code, err } = await lab(['resume', 'nowhere'])
      assert.equal(code, EXIT.usage)
      assert.equal(err, 'error: There is no directory nowhere.\n  at nowhere\n  Name the directory of a run. List those made here with: lab runs\n')
    })
  })

  describe('demo', () => {
    it('tells the story of a sample and what to do next', async () => {
      mkdirSync(join(folder, 'arithmetic-chain'))
      writeFileSync(join(folder, 'arithmetic-chain', 'rl.run.json'), RUN_FILE.replace('"name": "tiny"', '"name": "chains", "notes": "Step by step."'))
      const { code, out } = await lab(['demo', '--out', join(folder, 'r')], { ...launching(), samplesFolder: folder })
      assert.equal(code, EXIT.finished)
      assert.match(out, /^Reinforcement learning with verifiable rewards: chains\nStep by step\.\nStarting run/)
      assert.match(out, /Before training[\s\S]*At step 1[\s\S]*After step 2[\s\S]*Held-out problems[\s\S]*The run lies in/)
      assert.equal(out.split('What to do next:\n')[1], [
        '  evaluate it    lab eval /runs/chain--base--r1/model --as-run <folder>/r',
        "  ask the model  lab sample /runs/chain--base--r1/model --prompt '26 * 2 + 6 :'",
        '  list runs      lab runs', ''
      ].join('\n'))
    })

    it('lists the samples for one that does not exist', async () => {
      mkdirSync(join(folder, 'countdown'))
      writeFileSync(join(folder, 'countdown', 'rl.run.json'), RUN_FILE)
      const { code, err } = await lab(['demo', '--sample', 'zebra'], { samplesFolder: folder })
      assert.equal(code, EXIT.usage)
      assert.equal(err, 'error: There is no sample "zebra".\n  at --sample\n  samples: countdown\n')
    })
  })

  describe('problems', () => {
    it('prints the same problems for the same seed, held-out and training apart', async () => {
      const ids = async (...args: string[]): Promise<string[]> => {
        const { code, out } = await lab(['problems', 'arithmetic-chain', '--count', '40', ...args])
        assert.equal(code, EXIT.finished)
        return lines(out).map((line) => Problem.parse(line).id)
      }
      const heldOut = await ids('--split', 'held-out')
      assert.equal(new Set(heldOut).size, 40)
      assert.deepEqual(await ids('--split', 'held-out'), heldOut)
      assert.notDeepEqual(await ids('--split', 'held-out', '--seed', '2'), heldOut)
      const others = [...(await ids('--split', 'train')), ...(await ids('--split', 'tuning'))]
      assert.equal(new Set([...heldOut, ...others]).size, 40 + new Set(others).size)
    })

    it('says when there are no more', async () => {
      const { out, err } = await lab(['problems', 'countdown', '--count', '500', '--split', 'held-out', '--options', '{"count":2,"largest":3,"lowestTarget":2,"highestTarget":9}'])
      assert.ok(lines(out).length < 500)
      assert.match(err, /^There are only \d+ different problems with these options\.\n$/)
    })

    it('reads a data set named from where people stand', async () => {
      writeFileSync(join(folder, 'd.jsonl'), Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `${i} + 1 =`, gold: String(i + 1) })).join('\n'))
      const { code, out } = await lab(['problems', 'jsonl', '--split', 'train', '--count', '3', '--options', '{"path":"d.jsonl","grader":"numeric"}'])
      assert.equal(code, EXIT.finished)
      for (const line of lines(out)) assert.equal(Number(Problem.parse(line).prompt.split(' ')[0]) + 1, Number(Problem.parse(line).gold))
      const missing = await lab(['problems', 'jsonl', '--options', '{"path":"none.jsonl"}'])
      assert.equal(missing.code, EXIT.usage)
      assert.match(missing.err, /^error: [^\n]*none\.jsonl/)
    })

    it('refuses unknown splits and options', async () => {
      assert.match((await lab(['problems', 'countdown', '--split', 'test'])).err, /^error: --split is "test"\.\n {2}at --split\n {2}There are train, held-out, tuning;/)
      assert.match((await lab(['problems', 'countdown', '--options', '[]'])).err, /^error: --options is "\[\]"\.\n/)
      assert.match((await lab(['problems', 'count-down'])).err, /Did you mean “countdown”\?/)
    })
  })

  describe('score', () => {
    const score = async (completions: unknown[], ...args: string[]): ReturnType<typeof lab> => {
      writeFileSync(join(folder, 'c.jsonl'), completions.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
      return lab(['score', 'a.run.json', '--completions', 'c.jsonl', ...args])
    }
    const problem = async (split: string): Promise<Problem> => Problem.parse(lines((await lab(['problems', 'arithmetic-chain', '--count', '1', '--split', split])).out)[0])

    it('scores by problem id of either split, by prompt and gold, and by whole problem', async () => {
      const [heldOut, train] = [await problem('held-out'), await problem('train')]
      const { code, out } = await score([
        { problemId: heldOut.id, completion: `${solution(heldOut)}` },
        { problemId: train.id, completion: 'answer 51' },
        { prompt: '26 * 2 + 6 :', gold: '8', completion: '26 * 2 = 2 ; 2 + 6 = 8 answer 8' },
        { problem: train, completion: solution(train) }
      ], '--set', 'rewards=[{"name":"answer","weight":2},{"name":"format","weight":0.5}]')
      assert.equal(code, EXIT.finished)
      const scored = lines(out) as { total: number; parts: { name: string; score: number; weight: number; why: string }[] }[]
      assert.deepEqual(scored.map(({ total }) => total), [2.5, 0.5, 2.5, 2.5])
      assert.deepEqual(scored[2]?.parts.map(({ name, score, weight }) => [name, score, weight]), [['answer', 1, 2], ['format', 1, 0.5]])
      assert.ok(scored.every(({ parts }) => parts.every(({ why }) => why !== '')))
    })

    it('takes the rewards and the room of the last stage of reinforcement learning', async () => {
      const stages = [{ name: 'first' }, { name: 'last', rewards: [{ name: 'answer', weight: 3 }, { name: 'length', weight: 1 }], sampling: { maxTokens: 40 } }]
      const { out } = await score([{ prompt: '26 * 2 + 6 :', gold: '8', completion: '26 * 2 = 2 ; 2 + 6 = 8 answer 8', tokens: 30 }], '--set', `stages=${JSON.stringify(stages)}`)
      const [scored] = lines(out) as { parts: { name: string; weight: number; why: string }[] }[]
      assert.deepEqual(scored?.parts.map(({ name, weight }) => [name, weight]), [['answer', 3], ['length', 1]])
      assert.match(scored!.parts[1]!.why, /40/)
    })

    it('answers each bad line with an error in its place and goes on', async () => {
      const { code, out } = await score([
        'no json', { completion: 1 }, { problemId: 'nobody', completion: '' }, { prompt: 'not a chain', completion: '' },
        { prompt: '26 * 2 + 6 :', completion: 'answer 8', environment: 'countdown' }, { prompt: '26 * 2 + 6 :', completion: '26 * 2 = 2 ; 2 + 6 = 8 answer 8' }
      ])
      assert.equal(code, EXIT.failed)
      const scored = lines(out) as { error?: string; total?: number }[]
      assert.deepEqual(scored.map(({ error }) => error?.replace(/[:,].*/, '')), ['line 1', 'line 2', 'line 3', 'line 4', 'line 5', undefined])
      assert.equal(scored[5]?.total, 1)
      assert.match(String(scored[2]?.error), /no problem "nobody" among the first 10000 of each split/)
    })

    it('executes completions that are programs, and says what each execution showed', async () => {
      const drawn = Problem.parse(lines((await lab(['problems', 'function-synthesis', '--count', '1'])).out)[0])
      const program = (value: string): object => ({ problem: drawn, completion: `answer function f ( a , b ) { return ${value} }` })
      const { code, out } = await score([program(drawn.gold!), program('"0"'), program('process.exit(0)'), { problem: drawn, completion: 'no program' }],
        '--set', 'environment={"name":"function-synthesis"}', '--set', 'rewards=[{"name":"tests"},{"name":"tamper","weight":-1}]')
      assert.equal(code, EXIT.finished)
      const scored = lines(out) as { total: number; executions?: ExecutionRecord[] }[]
      assert.deepEqual(scored.map(({ total }) => total), [1, 0, -1, 0])
      const verdicts = scored.map(({ executions = [] }) => executions.map(({ tests }) => [...new Set(tests.map(({ verdict }) => verdict))]))
      assert.deepEqual(verdicts, [[['pass']], [['wrongValue']], [['noResult']], []])
    })

    it('refuses a missing file of completions', async () => {
      const { code, err } = await lab(['score', 'a.run.json', '--completions', 'none.jsonl'])
      assert.equal(code, EXIT.usage)
      assert.match(err, /^error: There is no file none\.jsonl\.\n {2}at --completions\n/)
    })
  })

  /** The chain worked out from left to right modulo 50, by hand. */
  function solution({ prompt }: Problem): string {
    const [first, ...rest] = prompt.replace(' :', '').split(' ')
    let value = Number(first)
    const steps: string[] = []
    for (let i = 0; i < rest.length; i += 2) {
      const operand = Number(rest[i + 1])
      const raw = rest[i] === '+' ? value + operand : rest[i] === '-' ? value - operand : value * operand
      const result = ((raw % 50) + 50) % 50
      steps.push(`${value} ${rest[i]} ${operand} = ${result}`)
      value = result
    }
    return `${steps.join(' ; ')} answer ${value}`
  }

  describe('modules of the workspace', () => {
    beforeEach(() => {
      writeFileSync(join(folder, 'short.ts'), `
        export const reward = {
          name: 'short',
          score: ({ completion }: { completion: string }, options: { limit: number }) => ({ score: completion.length < options.limit ? 1 : 0, why: 'counted' })
        }`)
      writeFileSync(join(folder, 'a.run.json'), RUN_FILE.replace('"steps"', '"rewards": [{ "name": "module", "path": "short.ts", "options": { "limit": 5 } }], "steps"'))
    })

    it('run only after explicit trust; nothing is left where they may not', async () => {
      const refused = await lab(['run', 'a.run.json', '--out', 'r'])
      assert.equal(refused.code, EXIT.usage)
      assert.match(refused.err, /short\.ts is code of the workspace that nobody has approved[\s\S]*--trust-workspace/)
      assert.equal(existsSync(join(folder, 'r')), false)
    })

    it('give rewards once trusted', async () => {
      writeFileSync(join(folder, 'c.jsonl'), '{"prompt": "26 * 2 + 6 :", "completion": "8"}\n{"prompt": "26 * 2 + 6 :", "completion": "too long"}\n')
      assert.equal((await lab(['score', 'a.run.json', '--completions', 'c.jsonl'])).code, EXIT.usage)
      const { code, out } = await lab(['score', 'a.run.json', '--completions', 'c.jsonl', '--trust-workspace'])
      assert.equal(code, EXIT.finished)
      assert.deepEqual(lines(out), [1, 0].map((score) => ({ total: score, parts: [{ name: 'short', weight: 1, score, why: 'counted' }] })))
      const run = await lab(['run', 'a.run.json', '--set', 'steps=1', '--out', 'r', '--trust-workspace'])
      assert.equal(run.code, EXIT.finished, run.err)
      const again = await lab(['resume', 'r'])
      assert.equal(again.code, EXIT.finished)
      assert.match(again.out, /^Held-out problems of arithmetic-chain[\s\S]*The run lies in <folder>\/r\n$/)
    })
  })

  describe('runs and schema', () => {
    it('lists runs', async () => {
      assert.equal((await lab(['runs'])).out, 'No runs here yet. Start one with: lab run FILE\n')
      const listRuns: Services['listRuns'] = () => [{ directory: '/runs/a', status: 'finished', step: 3, steps: 3, updatedAt: '2026-01-02T03:04:05.000Z', passAt1: { before: 0.281, after: 0.68 } }, { directory: '/runs/\u001b[2Jb', status: 'damaged', problem: 'no state' }]
      assert.equal((await lab(['runs'], { listRuns })).out, [
        '  run         state  step         pass@1            last sign', '  /runs/a  finished   3/3  0.281 → 0.680  2026-01-02 03:04:05', '  /runs/b  no state     –              –                    –',
        '  Go on with a stopped run: lab resume DIRECTORY', ''
      ].join('\n'))
      assert.equal(lines((await lab(['runs', '--json'], { listRuns })).out).length, 2)
    })

    it('shows held-out pass@1 before and after, and what is wrong with a summary', async () => {
      const run = await lab(['run', 'a.run.json'])
      assert.equal(run.code, EXIT.finished, run.err)
      const { out } = await lab(['runs'])
      assert.match(out, /tiny--new--\S+ +finished +2\/2 +[01]\.\d{3} → [01]\.\d{3} /)
      const [listed] = lines((await lab(['runs', '--json'])).out) as { directory: string; passAt1: { before: number; after: number } }[]
      const { heldOut } = JSON.parse(readFileSync(join(listed!.directory.replace('<folder>', folder), 'summary.json'), 'utf8')) as { heldOut: Record<'before' | 'after', { passAt1: { value: number } }> }
      assert.deepEqual(listed?.passAt1, { before: heldOut.before.passAt1.value, after: heldOut.after.passAt1.value })
      writeFileSync(join(listed!.directory.replace('<folder>', folder), 'summary.json'), '{')
      assert.match((await lab(['runs'])).out, /finished; \S+summary\.json cannot be read[^\n]* +2\/2 +– /)
    })

    it('prints the schema of run files', async () => {
      const { out } = await lab(['schema'])
      const schema = JSON.parse(out) as { $schema: string; properties: Record<string, unknown> }
      assert.match(schema.$schema, /draft-07/)
      assert.ok('recipe' in schema.properties)
    })
  })
})
