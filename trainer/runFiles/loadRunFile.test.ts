import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import type { SchemaFindings } from './optionMistakes.ts'
import { loadRunFile } from './loadRunFile.ts'
import type { Catalogue } from './loadRunFile.ts'
import type { JsonSchema } from './schemaWalk.ts'

const Options = z.strictObject({ numbers: z.number().int().min(2).max(6).default(3), target: z.enum(['small', 'large']).default('small') })
const Mix = z.strictObject({ giveUp: z.number().min(0).max(1).default(0.5) })
const RewardOptions = z.strictObject({ budget: z.number().default(256), slope: z.number().default(1) })
const catalogue: Catalogue = {
  engines: ['onnx', 'torch', 'fake'],
  recipes: ['grpo-chain', 'sft-then-grpo', 'cft'],
  withRecipe: (value) => value,
  rowsOf: (recipe) => (recipe === 'cft' ? ['critiques'] : undefined),
  environments: ['countdown', 'arithmetic-chain', 'jsonl'],
  environmentIssues: (_name, options) => findings(Options, options),
  mixIssues: (_name, mix) => findings(Mix, mix),
  rewardIssues: (_name, options) => findings(RewardOptions, options)
}
const findings = (schema: z.ZodType, value: unknown): SchemaFindings => ({
  issues: schema.safeParse(value).error?.issues ?? [],
  schema: z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonSchema
})

