import assert from 'node:assert/strict'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { lab, labSucceeds } from './labProcess.ts'
import { Place, TINY_MODEL } from './tinyRun.ts'

const DATASETS: readonly (readonly [what: string, content: string | Uint8Array, said: RegExp])[] = [
  ['an empty file', '', /error: The dataset \S+data\.jsonl is empty\./],
  ['a missing column', '{"promt": "a", "gold": "1"}\n', /no column “prompt” in line 1\. Did you mean “promt”\?[^]*at \S+data\.jsonl:1/],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), /not valid UTF-8: line 1, byte offset 2\./],
  ['no line that can be used', 'no JSON\n', /No line of the dataset \S+ can be used; line 1 is not JSON/],
  ['a line without end', Buffer.concat([Buffer.from('{"prompt": "'), Buffer.alloc(40_000_000, 'a')]), /Line 1 of the dataset \S+ is longer than 16777216 bytes/]
]

describe('process: bad input', function () {
  this.timeout(120_000)
  let place: Place
  before(async () => {
    place = new Place()
    await labSucceeds(place.folder, ['run', place.runFile(), '--out', 'whole', '--json', '--set', 'steps=1'])
  })
  after(() => place.remove())

  /** What the command says on its refusal; a refusal leaves no run and says nothing on stdout. */
  async function refused(args: readonly string[]): Promise<string> {
    const { code, err, out } = await lab(place.folder, [...args, '--out', 'refused'])
    assert.equal(code, 2, err)
    assert.equal(out, '')
    assert.doesNotMatch(err, /\n {4}at /, 'a stack')
    assert.equal(existsSync(place.at('refused')), false)
    return err
  }

  it('explains a wrong field by file, line, column and the nearest name', async () => {
    place.write('wrong.run.json', '{\n  "model": {},\n  "environment": { "name": "countdown" },\n  "groupsize": 4\n}')
    assert.equal(await refused(['run', 'wrong.run.json']), 'error: unknown field "groupsize" in the run file; did you mean "groupSize"?\n  at wrong.run.json:4:3\n')
  })

  for (const [what, field, said] of [
    ['type', '"steps": "many"', /"steps" is "many"[^]*at wrong\.run\.json:1:/],
    ['range', '"sampling": { "topP": 2 }', /"sampling\.topP" is 2[^]*at wrong\.run\.json:1:/],
    ['recipe', '"recipe": "dappo"', /"recipe" is "dappo"[^]*did you mean "dapo"/i],
    ['model', '"model": "whole/modle"', /"whole\/modle" is no model folder[^]*did you mean "whole\/model"/i]
  ] as const) {
    it(`explains a wrong ${what}`, async () => {
      const model = field.startsWith('"model"') ? '' : '"model": {}, '
      place.write('wrong.run.json', `{ ${model}"environment": { "name": "countdown" }, ${field} }`)
      assert.match(await refused(['run', 'wrong.run.json']), said)
    })
  }

  for (const [what, content, said] of DATASETS) {
    it(`explains a dataset with ${what}`, async () => {
      place.write('data.jsonl', content)
      place.write('data.run.json', '{ "model": "whole/model", "environment": { "name": "jsonl", "options": { "path": "data.jsonl" } } }')
      assert.match(await refused(['run', 'data.run.json']), said)
    })
  }

  /** A run that starts and ends with an error of the input. */
  async function fails(settings: readonly string[]): Promise<string> {
    const out = `failed-${settings.join()}`.replace(/[^\w-]/g, '-').slice(0, 60)
    const { code, err } = await lab(place.folder, ['run', place.runFile(), '--out', out, ...settings.flatMap((setting) => ['--set', setting])])
    assert.equal(code, 2, err)
    const state = JSON.parse(readFileSync(place.at(out, 'state.json'), 'utf8')) as { status: string; error: { code: string } }
    assert.equal(state.status, 'failed')
    return err
  }

  it('names the problem whose prompt is longer than the context', async () => {
    assert.match(await fails(['model.contextLength=14']), /Problem \w+ of arithmetic-chain has \d+ prompt tokens; with \d+ for the completion that is more than the model's context of 14\./)
  })

  it('names the tensor that holds NaN', async () => {
    cpSync(place.at('whole', 'model'), place.at('nan'), { recursive: true })
    const file = place.at('nan', 'model.safetensors')
    const bytes = readFileSync(file)
    const start = 8 + Number(bytes.readBigUInt64LE(0))
    const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, { data_offsets?: [number, number]; dtype?: string }>
    const norm = header['model.norm.weight']!
    assert.equal(norm.dtype, 'BF16')
    bytes.writeUInt16LE(0x7fc0, start + norm.data_offsets![0])
    writeFileSync(file, bytes)
    assert.match(await fails(['model=nan']), /nan[\\/]model\.safetensors: NaN in model\.norm\.weight at element 0/)
  })

  it('refuses a tokenizer with more tokens than the model, naming both numbers', async () => {
    cpSync(place.at('whole', 'model'), place.at('other'), { recursive: true })
    const file = place.at('other', 'tokenizer.json')
    const tokenizer = JSON.parse(readFileSync(file, 'utf8')) as { model: { vocab: Record<string, number> } }
    const size = Object.keys(tokenizer.model.vocab).length
    for (let i = 0; i < 100; i++) tokenizer.model.vocab[`more${i}`] = size + i
    writeFileSync(file, JSON.stringify(tokenizer))
    const { vocab_size } = JSON.parse(readFileSync(place.at('other', 'config.json'), 'utf8')) as { vocab_size: number }
    const said = await fails(['model=other'])
    assert.ok(said.includes(String(vocab_size)) && said.includes('tokenizer'), said)
  })

  it('names an architecture field that the engine cannot run', async () => {
    cpSync(place.at('whole', 'model'), place.at('moe'), { recursive: true })
    const file = place.at('moe', 'config.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('Qwen3ForCausalLM', 'MixtralForCausalLM'))
    assert.match(await fails(['model=moe']), /architectures.*MixtralForCausalLM/)
  })

  it('stops at the step whose update is not finite, and keeps the checkpoint before it', async () => {
    const settings = ['stages=[{"name":"rl","optimizer":{"learningRate":1e38,"maxGradNorm":0,"warmupSteps":0}}]', `model=${JSON.stringify(TINY_MODEL)}`]
    const { code, err } = await lab(place.folder, ['run', place.runFile(), '--out', 'diverges', ...settings.flatMap((setting) => ['--set', setting])])
    assert.equal(code, 1, err)
    assert.match(err, /error: Stage "rl", after RL step 0: \S+\.weight is not finite/)
    assert.ok(existsSync(place.at('diverges', 'checkpoints', 'step-000000', 'model.safetensors')))
    assert.equal(existsSync(place.at('diverges', 'model')), false)
  })
})
