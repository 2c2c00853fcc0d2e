import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, folderWithModel } from './commandLine.fixture.ts'
import type { Answer } from './commandLine.fixture.ts'
import { EXIT } from './exitCodes.ts'

const MODEL = join(import.meta.dirname, '../../samples/models/arithmetic-chain')
const RUN = {
  engine: 'onnx', model: MODEL, steps: 1, problemsPerStep: 1, groupSize: 2, sampling: { maxTokens: 8 }, evaluation: { problems: 1, samples: 2, k: [1] }
}
const PROBLEMS = Array.from({ length: 40 }, (_, i) => ({ prompt: `${i} + 1 :`, gold: String(i + 1) }))
const ROWS = PROBLEMS.map(({ prompt, gold }) => ({ prompt, completion: `answer ${gold}` }))

describe('words that the model’s tokenizer lacks', () => {
  const folder = folderWithModel()
  const lines = (name: string, rows: readonly object[]): string => {
    writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row)).join('\n'))
    return name
  }
  const lab = (fields: object, ...args: string[]): Promise<Answer> => {
    writeFileSync(join(folder, 'a.run.json'), JSON.stringify({ ...RUN, ...fields }))
    return commandLine(folder, ['run', 'a.run.json', ...args])
  }
  const environment = (rows: readonly object[], options: object = {}): object =>
    ({ environment: { name: 'jsonl', options: { path: lines('problems.jsonl', rows), marker: 'answer', ...options } } })
  const learns = (rows: readonly object[], kind = 'solutions'): object =>
    ({ environment: { name: 'arithmetic-chain' }, data: { file: lines('rows.jsonl', rows), kind }, stages: [{ name: 'imitate', algorithm: { name: 'sft' } }, { name: 'rl' }] })

  it('are found by a dry run in a problem that no first step draws, with line, column, value and remedy', async () => {
    const { code, out, err } = await lab(environment([...PROBLEMS, { prompt: 'seven + 1 :', gold: '8' }]), '--dry-run')
    assert.deepEqual([code, out], [EXIT.usage, ''])
    assert.match(err, /^error: The model cannot read “prompt” of <folder>\/problems\.jsonl:41, "seven \+ 1 :": \S+tokenizer\.json: the word "seven" is not in the vocabulary\n {2}at <folder>\/problems\.jsonl:41\n {2}Write it with words that/)
  })

  it('are found in the solutions that a stage imitates, and nowhere else in the file', async () => {
    const shown = PROBLEMS.map((row, i) => ({ ...row, shown: i < 30 ? `: answer ${row.gold}` : 'because', other: 'words without meaning' }))
    const imitates = { ...environment(shown, { demonstrationColumn: 'shown' }), stages: [{ name: 'imitate', algorithm: { name: 'sft' } }, { name: 'rl' }] }
    const { code, err } = await lab(imitates, '--dry-run')
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: The model cannot read “shown” of <folder>\/problems\.jsonl:3\d, "because": /)
    assert.equal((await lab(environment(shown, { demonstrationColumn: 'shown' }), '--dry-run')).code, EXIT.finished)
  })

  it('are told of rows that will be left out, and refused where no row is of use', async () => {
    const some = await lab(learns([...ROWS, { prompt: '1 + 1 :', completion: 'makes two' }]), '--dry-run')
    assert.equal(some.code, EXIT.finished, some.err)
    assert.match(some.err, /^Warning: 1 of 41 rows of <folder>\/rows\.jsonl were left out; row 41: "completion" is "makes two", \S+tokenizer\.json: the word "makes" is not in the vocabulary\.\n$/)
    const none = await lab(learns([{ prompt: 'what ?', completion: '1' }]), '--dry-run')
    assert.equal(none.code, EXIT.usage)
    assert.match(none.err, /^error: The model can read none of the rows of <folder>\/rows\.jsonl; row 1: "prompt" is "what \?", [^\n]+\n {2}at <folder>\/rows\.jsonl:1\n/)
  })

  it('are told of rows for a model that is yet to be made', async () => {
    const { code, err } = await lab({ ...learns([{ prompt: 'what ?', completion: '1' }]), model: {} }, '--dry-run')
    assert.equal(code, EXIT.usage)
    assert.match(err, /row 1: "prompt" is "what \?", the new model\/tokenizer\.json: the word "what" is not in the vocabulary/)
  })

  it('end a run before anything is sampled, also one that is resumed as it was refused', async () => {
    const { code, err } = await lab({ ...environment([...PROBLEMS, { prompt: 'seven + 1 :', gold: '8' }]), engine: 'fake', model: 'base' }, '--out', 'refused')
    assert.equal(code, EXIT.usage)
    assert.match(err, /^error: The model cannot read “prompt” of <folder>\/problems\.jsonl:41, "seven \+ 1 :"/)
    const again = await commandLine(folder, ['resume', 'refused'])
    assert.deepEqual([again.code, again.err], [EXIT.usage, err])
    assert.deepEqual(readFileSync(join(folder, 'refused', 'events.jsonl'), 'utf8').match(/"type":"evaluation"/g), null)
  })
})
