import assert from 'node:assert/strict'
import { parse } from 'jsonc-parser'
import { runFileProblems } from './problems.ts'
import type { RunFileFacts } from './problems.ts'
import { newRunFile, pathFrom, relocated, withValue } from './writing.ts'

const catalogue = { engines: ['onnx'], recipes: [{ name: 'grpo', description: '', paper: '' }], environments: ['countdown', 'jsonl'] }
const disk: Record<string, 'folder' | 'file'> = { '/w/models/good': 'folder', '/w/models/good/config.json': 'file', '/w/models/bare': 'folder', '/w/p.jsonl': 'file' }
const facts: RunFileFacts = { catalogue, folder: '/w/runs', look: (path) => Promise.resolve(disk[path] ?? 'nothing') }
const messages = async (text: string): Promise<string[]> =>
  (await runFileProblems(text, facts)).map(({ offset, length, message }) => `${text.slice(offset, offset + length)}: ${message}`)

describe('problems of a run file', () => {
  it('are none in a good one', async () => {
    assert.deepEqual(await messages('{ "recipe": "grpo", "model": "../models/good", "environment": { "name": "countdown" }, // why\n }'), [])
  })

  it('are unknown names', async () => {
    assert.deepEqual(await messages('{ "recipe": "gpo", "engine": "torch", "model": {}, "environment": { "name": "count" } }'), [
      '"gpo": “gpo” is no recipe. There are grpo.',
      '"torch": “torch” is no engine of this build. There are onnx.',
      '"count": “count” is no problem set or environment. There are countdown, jsonl, module.'
    ])
  })

  it('are missing models, in any of two ways', async () => {
    assert.deepEqual(await messages('{ "model": "../models/x", "environment": { "name": "countdown" } }'), [
      '"../models/x": There is no model folder “../models/x” (looked for /w/models/x). Name a folder, relative to the run file.'
    ])
    assert.deepEqual(await messages('{ "model": "../models/bare", "environment": { "name": "countdown" } }'), [
      '"../models/bare": “../models/bare” is no model folder: it holds no config.json. A model has config.json, model.safetensors and tokenizer.json.'
    ])
  })

  it('are missing problem sets and modules, wherever they are named', async () => {
    const text = `{ "model": "/w/models/good", "environments": [{ "name": "jsonl", "options": { "path": "../p.jsonl" } }, { "name": "jsonl", "options": { "path": "q.jsonl" } }],
      "rewards": [{ "name": "module", "path": "r.ts" }], "stages": [{ "name": "rl", "algorithm": { "name": "module", "path": "a.ts" } }] }`
    assert.deepEqual((await runFileProblems(text, facts)).map(({ code, offset, length }) => [code, text.slice(offset, offset + length)]), [
      ['data', '"q.jsonl"'], ['module', '"r.ts"'], ['module', '"a.ts"']
    ])
  })

  it('are a missing file of problems of one’s own code, and a missing step reward model', async () => {
    const text = `{ "model": "/w/models/good", "environment": { "name": "workspace", "options": { "path": "own.jsonl" } },
      "rewards": [{ "name": "prm", "options": { "model": "prm" } }, { "name": "prm", "options": { "model": "/w/models/good" } }],
      "stages": [{ "name": "rl", "rewards": [{ "name": "prm", "options": { "model": "../models/bare" } }] }] }`
    assert.deepEqual((await runFileProblems(text, { ...facts, catalogue: { ...catalogue, environments: ['workspace'] } })).map(({ code, offset, length }) => [code, text.slice(offset, offset + length)]), [
      ['data', '"own.jsonl"'], ['model', '"prm"'], ['model', '"../models/bare"']
    ])
  })

  it('await what is missing, of a model the file that makes a folder one', async () => {
    const text = '{ "model": "../models/x", "environments": [{ "name": "jsonl", "options": { "path": "q.jsonl" } }, { "name": "count" }], "rewards": [{ "name": "prm", "options": { "model": "../models/bare" } }] }'
    assert.deepEqual((await runFileProblems(text, facts)).map(({ awaits }) => awaits), [['/w/models/x', '/w/models/x/config.json'], ['/w/runs/q.jsonl'], undefined, ['/w/models/bare/config.json']])
  })

  it('are a missing environment, two of them, and stages of one name', async () => {
    assert.deepEqual((await runFileProblems('{ "model": {} }', facts)).map(({ code }) => code), ['noEnvironment'])
    const text = '{ "model": {}, "environment": { "name": "countdown" }, "environments": [], "stages": [{ "name": "a" }, { "name": "a" }] }'
    assert.deepEqual((await runFileProblems(text, facts)).map(({ code }) => code), ['twoEnvironments', 'stageName'])
    assert.deepEqual(await runFileProblems('{ "model": {}, "stages": [{ "name": "a", "environment": { "name": "countdown" } }] }', facts), [])
  })

  it('are not looked for where one must not look, nor in broken text', async () => {
    const blind = { ...facts, look: () => Promise.resolve('unseen' as const) }
    assert.deepEqual(await runFileProblems('{ "model": "x", "environment": { "name": "countdown" } }', blind), [])
    for (const text of ['', '[1]', '{ "model": ', '"x"']) assert.ok(Array.isArray(await runFileProblems(text, facts)))
  })

  it('quote hostile names plainly', async () => {
    const [problem] = await runFileProblems('{ "model": {}, "environment": { "name": "\\u202e\\u001b[31mx" } }', facts)
    assert.match(problem?.message ?? '', /^“x” is no problem set/)
  })
})

