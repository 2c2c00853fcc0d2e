import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../../errors.ts'
import { chatTemplateOf, newDescription, readDescription, tokenizerOf, writeDescription } from './hfFolder.ts'
import { initialParameters, modelVocabulary, newModelConfig } from '../model/newModel.ts'
import { readOptimizerState, writeOptimizerState } from './optimizerFile.ts'
import { parameterLayout } from '../model/parameterLayout.ts'
import { SafetensorsFile, writeSafetensors } from './safetensors.ts'
import type { TensorData } from './safetensors.ts'
import { readWeights, tensorsOf, writeWeights } from './weightFiles.ts'

const shape = {
  architecture: 'Qwen3ForCausalLM', hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1, headSize: 8, intermediateSize: 24, contextLength: 32,
  ropeTheta: 10000, tiedHead: true
} as const
const vocabulary = modelVocabulary(['a', 'b', '+'])
const config = newModelConfig(shape, vocabulary.length)
const layout = parameterLayout(config)
const parameters = initialParameters(layout, config.layers, 5)
const PLAIN = { dtype: 'F32', withHead: false } as const
const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length)

describe('model folder', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-'))
    await writeDescription(folder, newDescription(config, vocabulary), 'float32')
    await writeWeights(folder, layout, parameters, PLAIN)
  })
  afterEach(() => rm(folder, { recursive: true }))

  const edit = async (name: string, change: (value: Record<string, unknown>) => object): Promise<void> => {
    const path = join(folder, name)
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>)))
  }

  it('comes back as it was saved, weights bit for bit', async () => {
    const description = await readDescription(folder)
    assert.deepEqual(description.config, config)
    assert.deepEqual(bits((await readWeights(folder, layout)).values), bits(parameters))
    assert.deepEqual(tokenizerOf(folder, description).encode('a + b'), [1, 3, 2])
    assert.equal(chatTemplateOf(folder, description), undefined)
  })

  it('keeps what it does not understand', async () => {
    await edit('config.json', (value) => ({ ...value, transformers_version: '4.51.0' }))
    await edit('tokenizer_config.json', (value) => ({ ...value, chat_template: '{{ messages[0].content }}!' }))
    const other = join(folder, 'copy')
    await writeDescription(other, await readDescription(folder), 'bfloat16')
    const copied = JSON.parse(await readFile(join(other, 'config.json'), 'utf8')) as Record<string, unknown>
    assert.equal(copied['transformers_version'], '4.51.0')
    assert.equal(copied['dtype'], 'bfloat16')
    assert.deepEqual(await readFile(join(other, 'tokenizer_config.json')), await readFile(join(folder, 'tokenizer_config.json')))
  })

  it('reads shards', async () => {
    await unlink(join(folder, 'model.safetensors'))
    const tensors = tensorsOf(layout.slots, parameters, '')
    const shards = [tensors.slice(0, 5), tensors.slice(5)]
    const name = (i: number): string => `model-0000${i + 1}-of-00002.safetensors`
    for (const [i, shard] of shards.entries()) await writeSafetensors(join(folder, name(i)), shard, 'F32', {})
    const map = Object.fromEntries(shards.flatMap((shard, i) => shard.map((tensor) => [tensor.name, name(i)])))
    await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
    assert.deepEqual(bits((await readWeights(folder, layout)).values), bits(parameters))
  })

  for (const shard of ['../model.safetensors', '/etc/passwd', 'a/b.safetensors', 'a\\b.safetensors', '..safetensors', 'pytorch_model.bin', 7, 'gone.safetensors']) {
    it(`refuses the shard ${shard}`, async () => {
      await unlink(join(folder, 'model.safetensors'))
      await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: shard } }))
      await assert.rejects(readWeights(folder, layout), (error) => LabError.is(error, 'model/wrong-weights') && error.message.replaceAll('\\\\', '\\').includes(String(shard)))
    })
  }

  it('names the tensor that is missing, has another shape, or is unknown', async () => {
    const tensors = tensorsOf(layout.slots, parameters, '')
    const cases: [typeof tensors, RegExp][] = [
      [tensors.slice(1), /model\.embed_tokens\.weight is missing/],
      [[{ ...tensors[0]!, shape: [2, 32] }, ...tensors.slice(1)], /model\.embed_tokens\.weight has shape \[2, 32\], config\.json asks for \[4, 16\]/],
      [[...tensors, { name: 'model.layers.0.self_attn.o_proj.bias', shape: [1], values: new Float32Array(1) }], /o_proj\.bias belongs to no part/]
    ]
    for (const [changed, message] of cases) {
      await writeSafetensors(join(folder, 'model.safetensors'), changed, 'F32', {})
      await assert.rejects(readWeights(folder, layout), (error) => LabError.is(error, 'model/wrong-weights') && message.test(error.message))
    }
  })

  it('passes over buffers of old checkpoints and a head that is tied', async () => {
    const extra = ['model.layers.0.self_attn.rotary_emb.inv_freq', 'lm_head.weight'].map((name) => ({ name, shape: [1], values: new Float32Array(1) }))
    await writeSafetensors(join(folder, 'model.safetensors'), [...tensorsOf(layout.slots, parameters, ''), ...extra], 'F32', {})
    assert.deepEqual(bits((await readWeights(folder, layout)).values), bits(parameters))
  })

  describe('reward head', () => {
    const { weight, bias } = layout.rewardHead
    const headed = parameters.slice()
    for (let i = 0; i < weight.size; i++) headed[weight.offset + i] = Math.fround(i / 7 - 1)
    headed[bias.offset] = Math.fround(0.3)
    const write = (...tensors: readonly TensorData[]): Promise<void> =>
      writeSafetensors(join(folder, 'model.safetensors'), [...tensorsOf(layout.slots, parameters, ''), ...tensors], 'F32', {})
    const rows = (name: string, ...values: readonly (readonly number[])[]): TensorData =>
      ({ name, shape: name === weight.name ? [values.length, weight.size] : [values.length], values: Float32Array.from(values.flat()) })
    const ramp = (slope: number): number[] => Array.from({ length: weight.size }, (_, i) => slope * i)

    it('comes back bit for bit, as two classes in the file', async () => {
      await writeWeights(folder, layout, headed, { dtype: 'F32', withHead: true })
      const { values, hasHead } = await readWeights(folder, layout)
      assert.deepEqual([hasHead, bits(values)], [true, bits(headed)])
      const file = await SafetensorsFile.open(join(folder, 'model.safetensors'))
      assert.deepEqual([file.header.tensors.get('score.weight')!.shape, file.header.tensors.get('score.bias')!.shape], [[2, 16], [2]])
      await file.close()
      assert.equal((await readWeights(folder, layout)).hasHead, true)
      await writeWeights(folder, layout, headed, PLAIN)
      assert.equal((await readWeights(folder, layout)).hasHead, false)
    })

    it('is one row, or the difference of two, with or without a bias', async () => {
      const read = async (): Promise<[number, number]> => {
        const { values } = await readWeights(folder, layout)
        return [values[weight.offset + 3]!, values[bias.offset]!]
      }
      await write(rows(weight.name, ramp(1)))
      assert.deepEqual(await read(), [3, 0])
      await write(rows(weight.name, ramp(1), ramp(3)), rows(bias.name, [0.5], [2]))
      assert.deepEqual(await read(), [6, 1.5])
    })

    it('is refused in other shapes, and where it holds NaN', async () => {
      await write(rows(weight.name, ramp(1), ramp(2), ramp(3)))
      await assert.rejects(readWeights(folder, layout), (error) => LabError.is(error, 'model/wrong-weights') && /score\.weight has shape \[3, 16\]; a reward head has one or two rows of 16/.test(error.message))
      await write(rows(weight.name, ramp(1)), rows(bias.name, [1], [2], [3]))
      await assert.rejects(readWeights(folder, layout), { code: 'model/wrong-weights' })
      await write(rows(weight.name, ramp(NaN), ramp(1)))
      await assert.rejects(readWeights(folder, layout), { code: 'model/not-finite' })
    })

    it('has its moments in the optimiser’s file, which may be without', async () => {
      const state = { step: 3, firstMoment: headed, secondMoment: headed.map((x) => x * x) }
      await writeOptimizerState(folder, layout, state, true)
      assert.deepEqual(bits((await readOptimizerState(folder, layout))!.firstMoment), bits(headed))
      await writeOptimizerState(folder, layout, state, false)
      assert.deepEqual(bits((await readOptimizerState(folder, layout))!.firstMoment), bits(parameters))
    })

    it('names its classes in config.json, and a classifier is read as its language model with a tied head', async () => {
      await writeDescription(folder, newDescription(config, vocabulary), 'float32', true)
      const written = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>
      assert.deepEqual(written['label2id'], { wrong: 0, right: 1 })
      await edit('config.json', (value) => ({ ...value, architectures: ['Qwen3ForTokenClassification'], tie_word_embeddings: false }))
      assert.deepEqual((await readDescription(folder)).config, config)
    })
  })

  it('names the tensor that holds NaN', async () => {
    for (const value of [NaN, -Infinity]) {
      const broken = parameters.slice()
      const slot = layout.slots.find(({ name }) => name === 'model.layers.1.mlp.down_proj.weight')!
      broken[slot.offset + 7] = value
      await writeWeights(folder, layout, broken, { ...PLAIN, dtype: 'BF16' })
      await assert.rejects(readWeights(folder, layout), (error) =>
        LabError.is(error, 'model/not-finite') && error.message === `${join(folder, 'model.safetensors')}: ${value} in model.layers.1.mlp.down_proj.weight at element 7`)
    }
  })

  it('never opens pickled weights', async () => {
    await unlink(join(folder, 'model.safetensors'))
    await writeFile(join(folder, 'pytorch_model.bin'), 'x')
    await assert.rejects(readWeights(folder, layout), (error) => LabError.is(error, 'model/no-weights') && /pickled/.test(error.remedy))
  })

  it('says which file is missing, no object or no file', async () => {
    const cases: [string, string | undefined, string][] = [
      ['config.json', undefined, 'model/unreadable'], ['config.json', '{', 'model/unreadable'], ['config.json', '[1]', 'model/unreadable'], ['tokenizer.json', 'nonsense', 'model/unreadable'],
      ['tokenizer.json', undefined, 'model/no-tokenizer'], ['generation_config.json', '7', 'model/unreadable']
    ]
    for (const [name, content, code] of cases) {
      const original = await readFile(join(folder, name))
      if (content === undefined) await unlink(join(folder, name))
      else await writeFile(join(folder, name), content)
      const read = async (): Promise<unknown> => tokenizerOf(folder, await readDescription(folder))
      await assert.rejects(read(), (error) => LabError.is(error, code) && error.message.includes(name))
      await writeFile(join(folder, name), original)
    }
    await assert.rejects(readDescription(join(folder, 'nowhere')), (error) => LabError.is(error, 'model/unreadable'))
  })

  it('does not wait on a device', async function () {
    if (process.platform === 'win32') return
    await unlink(join(folder, 'tokenizer.json'))
    await symlink('/dev/zero', join(folder, 'tokenizer.json'))
    await assert.rejects(readDescription(folder), (error) => LabError.is(error, 'model/unreadable') && /not a regular file/.test(error.message))
  })

  it('writes over links, not through them', async function () {
    if (process.platform === 'win32') return
    const other = join(folder, 'other')
    for (const name of ['config.json', 'model.safetensors']) {
      await writeFile(other, 'precious')
      await unlink(join(folder, name))
      await symlink(other, join(folder, name))
    }
    await writeDescription(folder, newDescription(config, vocabulary), 'float32')
    await writeWeights(folder, layout, parameters, PLAIN)
    assert.equal(await readFile(other, 'utf8'), 'precious')
    assert.deepEqual(bits((await readWeights(folder, layout)).values), bits(parameters))
  })

  it('refuses a tokenizer with more tokens than the model, naming both numbers', async () => {
    await edit('config.json', (value) => ({ ...value, vocab_size: 3 }))
    const description = await readDescription(folder)
    assert.throws(() => tokenizerOf(folder, description), (error) => LabError.is(error, 'model/vocabulary') && /4 tokens.*vocab_size is 3/.test(error.message))
  })

  it('brings optimiser state back bit for bit', async () => {
    const state = { step: 17, firstMoment: parameters.map((x) => x / 3), secondMoment: parameters.map((x) => x * x) }
    assert.equal(await readOptimizerState(folder, layout), undefined)
    await writeOptimizerState(folder, layout, state, true)
    const read = await readOptimizerState(folder, layout)
    assert.equal(read?.step, 17)
    assert.deepEqual(bits(read!.firstMoment), bits(state.firstMoment))
    assert.deepEqual(bits(read!.secondMoment), bits(state.secondMoment))
  })
})

