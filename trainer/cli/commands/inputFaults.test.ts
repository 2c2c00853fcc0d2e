import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { commandLine, folderWithModel } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import type { Services } from '../services.ts'

const RUN = {
  engine: 'fake', model: 'base', environment: { name: 'arithmetic-chain' }, steps: 1, problemsPerStep: 2, groupSize: 2, sampling: { maxTokens: 8 },
  filter: { dropZeroVariance: false }, evaluation: { problems: 2, samples: 2, k: [1, 2] }
}
const ROWS = Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `what is ${i} ?`, gold: String(i) }))
const NOTICE = /^Warning: 1 lines of <folder>\/d\.jsonl were left out: line 41 is not JSON[^\n]*\n$/

describe('input at fault', () => {
  const folder = folderWithModel()
  before(() => writeFileSync(join(folder, 'd.jsonl'), [...ROWS, '{oops'].join('\n')))

  const lab = (args: string[], services?: Partial<Services>): Promise<Answer> => commandLine(folder, args, services)
  const runFile = (fields: object): string => {
    writeFileSync(join(folder, 'a.run.json'), JSON.stringify({ ...RUN, ...fields }))
    return 'a.run.json'
  }
  const dataset = { environment: { name: 'jsonl', options: { path: 'd.jsonl' } } }
  const options = ['--options', '{"path":"d.jsonl"}']

  describe('notices of a dataset', () => {
    it('stand on stderr of `problems`', async () => {
      const { code, out, err } = await lab(['problems', 'jsonl', '--count', '3', ...options])
      assert.equal(code, EXIT.finished)
      assert.match(err, NOTICE)
      assert.equal(out.trimEnd().split('\n').length, 3)
    })

    it('stand on stderr of `score`', async () => {
      writeFileSync(join(folder, 'c.jsonl'), JSON.stringify({ prompt: 'what is 3 ?', gold: '3', completion: '#### 3' }))
      const { code, out, err } = await lab(['score', runFile(dataset), '--completions', 'c.jsonl'])
      assert.equal(code, EXIT.finished, err)
      assert.match(err, NOTICE)
      assert.equal((JSON.parse(out) as { total: number }).total, 1)
    })

    it('stand on stderr of `eval`', async () => {
      const { err } = await lab(['eval', 'base', '--engine', 'fake', '--environment', 'jsonl', '--problems', '2', '--samples', '1', ...options])
      assert.match(err.split('\n')[0]! + '\n', NOTICE)
    })

    it('stand on stderr of `run --dry-run`', async () => {
      assert.match((await lab(['run', runFile(dataset), '--dry-run'])).err, NOTICE)
    })
  })

  it('is the end of a run whose model cannot read the environment, with nothing to resume', async () => {
    const { code, out, err } = await lab(['run', runFile({ environment: { name: 'countdown' } }), '--out', 'mismatch'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: The model cannot read the prompts of countdown: [^\n]+\n/)
    assert.match(out, /What happened until then is recorded in <folder>\/mismatch\.\n$/)
    assert.doesNotMatch(out + err, /resume/i)
    const state = JSON.parse(readFileSync(join(folder, 'mismatch', 'state.json'), 'utf8')) as { status: string; error: { code: string } }
    assert.deepEqual([state.status, state.error.code], ['failed', 'environment/model-mismatch'])
  })

  it('names the line of a dataset whose prompt is empty', async () => {
    writeFileSync(join(folder, 'empty.jsonl'), Array.from({ length: 60 }, (_, i) => JSON.stringify({ prompt: i % 2 ? `${i} :` : ' '.repeat(i), gold: '1' })).join('\n'))
    const { code, err } = await lab(['run', runFile({ model: { contextLength: 32 }, environment: { name: 'jsonl', options: { path: 'empty.jsonl' } } }), '--out', 'empty'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: Problem \w+ of jsonl \(line \d+ of its dataset\) has a prompt without tokens\.\n/)
  })

  it('is not a failure of the engine, after which a run goes on', async () => {
    const launch: Services['launch'] = async ({ directory }) => {
      mkdirSync(directory, { recursive: true })
      throw new LabError('engine', 'engine/died-too-often', 'The engine ended unexpectedly 4 times.', { remedy: 'Free memory.' })
    }
    const { code, out } = await lab(['run', runFile({}), '--out', 'died'], { launch })
    assert.equal(code, EXIT.failed)
    assert.match(out, /Go on with: lab resume <folder>\/died\n$/)
  })

  it('makes a new model over the words of a dataset', async () => {
    const { code, err } = await lab(['run', runFile({ ...dataset, model: { contextLength: 32 } }), '--out', 'new'])
    assert.equal(code, EXIT.finished, err)
    const { vocabulary } = JSON.parse(readFileSync(join(folder, 'new', 'model', 'fake-model.json'), 'utf8')) as { vocabulary: string[] }
    assert.deepEqual(vocabulary.slice(0, 6), ['<eos>', 'what', 'is', '0', '?', '####'])
  })

  it('is a module that cannot be loaded', async () => {
    writeFileSync(join(folder, 'broken.ts'), `throw new Error('not finished')`)
    const { code, err } = await lab(['run', runFile({ rewards: [{ name: 'module', path: 'broken.ts' }] }), '--out', 'broken', '--trust-workspace'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: The module <folder>\/broken\.ts cannot be loaded: not finished \(broken\.ts:1\)\n {2}at <folder>\/broken\.ts\n/)
    assert.equal(existsSync(join(folder, 'broken')), false)
  })

  it('says before a run begins that a new model has no words', async () => {
    writeFileSync(join(folder, 'free.ts'), `export const environment = {
      name: 'free', generate: () => ({ prompt: 'x', gold: 'y' }), solution: () => 'y', grade: () => ({ correct: true, why: 'any' })
    }`)
    const file = runFile({ model: {}, environment: { name: 'module', path: 'free.ts' } })
    const { code, err } = await lab(['run', file, '--out', 'wordless', '--trust-workspace'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: The module \S+free\.ts gives no words to make a new model's tokenizer from[^\n]+\n {2}at model\n {2}Name the folder of a model/)
    assert.equal(existsSync(join(folder, 'wordless')), false)
  })
})
