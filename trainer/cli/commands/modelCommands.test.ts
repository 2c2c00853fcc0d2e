import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderSource } from '../../engines/chatTemplatePrelude.ts'
import type { Engine, SampleEvents, SampledCompletion } from '../../engines/engine.ts'
import { createFakeEngine } from '../../engines/fake/fakeEngine.ts'
import { LabError } from '../../errors.ts'
import { EvaluationResult } from '../../protocol/summary.ts'
import { commandLine, folderWithModel } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import type { Services } from '../services.ts'
import { testHost } from '../testHost.fixture.ts'
import type { TestHost } from '../testHost.fixture.ts'
import { deviceKey, lockDevice } from '../torch/deviceLock.ts'

describe('model commands', () => {
  const folder = folderWithModel()
  const lab = (args: string[], services?: Partial<Services>, host?: TestHost): Promise<Answer> => commandLine(folder, args, services, host)
  /** An engine that samples what the script says. */
  const scripted = (sample: (events: SampleEvents, signal: AbortSignal | undefined) => SampledCompletion[], closed: () => void = () => {}): Partial<Services> => ({
    openEngine: async (): Promise<Engine> => {
      const engine = createFakeEngine()
      return {
        ...engine,
        sample: async (_prompts, _parameters, events = {}, signal) => sample(events, signal),
        close: async () => { closed(); await engine.close() }
      }
    }
  })
  const completion = (text: string, more: Partial<SampledCompletion> = {}): SampledCompletion => ({
    promptIndex: 0, sampleIndex: 0, tokens: [1, 2], text, tokenEnds_T: [1, text.length], logprobs_T: [-1, -0.5], samplingLogprobs_T: [-1, -0.5], entropies_T: [1, 1],
    stopReason: 'endOfText', seconds: 0, ...more
  })
  const sampleArgs = (...more: string[]): string[] => ['sample', 'base', '--engine', 'fake', '--prompt', '26 * 2 + 6 :', ...more]

  describe('sample', () => {
    it('writes text as it comes, without what could steer a terminal', async () => {
      let whole = ''
      let closed = 0
      const host = testHost({ cwd: folder })
      const { code, out, err } = await lab(sampleArgs(), scripted((events) => {
        events.partial?.([{ promptIndex: 0, sampleIndex: 0, text: '26 * 2\u001b[31m' }])
        whole = host.out()
        events.finished?.(completion('26 * 2\u001b[31m = 2\u202e'))
        return []
      }, () => closed++), host)
      assert.deepEqual([code, whole, out, err, closed], [EXIT.finished, '26 * 2', '26 * 2 = 2\n', '(endOfText, 2 tokens)\n', 1])
    })

    it('goes on where a run holds the GPU, and says on stderr which', async () => {
      const deviceId = `test-${process.pid}`
      const onGpu: Partial<Services> = {
        openEngine: async () => {
          const engine = createFakeEngine()
          return { ...engine, info: async () => ({ ...(await engine.info()), device: 'cuda:0', deviceId }) }
        }
      }
      const evaluation = ['eval', 'base', '--engine', 'fake', '--environment', 'arithmetic-chain', '--problems', '1', '--samples', '1', '--max-tokens', '4', '--json']
      const said: string[] = []
      const lock = lockDevice(deviceKey({ device: 'cuda:0', deviceId }), { run: '/runs/a' })
      try {
        for (const args of [sampleArgs('--json'), evaluation]) {
          const { code, err } = await lab(args, onGpu)
          assert.equal(code, EXIT.finished, err)
          said.push(err)
        }
      } finally {
        lock.release()
      }
      for (const err of said) assert.equal(err.split('\n')[0], `Warning: The run /runs/a (process ${process.pid}) holds this GPU: both may run out of memory.`)
      assert.doesNotMatch((await lab(sampleArgs('--json'), onGpu)).err, /holds this GPU/)
    })

    it('writes several completions one after another, or as JSON', async () => {
      const two = scripted((events) => {
        events.finished?.(completion('b', { sampleIndex: 1, stopReason: 'length' }))
        events.finished?.(completion('a', { seconds: 0.5 }))
        return []
      })
      assert.equal((await lab(sampleArgs('--n', '2'), two)).out, '── 2  (length, 2 tokens)\nb\n── 1  (endOfText, 2 tokens, 4 tokens/s)\na\n')
      assert.deepEqual((await lab(sampleArgs('--n', '2', '--json'), two)).out.trimEnd().split('\n').map((line) => JSON.parse(line)), [
        { index: 1, text: 'b', stopReason: 'length', tokens: 2, logprob: -1.5 }, { index: 0, text: 'a', stopReason: 'endOfText', tokens: 2, logprob: -1.5 }
      ])
    })

    it('tells of text while it is written only where asked', async () => {
      const streamed = scripted((events) => {
        events.partial?.([{ promptIndex: 0, sampleIndex: 0, text: 'a' }])
        events.finished?.(completion('ab'))
        return []
      })
      const lines = async (...more: string[]): Promise<unknown[]> =>
        (await lab(sampleArgs('--json', ...more), streamed)).out.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)
      const whole = { index: 0, text: 'ab', stopReason: 'endOfText', tokens: 2, logprob: -1.5 }
      assert.deepEqual(await lines('--partial'), [{ index: 0, added: 'a' }, whole])
      assert.deepEqual(await lines(), [whole])
    })

    it('samples the same for the same seed', async () => {
      const text = async (seed: string): Promise<string> => (await lab(sampleArgs('--json', '--n', '3', '--seed', seed))).out
      assert.equal(await text('1'), await text('1'))
      assert.notEqual(await text('1'), await text('2'))
    })

    it('is stopped by Ctrl-C', async () => {
      const host = testHost({ cwd: folder })
      const { code } = await lab(sampleArgs(), scripted((_, signal) => {
        host.signal('SIGINT')
        assert.equal(signal?.aborted, true)
        return []
      }), host)
      assert.equal(code, EXIT.stopped)
    })

    it('names the option that is at fault, not the field of an inner call', async () => {
      const faults: [string[], string][] = [
        [['--prompt', ''], '--prompt is empty: without a token nothing predicts the next one.\n  at --prompt\n  Give a text to go on from, such as --prompt "3 + 4 :".\n'],
        [['--prompt', '  '], '--prompt is empty: without a token nothing predicts the next one.\n  at --prompt\n  Give a text to go on from, such as --prompt "3 + 4 :".\n'],
        [['--prompt', 'hello'], 'The word "hello" of "hello" is not in the vocabulary.\n  at --prompt\n  Use a model whose vocabulary covers the environment.\n'],
        [['--max-tokens', '96'], "--max-tokens is 96; the model has a context of 96, prompt included.\n  at --max-tokens\n  Give less than 96, or take a model with a longer context.\n"],
        [['--stop', ''], '--stop is "".\n  at --stop\n  Allowed: a text that is not empty.\n'],
        [['--top-p', '0'], '--top-p is "0".\n  at --top-p\n  Allowed: a number above 0, at most 1.\n']
      ]
      for (const [given, expected] of faults) {
        const { code, err } = await lab(sampleArgs(...given))
        assert.deepEqual([code, err], [EXIT.usage, `error: ${expected}`])
      }
    })

    it('refuses prompts without room and folders without a model', async () => {
      assert.match((await lab(sampleArgs('--prompt', Array(100).fill('1').join(' ')))).err, /^error: The prompt has 100 tokens; the model's context is 96\.\n {2}at --prompt\n/)
      const missing = await lab(['sample', 'bass', '--prompt', 'x', '--engine', 'fake'])
      assert.equal(missing.code, EXIT.usage)
      assert.equal(missing.err, 'error: "bass" is no model folder: it does not exist (looked for <folder>/bass); did you mean "base"?\n  at MODEL\n')
      mkdirSync(join(folder, 'empty'), { recursive: true })
      assert.match((await lab(['sample', 'empty', '--prompt', 'x'])).err, /"empty" is no model folder: it holds no config\.json;/)
      assert.match((await lab(['sample', 'base', '--prompt', 'x', '--engine', 'torch'])).err, /"base" is no model folder|This build has no engine "torch"/)
    })
  })

  describe('eval', () => {
    const args = (...more: string[]): string[] => ['eval', 'base', '--engine', 'fake', '--environment', 'arithmetic-chain', '--problems', '6', '--samples', '4', '--k', '1,4', '--max-tokens', '40', ...more]

    it('gives the figures of held-out problems, the same for the same seed', async () => {
      const evaluated = async (...more: string[]): Promise<EvaluationResult> => {
        const { code, out } = await lab(args('--json', ...more))
        assert.equal(code, EXIT.finished)
        return EvaluationResult.parse(JSON.parse(out))
      }
      const result = await evaluated()
      assert.deepEqual([result.environment, result.problems, result.samplesPerProblem, Object.keys(result.passAtK)], ['arithmetic-chain', 6, 4, ['1', '4']])
      assert.deepEqual(await evaluated(), result)
      assert.notEqual((await evaluated('--seed', '9')).meanTokens, result.meanTokens)
    })

    it('shows them as a table', async () => {
      const { out } = await lab(args())
      assert.match(out, /^Held-out problems of arithmetic-chain: 6, 4 samples each at temperature 1\n {2}pass@1 +0\.\d{3} \[/)
      assert.match(out, /\n {2}pass@4 +0\.\d{3} \[[\s\S]*\n {2}Value \[95 % interval over problems\]\./)
    })

    it('takes the usual k that the samples can estimate', async () => {
      const { out } = await lab(['eval', 'base', '--engine', 'fake', '--environment', 'arithmetic-chain', '--problems', '2', '--samples', '5', '--max-tokens', '8', '--json'])
      assert.deepEqual(Object.keys(EvaluationResult.parse(JSON.parse(out)).passAtK), ['1', '4'])
    })

    it('wants an environment or a run, and one of them', async () => {
      for (const both of [[], ['--environment', 'countdown', '--as-run', 'r']]) {
        const { code, err } = await lab(['eval', 'base', '--engine', 'fake', ...both])
        assert.equal(code, EXIT.usage)
        assert.match(err, /Name one of --environment and --as-run\./)
      }
      assert.match((await lab(['eval', 'base', '--engine', 'fake', '--as-run', 'nowhere'])).err, /^error: There is no run directory nowhere\./)
    })

    it('computes and asks as the run does', async () => {
      const run = { engine: 'fake', model: './base', environment: { name: 'arithmetic-chain' }, steps: 1, problemsPerStep: 1, groupSize: 2, evaluation: { problems: 1, samples: 1, k: [1] } }
      const asked = { torch: { dtype: 'bfloat16', masterWeights: true }, chatTemplateKwargs: { enable_thinking: false } }
      writeFileSync(join(folder, 'r.run.json'), JSON.stringify({ ...run, ...asked }))
      assert.equal((await lab(['run', 'r.run.json', '--out', 'r'])).code, EXIT.finished)
      const seen: unknown[] = []
      const openEngine: Services['openEngine'] = async (name, { torch }) => {
        const engine = createFakeEngine()
        seen.push([name, torch?.dtype])
        return { ...engine, loadModel: (source) => { seen.push(source); return engine.loadModel(source) } }
      }
      assert.equal((await lab(['eval', 'base', '--as-run', 'r'], { openEngine })).code, EXIT.finished)
      assert.deepEqual(seen, [['fake', 'bfloat16'], folderSource(join(folder, 'base'), { enable_thinking: false })])
    })

    it('lets modules of the workspace run only where people say so', async () => {
      const told: boolean[] = []
      const openWorkspace: Services['openWorkspace'] = (_, { trustWorkspace }) => {
        told.push(trustWorkspace)
        throw new LabError('usage', 'usage/option', 'opened', { remedy: '' })
      }
      for (const more of [[], ['--unsafe-sandbox'], ['--trust-workspace']]) assert.match((await lab(args(...more), { openWorkspace })).err, /opened/)
      assert.deepEqual(told, [false, false, true])
    })

    it('refuses a k that the samples cannot estimate', async () => {
      const { code, err } = await lab(args('--k', '8'))
      assert.equal(code, EXIT.usage)
      assert.match(err, /^error: pass@8 cannot be estimated from 4 samples of each problem\.\n {2}at --k\n/)
    })
  })
})
