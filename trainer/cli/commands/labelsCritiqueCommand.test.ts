import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { SampledCompletion } from '../../engines/engine.ts'
import { createFakeEngine } from '../../engines/fake/fakeEngine.ts'
import { makeRun } from '../../labels/exports/run.fixture.ts'
import { trace } from '../../labels/rows/rows.fixture.ts'
import type { RowRollout } from '../../labels/rows/rowRollout.ts'
import { commandLine, folderWithModel } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'

const RUN = '.rollout-lab/runs/one'
const free = trace('r1', ['1 + 1 = 3'])
const chain = { ...trace('r2', ['26 * 2 = 3']), environment: 'maze-walk' }
const long = trace('r3', ['x'])

describe('lab labels critique', () => {
  const folder = folderWithModel()
  let asked: readonly string[] = []
  before(() => makeRun(join(folder, RUN), [free, chain as RowRollout, long]))

  /** A critic that writes these texts, in the order in which the rollouts were recorded; it has room for 10 tokens, one of which is each `x`. */
  function critique(texts: readonly string[], args: readonly string[], more: Partial<SampledCompletion> = {}): Promise<Answer> {
    asked = []
    const openEngine = () => {
      const engine = createFakeEngine()
      return Promise.resolve({
        ...engine,
        loadModel: async (source: Parameters<typeof engine.loadModel>[0]) => ({ ...(await engine.loadModel(source)), contextLength: 10 }),
        encode: (prompts: readonly string[]) => (asked = [...asked, ...prompts], Promise.resolve(prompts.map((prompt) => (prompt.includes('x') ? Array<number>(10).fill(1) : [1, 2])))),
        sample: (prompts: readonly unknown[], _: unknown, events: { finished?(completion: SampledCompletion): void } = {}) => {
          const done = prompts.map((_prompt, promptIndex): SampledCompletion => ({
            promptIndex, sampleIndex: 0, tokens: [1], text: texts[promptIndex]!, tokenEnds_T: [1], logprobs_T: [0], samplingLogprobs_T: [0], entropies_T: [0], stopReason: 'endOfText', seconds: 0, ...more
          }))
          done.forEach((completion) => events.finished?.(completion))
          return Promise.resolve(done)
        }
      })
    }
    return commandLine(folder, ['labels', 'critique', RUN, '--model', 'base', '--engine', 'fake', ...args], { openEngine })
  }
  const lines = ({ out }: Answer): unknown[] => out.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)

  it('asks in the words of the environment, else as critique fine-tuning does, and reads the words', async () => {
    const answer = await critique(['It is 2.', '26 * 2 = 2 no answer wrong'], ['--rollout', 'r1', '--rollout', 'r2', '--json'])
    assert.equal(answer.code, EXIT.finished)
    assert.deepEqual(asked, [`${free.segments[0]!.samplePrompt.text}\n\n${free.segments[0]!.text}\n\nCritique:\n`, `${chain.segments[0]!.samplePrompt.text} ${chain.segments[0]!.text.replace(/\s+/g, ' ')} critique`])
    assert.deepEqual(lines(answer), [
      { rollout: 'r1', text: 'It is 2.', whole: true }, { rollout: 'r2', text: '26 * 2 = 2 no answer wrong', whole: true, says: { right: false, firstError: 0 } }
    ])
  })

  it('says what was cut off, too long for the model or not in the run', async () => {
    assert.deepEqual(lines(await critique(['It is'], ['--rollout', 'r1', '--rollout', 'r3', '--rollout', 'gone', '--json'], { stopReason: 'length' })), [
      { rollout: 'gone', problem: 'gone' }, { rollout: 'r3', problem: 'promptTooLong' }, { rollout: 'r1', text: 'It is', whole: false }
    ])
  })

  it('prints for people what cannot steer a terminal', async () => {
    assert.equal((await critique(['It\u001b[31m is 2.'], ['--rollout', 'r1'])).out, '── r1\nIt is 2.\n')
  })

  it('goes on past a prompt with words that the model lacks', async () => {
    const { code, out } = await commandLine(folder, ['labels', 'critique', RUN, '--model', 'base', '--engine', 'fake', '--rollout', 'r1', '--json'])
    assert.deepEqual([code, JSON.parse(out)], [EXIT.finished, { rollout: 'r1', problem: 'unknownWord' }])
  })

  it('refuses where there is nothing to ask about, or nobody', async () => {
    const { code, err } = await critique([], ['--rollout', 'gone'])
    assert.deepEqual([code, err.split('\n')[0]], [EXIT.usage, 'error: The run has none of these rollouts.'])
    assert.equal((await critique([], [])).code, EXIT.usage)
    assert.equal((await commandLine(folder, ['labels', 'critique', RUN, '--rollout', 'r1', '--engine', 'fake', '--model', 'nowhere'])).code, EXIT.usage)
  })
})