describe('chat template', () => {
  const messages = [{ role: 'user', content: 'hi {{ 7 }}' }] as const
  const render = (template: string, extra: object = {}): string => {
    const files = new Map([['tokenizer_config.json', Buffer.from(JSON.stringify({ chat_template: template, ...extra }))]])
    return chatTemplateOf('/m', { config, hfConfig: {}, files })!.render(messages)
  }

  it('renders messages, special tokens and the generation prompt', () => {
    const template = '{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}'
    assert.equal(render(template, { bos_token: '<s>', eos_token: { content: '</s>' } }), '<s><user>hi {{ 7 }}</s><assistant>')
  })

  it('prefers chat_template.jinja, and takes the default among several', () => {
    const several = [{ name: 'tool', template: 'T' }, { name: 'default', template: 'D' }]
    const files = new Map([['tokenizer_config.json', Buffer.from(JSON.stringify({ chat_template: several }))]])
    assert.equal(chatTemplateOf('/m', { config, hfConfig: {}, files })!.render(messages), 'D')
    files.set('chat_template.jinja', Buffer.from('J'))
    assert.equal(chatTemplateOf('/m', { config, hfConfig: {}, files })!.render(messages), 'J')
  })

  it('refuses what cannot be parsed, what raises, and what writes without end', () => {
    for (const [template, message] of [
      ['{% for %}', /cannot be parsed/], ['{{ raise_exception("no system role") }}', /no system role/],
      [`{% for i in range(5000) %}${'x'.repeat(1000)}{% endfor %}`, /wrote 5000000 characters/]
    ] as const) {
      assert.throws(() => render(template), (error) => LabError.is(error, 'model/chat-template') && message.test(error.message) && error.place === '/m/tokenizer_config.json')
    }
  })

  it('gives a template no way to the process', () => {
    assert.throws(() => render('{{ messages.constructor.constructor("return process")().pid }}'), (error) => LabError.is(error, 'model/chat-template'))
  })
})
