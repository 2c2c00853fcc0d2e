import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { folderSource } from '../../trainer/engines/chatTemplatePrelude.ts'
import type { Engine } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import type { Message } from '../../trainer/protocol/problem.ts'
import { source } from '../engines/subjects.ts'
import { endTorchEngines, torchEngine } from '../engines/torchEngines.ts'
import { scratchFolder } from './checkpoints.ts'
import { describeWithPython, reference } from './python.ts'

const KWARGS = { enable_thinking: false, effort: 'high “%}” {{ 1 }}\n\t\\n 👍🏽', limits: [1, -2.5, 0.001, { deep: null, 'not a name': [true] }], unused: '' }
/** As templates of reasoning models are written: variables with a default, read at the top, in loops and in macros. */
const TEMPLATE = `
{%- macro mood() -%}
    {%- if effort is not defined %}{%- set effort = "medium" %}{%- endif -%}
    effort {{ effort }} of {{ limits | length if limits is defined else "none" }}
{%- endmacro %}
{%- for message in messages %}
<{{ message.role }}>{{ message.content }}{% if enable_thinking is defined and enable_thinking is false %} /no_think{% endif %}

{%- endfor %}
[{{ mood() }}]{{ limits | tojson if limits is defined else "" }}
{%- if add_generation_prompt %}<assistant>{% endif %}`
const CONVERSATIONS: readonly (readonly Message[])[] = [
  [{ role: 'user', content: 'What is 3 + 4?' }], [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'a {{ effort }}' }]
]

describeWithPython('variables of a chat template, in both engines as transformers renders them', function () {
  this.timeout(120_000)
  const pathOf = scratchFolder()
  const onnx = createOnnxEngine({ threads: 1, microBatchTokens: 64 })
  let torch: Engine
  let wanted: string[]
  before(async () => {
    torch = torchEngine()
    await onnx.loadModel(source)
    await onnx.save(pathOf('model'), { optimizer: false, dtype: 'float32' })
    writeFileSync(join(pathOf('model'), 'chat_template.jinja'), TEMPLATE)
    wanted = await reference<string[]>('chats', { folder: pathOf('model'), conversations: CONVERSATIONS, kwargs: KWARGS })
  })
  after(async () => {
    await torch.close()
    await endTorchEngines()
    await onnx.close()
  })

  for (const [name, engineOf] of [['embedded', () => onnx], ['PyTorch', () => torch]] as const) {
    it(`are those that a run file gives it, and stay with what is saved: ${name}`, async () => {
      const engine = engineOf()
      const saved = pathOf(`saved by ${name}`)
      await engine.loadModel(folderSource(pathOf('model'), KWARGS))
      assert.deepEqual(await engine.renderChat(CONVERSATIONS), wanted)
      await engine.save(saved, { optimizer: false, dtype: 'float32' })
      assert.deepEqual(await reference('chats', { folder: saved, conversations: CONVERSATIONS, kwargs: {} }), wanted)
      await engine.loadModel(folderSource(saved, KWARGS))
      await engine.save(pathOf(`again by ${name}`), { optimizer: false, dtype: 'float32' })
      const templateOf = (folder: string): string => readFileSync(join(folder, 'chat_template.jinja'), 'utf8')
      assert.equal(templateOf(pathOf(`again by ${name}`)), templateOf(saved))
    })

    it(`are refused where the model has no chat template: ${name}`, async () => {
      const bare = pathOf(`bare of ${name}`)
      mkdirSync(bare)
      const engine = engineOf()
      await engine.loadModel(source)
      await engine.save(bare, { optimizer: false, dtype: 'float32' })
      await assert.rejects(engine.loadModel(folderSource(bare, KWARGS)), { code: 'model/no-chat-template' })
    })
  }

  it('can be said otherwise by whoever renders', async () => {
    await onnx.loadModel(folderSource(pathOf('model'), KWARGS))
    await onnx.save(pathOf('kept'), { optimizer: false, dtype: 'float32' })
    const other = { ...KWARGS, effort: 'low', enable_thinking: true }
    const [theirs, ours] = await Promise.all(['model', 'kept'].map((name) => reference('chats', { folder: pathOf(name), conversations: CONVERSATIONS, kwargs: other })))
    assert.deepEqual(ours, theirs)
  })
})
