import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Problem } from '../../trainer/protocol/problem.ts'
import { runFileSchema } from '../../trainer/cli/editorFiles.ts'
import { Summary } from '../../trainer/protocol/summary.ts'
import { labSucceeds } from './labProcess.ts'
import { Place } from './tinyRun.ts'

const lines = (out: string): unknown[] => out.split('\n').map((line) => JSON.parse(line) as unknown)

describe('process: what a run leaves and the commands that use it', function () {
  this.timeout(120_000)
  let place: Place
  let model: string
  before(async () => {
    place = new Place()
    const { events } = await labSucceeds(place.folder, ['run', place.runFile(), '--out', 'r', '--json'])
    const exported = events.find((event) => event.type === 'modelExported')
    assert.ok(exported?.type === 'modelExported')
    model = exported.directory
  })
  after(() => place.remove())

  it('exports the model as a Hugging Face folder in the precision asked for, without optimiser', () => {
    assert.equal(model, place.at('r', 'model'))
    const bytes = readFileSync(place.at('r', 'model', 'model.safetensors'))
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, { dtype?: string }>
    assert.deepEqual(new Set(Object.entries(header).flatMap(([name, { dtype }]) => (name === '__metadata__' ? [] : [dtype]))), new Set(['BF16']))
    const config = JSON.parse(readFileSync(place.at('r', 'model', 'config.json'), 'utf8')) as Record<string, unknown>
    assert.deepEqual(config['architectures'], ['Qwen3ForCausalLM'])
    assert.throws(() => readFileSync(place.at('r', 'model', 'optimizer.safetensors')), { code: 'ENOENT' })
  })

  it('leaves a summary with both evaluations', () => {
    const { heldOut, state } = Summary.parse(JSON.parse(readFileSync(place.at('r', 'summary.json'), 'utf8')))
    assert.equal(state, 'finished')
    for (const end of [heldOut.before, heldOut.after]) assert.ok(end && end.passAt1.low <= end.passAt1.value && end.passAt1.value <= end.passAt1.high)
  })

  it('eval: figures of the exported model, the same twice', async () => {
    const args = ['eval', 'r/model', '--environment', 'arithmetic-chain', '--problems', '4', '--samples', '2', '--max-tokens', '8', '--threads', '1', '--json']
    const [first, second] = [await labSucceeds(place.folder, args), await labSucceeds(place.folder, args)]
    assert.equal(first.out, second.out)
    const result = lines(first.out)[0] as { problems: number; passAt1: { value: number } }
    assert.equal(result.problems, 4)
    assert.ok(result.passAt1.value >= 0 && result.passAt1.value <= 1)
  })

  it('sample: as many completions as asked for', async () => {
    const { out } = await labSucceeds(place.folder, ['sample', 'r/model', '--prompt', '3 + 4 :', '--n', '3', '--max-tokens', '5', '--json'])
    assert.equal(lines(out).length, 3)
  })

  it('problems: a split on its own, each line a problem', async () => {
    const of = async (split: string): Promise<Problem[]> =>
      lines((await labSucceeds(place.folder, ['problems', 'countdown', '--split', split, '--count', '20'])).out).map((line) => Problem.parse(line))
    const [train, heldOut] = [await of('train'), await of('held-out')]
    assert.equal(heldOut.length, 20)
    assert.ok(heldOut.every(({ id }) => train.every((other) => other.id !== id)))
  })

  it('score: the rewards of a run file on given completions, one line for each', async () => {
    const file = place.runFile({ environment: { name: 'arithmetic-chain' }, rewards: [{ name: 'answer' }, { name: 'format', weight: 0.5 }] }, 'score.run.json')
    const given = ['3 + 4 = 7 answer 7', '3 + 4 = 7 answer 8', 'seven'].map((completion) => JSON.stringify({ prompt: '3 + 4 :', gold: '7', completion }))
    place.write('completions.jsonl', given.join('\n'))
    const { out } = await labSucceeds(place.folder, ['score', file, '--completions', 'completions.jsonl'])
    const scored = lines(out) as { total: number; parts: { name: string; score: number; weight: number; why: string }[] }[]
    assert.deepEqual(scored.map(({ total }) => total), [1.5, 0.5, 0])
    for (const { parts } of scored) {
      assert.deepEqual(parts.map(({ name, weight }) => [name, weight]), [['answer', 1], ['format', 0.5]])
      for (const { why } of parts) assert.ok(why.length > 0)
    }
  })

  it('doctor: the engine works; JSON only on stdout', async () => {
    const { fit, findings } = JSON.parse((await labSucceeds(place.folder, ['doctor', '--json'])).out) as { fit: boolean; findings: { name: string; state: string }[] }
    assert.equal(fit, true)
    assert.ok(findings.some(({ name, state }) => name.startsWith('engine onnx') && state === 'ok'), JSON.stringify(findings))
  })

  it('schema: that of run files', async () => {
    assert.deepEqual(JSON.parse((await labSucceeds(place.folder, ['schema'])).out), runFileSchema())
  })
})