describe('writing run files', () => {
  const source = `{\n  "$schema": "../../dist/run.schema.json",\n  "name": "one", // kept\n  "model": "../models/m",\n  "environment": { "name": "jsonl", "options": { "path": "p.jsonl" } }\n}\n`

  it('keeps comments', () => {
    assert.match(withValue(source, ['name'], 'two'), /"name": "two", \/\/ kept/)
  })

  it('moves a file with what it names', () => {
    const moved = relocated(source, '/a/b', '/a/c/d')
    assert.deepEqual(parse(moved), { name: 'one', model: '../../models/m', environment: { name: 'jsonl', options: { path: '../../b/p.jsonl' } } })
    assert.match(moved, /\/\/ kept/)
  })

  it('moves problems of one’s own code and step reward models too', () => {
    const text = '{ "environment": { "name": "workspace", "options": { "path": "own.jsonl" } }, "rewards": [{ "name": "prm", "options": { "model": "prm" } }] }'
    assert.deepEqual(parse(relocated(text, '/a/b', '/a/c')), {
      environment: { name: 'workspace', options: { path: '../b/own.jsonl' } }, rewards: [{ name: 'prm', options: { model: '../b/prm' } }]
    })
  })

  it('writes paths relative where they are near', () => {
    assert.equal(pathFrom('/w/a', '/w/b'), '../b')
    assert.equal(pathFrom('/w/a/b/c', '/x/y'), '/x/y')
  })

  it('makes a run file that reads like one', () => {
    const text = newRunFile({
      name: 'count', recipe: 'grpo', model: '/w/models/m', environment: { name: 'countdown' }, folder: '/w', sizes: { steps: 60, sampling: { maxTokens: 84 } }
    })
    assert.equal(text, `{
  // Shown in lists of runs.
  "name": "count",
  // Vetted defaults; what is said below wins.
  "recipe": "grpo",
  // Folder of a Hugging Face model, relative to this file.
  "model": "models/m",
  // Where the problems come from.
  "environment": {
    "name": "countdown"
  },
  // RL steps.
  "steps": 60,
  // A longer completion is cut off and counts as wrong.
  "sampling": {
    "maxTokens": 84
  }
}
`)
  })
})
