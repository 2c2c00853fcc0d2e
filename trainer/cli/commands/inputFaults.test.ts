import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { newRun } from '../../stores/fixtures.ts'
import { createRun } from '../../stores/runDirectory.ts'
import { commitAll } from '../../workspaces/repository.fixture.ts'
import { commandLine, folderWithModel } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'
import type { Services } from '../services.ts'

const RUN = {
  engine: 'fake', model: 'base', environment: { name: 'arithmetic-chain' }, steps: 1, problemsPerStep: 2, groupSize: 2, sampling: { maxTokens: 8 },
  filter: { dropZeroVariance: false }, evaluation: { problems: 2, samples: 2, k: [1, 2] }
}
const ROWS = Array.from({ length: 40 }, (_, i) => JSON.stringify({ prompt: `what is ${i} ?`, gold: String(i) }))
const MODEL = join(import.meta.dirname, '../../../samples/models/arithmetic-chain')
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

  it('leaves lines of a dataset out that ask nothing, and names them', async () => {
    writeFileSync(join(folder, 'empty.jsonl'), Array.from({ length: 60 }, (_, i) => JSON.stringify({ prompt: i % 2 ? `${i} :` : ' '.repeat(i), gold: '1' })).join('\n'))
    const { code, out, err } = await lab(['run', runFile({ model: { contextLength: 32 }, environment: { name: 'jsonl', options: { path: 'empty.jsonl' } } }), '--out', 'empty'])
    assert.equal(code, EXIT.finished)
    assert.match(out + err, /30 lines of .*empty\.jsonl were left out: line 1 has an empty prompt; /)
  })

  it('is not a failure of the engine, after which a run goes on', async () => {
    const launch: Services['launch'] = async ({ directory }) => {
      const run = await createRun(newRun(directory))
      run.close()
      throw new LabError('engine', 'engine/died-too-often', 'The engine ended unexpectedly 4 times.', { remedy: 'Free memory.' })
    }
    const { code, out } = await lab(['run', runFile({}), '--out', 'died'], { launch })
    assert.equal(code, EXIT.failed)
    assert.match(out, /Go on with: lab resume <folder>\/died\n$/)
  })

  it('is a directory that a run lies in, with a way to go on where there is one', async () => {
    const run = await createRun(newRun(join(folder, 'taken')))
    mkdirSync(join(folder, 'other', 'x'), { recursive: true })
    for (const command of [['run', runFile({})], ['demo']]) {
      assert.match((await lab([...command, '--out', 'taken'])).err, /^error: <folder>\/taken exists already\.\n {2}at --out\n {2}Name a new directory, or go on with the run in it: lab resume <folder>\/taken\n$/)
      const { code, out, err } = await lab([...command, '--out', 'other'])
      assert.deepEqual([code, out, err], [EXIT.usage, '', 'error: <folder>/other exists already.\n  at --out\n  Name a new directory.\n'])
    }
    run.state.write({ version: 1, runId: 'r', status: 'finished', stage: 'rl', step: 1, steps: 1, seconds: 1, updatedAt: new Date(0).toISOString() })
    run.close()
    assert.match((await lab(['run', runFile({}), '--out', 'taken'])).err, /\n {2}Name a new directory\.\n$/)
    writeFileSync(join(folder, 'labels.jsonl'), '')
    assert.match((await lab(['labels', 'import', 'labels.jsonl', '--format', 'prm800k', '--out', 'taken'])).err, /exists already\.\n {2}at --out\n {2}Name a new directory\.\n$/)
  })

  it('is a folder without a run, of which nothing is said to be recorded', async () => {
    mkdirSync(join(folder, 'bare'))
    const { code, out, err } = await lab(['resume', 'bare'])
    assert.deepEqual([code, out], [EXIT.usage, ''])
    assert.match(err, /bare is not a run directory/)
  })

  it('is a folder that nothing can be written into', async function () {
    if (!existsSync('/proc/self')) this.skip()
    for (const args of [['run', runFile({}), '--out', '/proc/no'], ['demo', '--out', '/proc/no'], ['types', '/proc/no/such'], ['types', '/proc']]) {
      const { code, err } = await lab(args)
      assert.equal(code, EXIT.usage, args.join(' '))
      assert.match(err, /^error: Nothing can be written into \/proc: /)
    }
  })

  describe('of a run that would be refused at once', () => {
    const fields: [string, object, RegExp, string[]][] = [
      ['a strategy that needs programs', { recipe: 'execute-retry', rewards: [{ name: 'answer' }] }, /^error: Completions of the environment "arithmetic-chain" are no programs/, []],
      ['rewards that need programs', { rewards: [{ name: 'tests' }] }, /^error: The stage "rl" takes the reward "tests", but completions of the environment "arithmetic-chain" are no programs/, []],
      ['a model that cannot read the environment', { engine: 'onnx', model: MODEL, environment: { name: 'countdown' } }, /^error: The model cannot read the prompts of countdown: \S+tokenizer\.json: the word /, []],
      ['a context without room', { engine: 'onnx', model: MODEL, sampling: { maxTokens: 10_000 } }, /prompt tokens; with 10000 for the completion that is more than/, []],
      ['a new model without words', { model: {}, environment: { name: 'module', path: 'wordless.ts' } }, /gives no words to make a new model's tokenizer from/, ['--trust-workspace']],
      ['a cheat that there is not', {}, /^error: There is no cheat "foo"\./, ['--accept-paid-cheats', 'foo']]
    ]
    before(() => writeFileSync(join(folder, 'wordless.ts'), `let drawn = 0
    export const environment = {
      name: 'free', generate: () => ({ prompt: 'x' + drawn++, gold: 'y' }), solution: () => 'y', grade: () => ({ correct: true, why: 'any' })
    }`))
    it('is none where a stage that samples nothing would have no room', async () => {
      const stages = [{ name: 'sft', algorithm: { name: 'sft' }, sampling: { maxTokens: 10_000 } }, { name: 'rl' }]
      const { code, out, err } = await lab(['run', runFile({ engine: 'onnx', model: MODEL, stages }), '--dry-run'])
      assert.equal(code, EXIT.finished, err)
      assert.match(out, /^Would run/)
    })
    for (const [what, changed, expected, more] of fields) {
      it(`is ${what}, which a dry run says too`, async () => {
        const { code, out, err } = await lab(['run', runFile(changed), '--dry-run', ...more])
        assert.equal(code, EXIT.usage, out + err)
        assert.match(err, expected)
        assert.doesNotMatch(out, /Would run/)
      })
    }
  })

  it('is a Python that is not there', async () => {
    for (const flag of ['--python', '--vllm-python']) {
      const { code, err } = await lab(['doctor', flag, '/nope'])
      assert.deepEqual([code, err], [EXIT.usage, `error: There is no file /nope.\n  at ${flag}\n  Name the program itself, such as .venv/bin/python; \`lab doctor\` says which ones are found.\n`])
    }
  })

  it('is named by where it was given, where no run file stands behind it', async () => {
    const faults: [string[], RegExp][] = [
      [['eval', '/nope', '--environment', 'arithmetic-chain'], /^error: "\/nope" is no model folder[^\n]+ name an existing folder, relative to the folder where the command is given\n {2}at MODEL\n$/],
      [['eval', MODEL, '--environment', 'arithmetic-chain', '--rerank', '/nope'], /^error: "\/nope" is no model folder[^\n]+\n {2}at --rerank\n$/],
      [['sample', '/nope', '--prompt', 'x'], /^error: "\/nope" is no model folder[^\n]+ relative to the folder where the command is given\n/],
      [['eval', MODEL, '--environment', 'arithmetic-chain', '--engine', 'tinker'], /^error: --engine is "tinker"\.\n {2}at --engine\n {2}Allowed: onnx, torch\.\n$/],
      [['trust', 'nofile.ts'], /^error: There is no file nofile\.ts\.\n {2}at nofile\.ts\n {2}Name a module/],
      [['rescore', 'base', '--reward', 'nope.reward.ts'], /^error: There is no file nope\.reward\.ts\.\n {2}at --reward\n/],
      [['problems', 'countdwn'], /^error: There is no environment “countdwn”\.\n {2}at ENVIRONMENT\n {2}Did you mean “countdown”\? There are countdown, [^\n]+, jsonl\.\n$/],
      [['eval', MODEL, '--environment', 'module'], /^error: There is no environment “module”\.\n {2}at --environment\n {2}There are countdown, /],
      [['eval', join(MODEL, '..'), '--environment', 'countdown'], /^error: "\S+models" is no model folder: it holds no config\.json; did you mean "\S+\/models\/arithmetic-chain"\?\n {2}at MODEL\n$/],
      [['eval', MODEL, '--environment', 'arithmetic-chain', '--max-tokens', '100000'], /with 100000 for the completion that is more than the model's context of \d+\.\n {2}at --max-tokens\n {2}Lower --max-tokens, /],
      [['labels', 'critique', 'base', '--model', MODEL], /^error: No rollout is named\.\n {2}at --rollout\n/],
      [['problems', 'arithmetic-chain', '--options', '{"minOperatons":3}'], /^error: unknown field "minOperatons" in the options of arithmetic-chain; did you mean "minOperations"\? \(allowed: minOperations, maxOperations\)\n {2}at --options\n$/],
      [['eval', MODEL, '--environment', 'countdown', '--options', '{"count":"many"}'], /^error: "count" is "many"; allowed: a whole number from \d+ to \d+\n {2}at --options\n$/],
      [['problems', 'jsonl', '--options', '{"path":"nope.jsonl"}'], /^error: The dataset \S+nope\.jsonl cannot be read[^\n]+\n {2}at --options\n {2}Check that "path" names a file/]
    ]
    for (const [args, expected] of faults) {
      const { code, err } = await lab(args)
      assert.equal(code, EXIT.usage, err)
      assert.match(err, expected)
      assert.doesNotMatch(err, /run file\W*(;|\.|$)/m, args.join(' '))
    }
  })

  describe('for problems of code', () => {
    before(() => {
      mkdirSync(join(folder, 'repository'))
      commitAll(join(folder, 'repository'), { 'package.json': '{}', 'node_modules/mocha/bin/mocha.js': '', 'src/sum.js': 'export function sum() {\n  return 0\n}\n' }, 'first')
    })
    const refusal = async (...args: string[]): Promise<string> => {
      const { code, err } = await lab(['problems', ...args])
      assert.equal(code, EXIT.usage, err)
      return err
    }

    it('is a file, a folder or a repository that is not there', async () => {
      assert.equal(await refusal('make-function', 'repository/src/no.js', '--name', 'x'), 'error: There is no file repository/src/no.js.\n  at repository/src/no.js\n  Name a source file of a git repository.\n')
      assert.match(await refusal('make-test', 'repository/test/no.py'), /^error: There is no file repository\/test\/no\.py\./)
      assert.match(await refusal('make-test', 'repository/src'), /^error: repository\/src is a folder\./)
      assert.match(await refusal('mine', 'nofolder'), /^error: There is no directory nofolder\./)
      assert.match(await refusal('mine', 'base'), /^error: base lies in no git repository\.\n {2}at base\n/)
    })

    it('is a commit, a function or a line that the repository does not have', async () => {
      assert.match(await refusal('mine', 'repository', '--revision', 'nosuch'), /^error: --revision is "nosuch", which names no commit of \S+repository\.\n {2}at --revision\n/)
      assert.match(await refusal('make-function', 'repository/src/sum.js', '--name', 'nosuch'), /has no function "nosuch"\. There are: sum \(line 1\)\./)
      assert.match(await refusal('make-function', 'repository/src/sum.js', '--line', '4'), /has no function at line 4\./)
    })

    it('is a file of problems that mining would write over', async () => {
      writeFileSync(join(folder, 'mined.problems.jsonl'), 'made with care\n')
      assert.equal(await refusal('mine', 'repository'), 'error: mined.problems.jsonl exists already.\n  at --out\n  Name a new file with --out, or write over it with --replace.\n')
      assert.match(await refusal('mine', 'repository', '--replace'), /^error: None of 0 commits of \S+repository makes a problem\./)
      assert.equal(readFileSync(join(folder, 'mined.problems.jsonl'), 'utf8'), 'made with care\n')
    })
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