describe('run files', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-file-'))
    mkdirSync(join(folder, 'models', 'chain-base'), { recursive: true })
    writeFileSync(join(folder, 'models', 'chain-base', 'config.json'), '{}')
    mkdirSync(join(folder, 'rows'))
    writeFileSync(join(folder, 'rows', 'pairs.jsonl'), '')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const load = (text: string | Buffer, ...settings: string[]): ReturnType<typeof loadRunFile> => {
    writeFileSync(join(folder, 'a.run.json'), text)
    return loadRunFile(join(folder, 'a.run.json'), settings, catalogue, 'a.run.json')
  }
  /** The error as people read it: message, place, remedy. */
  const refusal = (text: string | Buffer, ...settings: string[]): string => {
    try {
      load(text, ...settings)
    } catch (error) {
      assert.ok(LabError.is(error), String(error))
      return `${error.message} | ${error.place} | ${error.remedy}`.replaceAll(folder, '<folder>')
    }
    assert.fail('was not refused')
  }
  const file = (fields: string): string => `{\n  // a comment\n  "model": "models/chain-base",\n  "environment": { "name": "countdown" },\n  ${fields}\n}`

  it('refuses variables for the chat template of a new model, which has none', () => {
    assert.equal(
      refusal('{ "model": {}, "environment": { "name": "countdown" }, "chatTemplateKwargs": { "enable_thinking": false } }'),
      '"chatTemplateKwargs" stands beside a new model, which has no chat template; | a.run.json:1:78 | leave it out'
    )
  })

  it('reads JSON with comments, trailing commas and a byte order mark, and makes paths absolute', () => {
    const { run, folder: base } = load(`\ufeff${file('"steps": 7, /* more */ "sampling": { "maxTokens": 40, },')}`)
    assert.equal(base, folder)
    assert.equal(run.model, join(folder, 'models', 'chain-base'))
    assert.equal(run.steps, 7)
    assert.equal(run.sampling.maxTokens, 40)
    assert.equal(run.sampling.temperature, 1)
  })

  it('takes the algorithm of a recipe that a setting names, unless another setting says one', () => {
    const text = file('"recipe": "sft-then-grpo", "algorithm": { "name": "sft" }')
    const algorithm = (...settings: string[]) => load(text, ...settings).run.algorithm.name
    assert.deepEqual([algorithm(), algorithm('recipe=sft-then-grpo'), algorithm('recipe=grpo-chain'), algorithm('recipe=grpo-chain', 'algorithm.name=rloo')], ['sft', 'sft', 'grpo', 'rloo'])
  })

  it('takes modules into mixtures', () => {
    const { run } = load(`{ "model": "models/chain-base", "environments": [{ "name": "countdown", "weight": 2 }, { "name": "module", "path": "env.ts", "weight": 0.3 }] }`)
    assert.deepEqual(run.environments?.map(({ weight }) => weight), [2, 0.3])
  })

  it('resolves data sets and modules from the folder of the run file', () => {
    const { run } = load(`{ "model": "models/chain-base", "environment": { "name": "module", "path": "env.ts" }, "rewards": [{ "name": "module", "path": "./r.ts" }] }`)
    assert.deepEqual([run.environment, run.rewards[0]], [
      { name: 'module', path: join(folder, 'env.ts'), options: {}, weight: 1 }, { name: 'module', path: join(folder, 'r.ts'), options: {}, weight: 1 }
    ])
  })

  it('says what the engine torch goes by, and nothing of it for other engines', () => {
    const { run } = load(file('"engine": "torch", "torch": { "dtype": "bfloat16" }'), 'torch.lora.rank=8', 'torch.device=cuda:1')
    assert.deepEqual(run.torch, {
      dtype: 'bfloat16', masterWeights: true, lora: { rank: 8, alpha: 32, dropout: 0, targets: [] }, gradientCheckpointing: false,
      attention: 'auto', sampler: 'auto', device: 'cuda:1'
    })
    assert.equal(load(file('"engine": "torch"')).run.torch?.device, 'auto')
    assert.equal(load(file('"steps": 1')).run.torch, undefined)
    const budget = (fields: string, ...settings: string[]): number => load(file(fields), ...settings).run.microBatchTokens
    assert.deepEqual([budget('"engine": "torch"'), budget('"engine": "torch", "microBatchTokens": 1024'), budget('"steps": 1'), budget('"steps": 1', 'engine=torch', 'microBatchTokens=64')], [8192, 1024, 1024, 64])
  })

  it('finds a model of the hub in the local cache by its name, and says how to bring one that is not there', () => {
    const before = process.env['HF_HUB_CACHE']
    process.env['HF_HUB_CACHE'] = join(folder, 'hub')
    try {
      const cached = join(folder, 'hub', 'models--acme--tiny-1.5')
      mkdirSync(join(cached, 'snapshots', 'abc123'), { recursive: true })
      mkdirSync(join(cached, 'refs'))
      writeFileSync(join(cached, 'refs', 'main'), 'abc123\n')
      writeFileSync(join(cached, 'snapshots', 'abc123', 'config.json'), '{}')
      const named = (model: string): string => `{ "model": "${model}", "environment": { "name": "countdown" } }`
      assert.equal(load(named('hub:acme/tiny-1.5')).run.model, join(cached, 'snapshots', 'abc123'))
      assert.equal(load(named('hub:acme/tiny-1.5@abc123')).run.model, join(cached, 'snapshots', 'abc123'))
      assert.match(refusal(named('hub:acme/large')), /"hub:acme\/large" is not in the local cache .* \| download it once: hf download acme\/large$/)
      assert.match(refusal(named('hub:../..')), /write hub:ORGANISATION\/NAME/)
    } finally {
      if (before === undefined) delete process.env['HF_HUB_CACHE']
      else process.env['HF_HUB_CACHE'] = before
    }
  })

  const golden: [string, string, string][] = [
    ['an unknown field', '"stepz": 7', 'unknown field "stepz" in the run file; | a.run.json:5:3 | did you mean "steps"?'],
    ['a field of an object below', '"learning_rate": 1e-4', 'unknown field "learning_rate" in the run file; | a.run.json:5:3 | did you mean "optimizer.learningRate"?'],
    ['an unknown field below', '"sampling": { "temprature": 1 }', 'unknown field "temprature" in "sampling"; | a.run.json:5:17 | did you mean "temperature"?'],
    ['an unknown field far from all', '"filter": { "zzzzzzzz": 1 }',
      'unknown field "zzzzzzzz" in "filter"; | a.run.json:5:15 | allowed: dropAllRight, dropAllWrong, dropZeroVariance, accuracyLow, accuracyHigh, dropTruncated'],
    ['an unknown option of an algorithm', '"algorithm": { "name": "grpo", "cliphi": 1 }', 'unknown field "cliphi" in "algorithm"; | a.run.json:5:34 | did you mean "clipHigh"?'],
    ['an option of another strategy', '"rollouts": { "strategy": "plain", "turns": 3 }', 'unknown field "turns" in "rollouts"; | a.run.json:5:38 | allowed: strategy'],
    ['an option of another algorithm', '"algorithm": { "name": "rloo", "clipHigh": 1 }', 'unknown field "clipHigh" in "algorithm"; | a.run.json:5:34 | allowed: name, normalisation, constantLength'],
    ['a text for a number', '"steps": "many"', '"steps" is "many"; | a.run.json:5:12 | allowed: a whole number, at least 0'],
    ['a fraction for a count', '"groupSize": 1.5', '"groupSize" is 1.5; | a.run.json:5:16 | allowed: a whole number, at least 1'],
    ['a number out of range', '"sampling": { "minP": 1.5 }', '"sampling.minP" is 1.5; | a.run.json:5:25 | allowed: a number from 0 to 1'],
    ['a share of nothing', '"sampling": { "topP": 0 }', '"sampling.topP" is 0; | a.run.json:5:25 | allowed: a number, above 0 and at most 1'],
    ['two sets of one name', '"evaluation": { "retention": [{ "name": "a", "environment": { "name": "maze-walk" } }, { "name": "a", "environment": { "name": "maze-walk" } }] }', '"evaluation.retention" is [{"name":"a","environment":{"name":"maze-walk"}},{"name":"a"…; | a.run.json:5:32 | two sets have the same name'],
    ['an empty band', '"filter": { "accuracyLow": 0.8, "accuracyHigh": 0.2 }', '"filter.accuracyLow" is 0.8; | a.run.json:5:30 | must not be above accuracyHigh'],
    ['a number that must be positive', '"optimizer": { "learningRate": 0 }', '"optimizer.learningRate" is 0; | a.run.json:5:34 | allowed: a number, above 0'],
    ['null', '"seed": null', '"seed" is null; | a.run.json:5:11 | allowed: a whole number, at least 0'],
    ['a variable that no template can have', '"chatTemplateKwargs": { "enable-thinking": false }',
      '"chatTemplateKwargs.enable-thinking" is no variable of a chat template; | a.run.json:5:46 | allowed: letters, digits and _, such as enable_thinking'],
    ['a variable that the run gives', '"chatTemplateKwargs": { "messages": [] }', '"chatTemplateKwargs.messages" is what the run itself gives the chat template; | a.run.json:5:39 | leave it out'],
    ['an unknown engine', '"engine": "onx"', '"engine" is "onx"; | a.run.json:5:13 | did you mean "onnx"? (allowed: onnx, torch)'],
    ['an engine that is not built in', '"engine": "tinker"', '"engine" is "tinker", which this build does not have; | a.run.json:5:13 | it has onnx, torch'],
    ['an interpreter, which the machine alone chooses', '"torch": { "python": "./evil" }', 'unknown field "python" in "torch"; | a.run.json:5:14 | allowed: dtype, masterWeights, lora, gradientCheckpointing, attention, sampler, device'],
    ['code of model folders, which the machine alone allows', '"torch": { "trustRemoteCode": true }', 'unknown field "trustRemoteCode" in "torch"; | a.run.json:5:14 | allowed: dtype, masterWeights, lora, gradientCheckpointing, attention, sampler, device'],
    ['a device that there is not', '"torch": { "device": "cdua:1" }', '"torch.device" is "cdua:1"; | a.run.json:5:24 | did you mean "cuda:1"? (allowed: auto, cpu, mps, cuda, ' + Array.from({ length: 16 }, (_, i) => `cuda:${i}`).join(', ') + ')'],
    ['an unknown algorithm', '"algorithm": { "name": "gpro" }',
      '"algorithm.name" is "gpro"; | a.run.json:5:26 | did you mean "grpo"? (allowed: sft, raft, reinforce, rloo, grpo, reinforce-rej, lite-ppo, nsr-psr, topr, critique-grpo, dpo, prm, module)'],
    ['an algorithm without a name', '"algorithm": {}',
      '"algorithm.name" is missing; | a.run.json:5:16 | it must be sft, raft, reinforce, rloo, grpo, reinforce-rej, lite-ppo, nsr-psr, topr, critique-grpo, dpo, prm, module'],
    ['an algorithm that is a text', '"algorithm": "grpo"', '"algorithm" is "grpo"; | a.run.json:5:16 | allowed: an object {…} with "name"'],
    ['an unknown option of a reward', '"rewards": [{ "name": "length", "options": { "buget": 5 } }]',
      'unknown field "buget" in the options of length; | a.run.json:5:48 | did you mean "budget"? (allowed: budget, slope)'],
    ['a wrong option of a stage’s reward', '"stages": [{ "name": "a", "rewards": [{ "name": "length", "options": { "slope": "x" } }] }]',
      '"stages.0.rewards.0.options.slope" is "x"; | a.run.json:5:83 | allowed: a number'],
    ['an unknown reward', '"rewards": [{ "name": "anser" }]', '"rewards.0.name" is "anser"; | a.run.json:5:25 | did you mean "answer"? (allowed: answer, format, length, steps, shuffled, refined, tests, tamper, prm)'],
    ['a reward module without a path', '"rewards": [{ "name": "module" }]', '"rewards.0.path" is missing; | a.run.json:5:15 | it must be a text that is not empty'],
    ['an unknown recipe', '"recipe": "grpo-chian"', '"recipe" is "grpo-chian", which is no recipe; | a.run.json:5:13 | did you mean "grpo-chain"?'],
    ['an unknown recipe far from all', '"recipe": "x"', '"recipe" is "x", which is no recipe; | a.run.json:5:13 | recipes: grpo-chain, sft-then-grpo, cft'],
    ['an unknown environment', '"stages": [{ "name": "rl", "environment": { "name": "count-down" } }]',
      '"stages.0.environment.name" is "count-down", which is no environment; | a.run.json:5:55 | did you mean "countdown"?'],
    ['an unknown option of an environment', '"stages": [{ "name": "rl", "environment": { "name": "countdown", "options": { "number": 4 } } }]',
      'unknown field "number" in the options of countdown; | a.run.json:5:81 | did you mean "numbers"? (allowed: numbers, target)'],
    ['a wrong option of an environment', '"stages": [{ "name": "rl", "environment": { "name": "countdown", "options": { "numbers": 9 } } }]',
      '"stages.0.environment.options.numbers" is 9; | a.run.json:5:92 | allowed: a whole number from 2 to 6'],
    ['an unknown parameter of the demonstrations', '"stages": [{ "name": "s", "algorithm": { "name": "sft" }, "demonstrations": { "mix": { "giveup": 2, "x": 1 } } }]',
      '2 mistakes in a.run.json:\n  a.run.json:5:90  unknown field "giveup" in the mix of countdown; did you mean "giveUp"? (allowed: giveUp)\n' +
      '  a.run.json:5:103  unknown field "x" in the mix of countdown; allowed: giveUp | a.run.json | Mend these; `lab schema` prints everything that a run file may say.'],
    ['a mixture beside an environment', '"environments": [{ "name": "countdown" }]', '"environments" stands beside "environment"; | a.run.json:5:3 | keep one of them'],
    ['two stages of one name', '"stages": [{ "name": "rl" }, { "name": "rl" }]', '"stages.1.name" is "rl", as an earlier stage is; | a.run.json:5:42 | give every stage a name of its own'],
    ['a step reward model without its folder', '"rewards": [{ "name": "prm", "options": { "modl": "prm" } }]',
      '2 mistakes in a.run.json:\n  a.run.json:5:43  "rewards.0.options.model" is missing; it must be a text that is not empty\n' +
      '  a.run.json:5:45  unknown field "modl" in "rewards.0.options"; did you mean "model"? | a.run.json | Mend these; `lab schema` prints everything that a run file may say.'],
    ['a step reward model that is not there', '"evaluation": { "rerank": { "model": "models/chain-bas" } }',
      '"models/chain-bas" is no model folder: it does not exist (looked for <folder>/models/chain-bas); | a.run.json:5:40 | did you mean "models/chain-base"?'],
    ['rows that are not there', '"algorithm": { "name": "dpo" }, "data": { "file": "rows/pairs.json", "kind": "preferences" }',
      '"rows/pairs.json" is no file of rows: it does not exist (looked for <folder>/rows/pairs.json); | a.run.json:5:53 | did you mean "rows/pairs.jsonl"?'],
    ['rows of a kind that does not exist', '"algorithm": { "name": "dpo" }, "data": { "file": "rows/pairs.jsonl", "kind": "preference" }',
      '"data.kind" is "preference"; | a.run.json:5:81 | did you mean "preferences"? (allowed: critiques, solutions, steps, preferences)'],
    ['rows of another kind', '"stages": [{ "name": "prm", "algorithm": { "name": "prm" }, "data": { "file": "rows/pairs.jsonl", "kind": "preferences" } }]',
      'the rows are preferences, and prm learns from steps; | a.run.json:5:109 | export rows of that kind, or take another recipe'],
    ['no rows where some are needed', '"stages": [{ "name": "dpo", "algorithm": { "name": "dpo" } }]',
      '"data" is missing: dpo learns from rows; | a.run.json:5:14 | name a file of preferences; `lab labels export` writes them'],
    ['no rows for a recipe that is about them', '"recipe": "cft", "algorithm": { "name": "sft" }, "stages": [{ "name": "cft" }]',
      '"data" is missing: the recipe cft learns from rows; | a.run.json:5:63 | name a file of critiques; `lab labels export` writes them'],
    ['rows of another kind than the recipe is about', '"recipe": "cft", "algorithm": { "name": "sft" }, "data": { "file": "rows/pairs.jsonl", "kind": "solutions" }',
      'the rows are solutions, and the recipe cft learns from critiques; | a.run.json:5:98 | export rows of that kind, or take another recipe'],
    ['no critiques where labels are the critic', '"algorithm": { "name": "critique-grpo" }, "rollouts": { "strategy": "critiqueRefine", "critic": "labels" }',
      '"data" is missing: a critic of labels learns from rows; | a.run.json:1:1 | name a file of critiques; `lab labels export` writes them'],
    ['rows that nothing learns from', '"data": { "file": "rows/pairs.jsonl", "kind": "preferences" }',
      'no stage learns from these rows; | a.run.json:5:3 | take a recipe that does (sft-labels, cft, dpo, rationale-preference, prm), or leave "data" out'],
    ['a field twice', '"steps": 1, "steps": 2', '"steps" is written twice in one object. | a.run.json:5:15 | Keep one of them.'],
    ['__proto__', '"sampling": { "__proto__": {} }', 'unknown field "__proto__". | a.run.json:5:17 | Remove it.'],
    ['the record of a run', '"runId": "x", "run": {}', 'This is the record of a run, not a run file. | a.run.json | Go on with the run by `lab resume` and its folder; or copy what its field "run" holds into a run file (*.run.json) and run that.'],
    ['broken JSON', '"steps": 7 "seed": 1', 'Not valid JSON: comma expected. | a.run.json:5:14 | Comments and trailing commas are allowed; names and texts stand in double quotes.']
  ]
  for (const [mistake, fields, expected] of golden) {
    it(`explains ${mistake}`, () => assert.equal(refusal(file(fields)), expected))
  }

  it('explains a missing model folder with the nearest one', () => {
    assert.equal(refusal('{ "model": "models/chain-bas", "environment": { "name": "countdown" } }'),
      '"models/chain-bas" is no model folder: it does not exist (looked for <folder>/models/chain-bas); | a.run.json:1:12 | did you mean "models/chain-base"?')
    assert.equal(refusal('{ "model": "nowhere/at/all", "environment": { "name": "countdown" } }'),
      '"nowhere/at/all" is no model folder: it does not exist (looked for <folder>/nowhere/at/all); | a.run.json:1:12 | name an existing folder, relative to the run file')
    assert.equal(refusal('{ "model": "models", "environment": { "name": "countdown" } }'),
      '"models" is no model folder: it holds no config.json; | a.run.json:1:12 | did you mean "models/chain-base"?')
  })

  it('explains what is missing altogether', () => {
    assert.match(refusal('{ "model": "acme/tiny-1.5", "environment": { "name": "countdown" } }'), / relative to the run file; a model of the hub is written "hub:acme\/tiny-1\.5"$/)
    assert.match(refusal('{ "model": "rows/nothing-like-it", "environment": { "name": "countdown" } }'), / relative to the run file$/)
    assert.equal(refusal('{ "environment": { "name": "countdown" } }'), '"model" is missing; | a.run.json:1:1 | it must be a text that is not empty, or an object {…}')
    assert.equal(refusal('{ "model": "models/chain-base" }'), '"environment" is missing; | a.run.json:1:1 | name one of countdown, arithmetic-chain, jsonl')
    assert.equal(refusal('{ "model": "models/chain-base", "stages": [{ "name": "a", "environment": { "name": "countdown" } }, { "name": "b" }] }'),
      '"environment" is missing; | a.run.json:1:101 | name one of countdown, arithmetic-chain, jsonl')
    assert.equal(refusal(''), 'Not valid JSON: the file is empty. | a.run.json:1:1 | Comments and trailing commas are allowed; names and texts stand in double quotes.')
    assert.equal(refusal('[]'), 'the run file is []; | a.run.json:1:1 | allowed: an object {…} with "model"')
    assert.equal(refusal(Buffer.from([0x7b, 0xff, 0x7d])), 'The run file is not UTF-8 text. | a.run.json | Save it as UTF-8.')
    assert.match(refusal(' '.repeat(1_000_001)), /^The run file has 1000001 bytes; the most that is read is 1000000\. \| a\.run\.json \|/)
    assert.match(refusal('['.repeat(500_000)), /^Not valid JSON: /)
    assert.throws(() => loadRunFile(join(folder, 'none.run.json'), [], catalogue, 'none.run.json'), (error) =>
      LabError.is(error, 'runFile/unreadable') && error.place === 'none.run.json' && /no such file/.test(error.message))
    assert.throws(() => loadRunFile(folder, [], catalogue), (error) => LabError.is(error, 'runFile/unreadable'))
  })

  it('answers any value anywhere with a run or with an explained error', () => {
    const path = fc.constantFrom('steps', 'model', 'environment', 'environments', 'algorithm', 'algorithm.name', 'rewards', 'rewards.0', 'rewards.0.name', 'stages',
      'stages.0', 'stages.0.algorithm', 'stages.0.demonstrations', 'evaluation.k', 'evaluation.retention', 'sampling.stop', 'environment.options', 'optimizer', 'recipe', 'name')
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom<unknown>({ name: 'module' }, [{ name: 'module' }], { name: 'grpo' }, [{}], [null], { name: 1 }))
    fc.assert(fc.property(path, value, (where, what) => {
      try {
        load(file('"seed": 1'), `${where}=${JSON.stringify(what)}`)
      } catch (error) {
        assert.ok(LabError.is(error), String(error))
        assert.ok(error.message.length > 0 && error.remedy.length > 0 && (error.place ?? '') !== '', JSON.stringify(error))
        assert.doesNotMatch(`${error.message} ${error.remedy}`, /undefined|\[object|allowed: nothing|Invalid input/)
      }
    }), { numRuns: 300 })
  })

  it('names every mistake at once', () => {
    assert.equal(refusal(file('"stepz": 7, "seed": -1')), [
      '2 mistakes in a.run.json:',
      '  a.run.json:5:23  "seed" is -1; allowed: a whole number, at least 0',
      '  a.run.json:5:3  unknown field "stepz" in the run file; did you mean "steps"? | a.run.json | Mend these; `lab schema` prints everything that a run file may say.'
    ].join('\n'))
  })

  describe('--set', () => {
    it('sets fields, entries of lists and whole objects, as JSON or as text', () => {
      const { run } = load(file('"rewards": [{ "name": "answer" }]'), 'steps=3', 'name=my run', 'sampling.temperature=0.5', 'rewards.0.weight=2',
        'rewards.1={"name":"format","weight":0.1}', 'environment.options.numbers=4', 'filter.dropAllRight=true')
      assert.deepEqual([run.steps, run.name, run.sampling.temperature, run.filter.dropAllRight], [3, 'my run', 0.5, true])
      assert.deepEqual(run.rewards, [{ name: 'answer', weight: 2, options: {} }, { name: 'format', weight: 0.1, options: {} }])
      assert.deepEqual(run.environment, { name: 'countdown', options: { numbers: 4 }, weight: 1 })
    })

    it('changes a part of what the file leaves to its default, and keeps the other parts', () => {
      const set = (...settings: string[]): ReturnType<typeof load>['run'] => load(file('"seed": 1'), ...settings).run
      const { algorithm } = set('algorithm.clipHigh=0.3')
      assert.deepEqual([algorithm.name, 'clipHigh' in algorithm && algorithm.clipHigh], ['grpo', 0.3])
      assert.deepEqual(set('rewards.0.weight=2').rewards, [{ name: 'answer', weight: 2, options: {} }])
      assert.equal(set('algorithm.reference=false', 'algorithm.name=dpo', 'data={"file":"rows/pairs.jsonl","kind":"preferences"}').algorithm.name, 'dpo')
      assert.equal(refusal(file('"seed": 1'), 'rollouts.turns=3'), 'unknown field "turns" in "rollouts"; | --set rollouts.turns=3 | allowed: strategy')
    })

    const refused: [string, string][] = [
      ['stepz=3', '--set names a field that does not exist: "stepz". | --set stepz=3 | Did you mean "steps"?'],
      ['sampling.temprature=1', '--set names a field that does not exist: "sampling.temprature". | --set sampling.temprature=1 | Did you mean "temperature"?'],
      ['rewards.weight=1', '--set names a field that does not exist: "rewards.weight". | --set rewards.weight=1 | Name an entry of the list by its number, from 0.'],
      ['rewards.4.weight=1', 'The list has 0 entries, there is no entry 4. | --set rewards.4.weight=1 | Use a number from 0 to 0 (0 adds one).'],
      ['steps=many', '"steps" is "many"; | --set steps=many | allowed: a whole number, at least 0'],
      ['steps', '"steps" is not path=value. | --set | Write for example --set steps=40 or --set sampling.temperature=0.8 or --set rewards.0.weight=2.'],
      ['__proto__.x=1', '"__proto__.x=1" is not path=value. | --set | Write for example --set steps=40 or --set sampling.temperature=0.8 or --set rewards.0.weight=2.'],
      ['environment.options.number=4', 'unknown field "number" in the options of countdown; | --set environment.options.number=4 | did you mean "numbers"? (allowed: numbers, target)'],
      ['algorithm={"name":"gpro"}', '"algorithm.name" is "gpro"; | --set algorithm={"name":"gpro"} | did you mean "grpo"? (allowed: sft, raft, reinforce, rloo, grpo, reinforce-rej, lite-ppo, nsr-psr, topr, critique-grpo, dpo, prm, module)']
    ]
    for (const [setting, expected] of refused) {
      it(`refuses ${setting}`, () => assert.equal(refusal(file('"seed": 1'), setting), expected))
    }
  })
})
