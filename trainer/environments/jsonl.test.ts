import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabError } from '../errors.ts'
import { randomStream } from '../random/random.ts'
import { jsonl, jsonlEnvironment, JsonlOptions } from './jsonl.ts'
import type { JsonlDataset } from './jsonlDataset.ts'
import { readJsonlDataset } from './jsonlDataset.ts'
import { openEnvironment } from './registry.ts'
import { readUtf8Lines } from './utf8Lines.ts'

const PROMPT_AND_GOLD = { required: ['prompt', 'gold'], optional: [] }
let folder = ''
const write = (content: string | Buffer): string => {
  const path = join(folder, 'data.jsonl')
  writeFileSync(path, content)
  return path
}
const read = async (content: string | Buffer): Promise<JsonlDataset> => await readJsonlDataset(write(content), PROMPT_AND_GOLD)
const failure = async (content: string | Buffer): Promise<LabError> => await read(content).then(() => assert.fail('was read'), (error: LabError) => error)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jsonl-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('readJsonlDataset', () => {
  it('reads rows, blank lines, carriage returns, a byte-order mark and a last line without its end', async () => {
    const { rows } = await read('\ufeff{"prompt":"1+1","gold":2}\r\n\n{"prompt":"ä","gold":"b","extra":[1]}')
    assert.deepEqual(rows, [{ line: 1, columns: { prompt: '1+1', gold: '2' } }, { line: 3, columns: { prompt: 'ä', gold: 'b' } }])
  })

  it('leaves out broken lines, each named and counted, and goes on', async () => {
    const { rows, brokenCount, broken } = await read('{"prompt":"a","gold":"b"}\n{oops\n[1]\n{"prompt":"c"}\n{"prompt":"d","gold":null}\n{"prompt":"e","gold":"f"}\n')
    assert.deepEqual(rows.map((row) => row.line), [1, 6])
    assert.equal(brokenCount, 4)
    assert.match(broken[0]!.why, /^is not JSON: /)
    assert.deepEqual(broken.slice(1), [
      { line: 3, why: 'is not a JSON object' },
      { line: 4, why: 'has no text or number in the column “gold”' },
      { line: 5, why: 'has no text or number in the column “gold”' }
    ])
  })

  it('names the columns that exist when one is missing', async () => {
    const error = await failure('{"question":"a","golds":"b"}\n')
    assert.deepEqual([error.code, error.place], ['dataset/missing-column', `${join(folder, 'data.jsonl')}:1`])
    assert.match(error.remedy, /“question”, “golds”/)
    const near = await readJsonlDataset(write('{"prompt":"a","golds":"b"}'), PROMPT_AND_GOLD).catch((caught: LabError) => caught.message)
    assert.match(String(near), /no column “gold” in line 1\. Did you mean “golds”\?/)
  })

  it('refuses empty files and files without one good line', async () => {
    assert.equal((await failure('')).code, 'dataset/empty')
    assert.equal((await failure('\n \n')).code, 'dataset/empty')
    const error = await failure('nope\n')
    assert.equal(error.code, 'dataset/no-rows')
    assert.match(error.message, /line 1 is not JSON/)
  })

  it('refuses a missing file', async () => {
    await assert.rejects(readJsonlDataset(join(folder, 'none.jsonl'), PROMPT_AND_GOLD), { code: 'dataset/unreadable' })
  })

  it('is not fooled by keys that every object inherits', async () => {
    await assert.rejects(readJsonlDataset(write('{"prompt":"a"}'), { required: ['prompt', 'constructor'], optional: [] }), { code: 'dataset/missing-column' })
    const lines = '{"prompt":"a","gold":"b","__proto__":"c"}\n'
    const columns = { required: ['prompt', 'gold'], optional: ['toString'] }
    await assert.rejects(readJsonlDataset(write(lines), columns), { code: 'dataset/missing-column' })
    const { rows } = await readJsonlDataset(write(`${lines}{"prompt":"a","gold":"b","toString":"c"}`), columns)
    assert.deepEqual(rows.map((row) => Object.keys(row.columns)), [['prompt', 'gold'], ['prompt', 'gold', 'toString']])
  })

  it('takes an optional column that some rows lack, and refuses one that all lack', async () => {
    const lines = '{"prompt":"a","gold":"1"}\n{"prompt":"b","gold":"2","answer":"so 2"}\n'
    const columns = (...optional: string[]) => ({ required: ['prompt', 'gold'], optional })
    assert.deepEqual((await readJsonlDataset(write(lines), columns('answer'))).rows.map((row) => row.columns['answer']), [undefined, 'so 2'])
    await assert.rejects(readJsonlDataset(write(lines), columns('anwser', 'answer')), { code: 'dataset/missing-column', message: /no column “anwser” in line 1\. Did you mean “answer”\?/ })
  })
})

describe('readUtf8Lines', () => {
  const collect = async (content: string | Buffer, longest?: number): Promise<string[]> => {
    const lines: string[] = []
    for await (const line of readUtf8Lines(write(content), longest)) lines.push(line.text)
    return lines
  }

  it('refuses a line beyond the limit, naming it, and takes one at the limit', async () => {
    assert.deepEqual(await collect(`a\n${'b'.repeat(10)}\nc`, 10), ['a', 'b'.repeat(10), 'c'])
    await assert.rejects(collect(`a\n${'b'.repeat(11)}\nc`, 10), { code: 'dataset/line-too-long', message: /Line 2 / })
  })

  it('refuses a line of 1 GB without reading it into memory', async () => {
    const path = write('')
    truncateSync(path, 1024 * 1024 * 1024)
    const before = process.memoryUsage().rss
    await assert.rejects(readJsonlDataset(path, PROMPT_AND_GOLD), { code: 'dataset/line-too-long', message: /^Line 1 .* longer than 16777216 bytes\.$/ })
    assert.ok(process.memoryUsage().rss - before < 600 * 1024 * 1024, 'the line was read into memory')
  })

  it('keeps characters whole across chunks of the stream', async () => {
    const text = 'é😀'.repeat(40_000)
    assert.deepEqual(await collect(`x${text}\n${text}`), [`x${text}`, text])
  })

  const invalid: readonly (readonly [string, number[], number])[] = [
    ['a lone continuation byte', [97, 10, 98, 0x80, 99], 3],
    ['a cut character before the line ends', [97, 0xe2, 0x82, 10, 98], 1],
    ['an overlong form', [97, 98, 0xc0, 0xaf], 2],
    ['a surrogate', [0xed, 0xa0, 0x80], 0],
    ['a cut character at the end', [97, 97, 0xf0, 0x9f, 0x98], 2],
    ['a byte that never occurs', [0xc3, 0xa9, 0xff], 2]
  ]
  for (const [what, bytes, offset] of invalid) {
    it(`names the byte offset of ${what}`, async () => {
      await assert.rejects(collect(Buffer.from(bytes)), { code: 'dataset/not-utf8', message: new RegExp(`byte offset ${offset}\\.$`) })
    })
  }
})

/** An environment over rows given here. */
function environmentOver(rows: readonly Record<string, string>[], options: object = {}) {
  const parsed = JsonlOptions.parse({ path: 'x.jsonl', ...options })
  return { environment: jsonlEnvironment({ path: 'x.jsonl', rows: rows.map((columns, i) => ({ line: i + 1, columns })), brokenCount: 0, broken: [] }, parsed), options: parsed }
}
const HUNDRED = Array.from({ length: 100 }, (_, i) => ({ prompt: `${i} + 1`, gold: String(i + 1) }))

describe('jsonl: problems', () => {
  it('splits by a hash of the prompt, disjointly, and grades every gold solution 1', () => {
    const { environment, options } = environmentOver([...HUNDRED, ...HUNDRED], { grader: 'numeric' })
    const random = randomStream('jsonl')
    const seen = (['train', 'tuning', 'heldOut'] as const).map((split) => {
      const problems = Array.from({ length: 600 }, () => environment.generate(random, split, options))
      for (const problem of problems) assert.equal(environment.grade(environment.solution(problem), problem).correct, true)
      return new Set(problems.map((problem) => problem.prompt))
    })
    assert.equal(seen.reduce((sum, prompts) => sum + prompts.size, 0), 100)
    assert.ok(seen.every((prompts) => prompts.size > 3))
  })

  it('splits by a column, and never trains on a prompt that another row holds out', () => {
    const rows = [{ prompt: 'a', gold: '1', part: 'train' }, { prompt: 'b', gold: '2', part: 'test' }, { prompt: 'b', gold: '2', part: 'train' }, { prompt: 'c', gold: '3', part: 'validation' }]
    const { environment, options } = environmentOver(rows, { splitColumn: 'part' })
    const random = randomStream('column')
    for (const [split, prompt] of [['train', 'a'], ['heldOut', 'b'], ['tuning', 'c']] as const) {
      for (let i = 0; i < 20; i++) assert.equal(environment.generate(random, split, options).prompt, prompt)
    }
  })

  it('says which split is empty', () => {
    const { environment, options } = environmentOver([{ prompt: 'a', gold: '1', part: 'train' }], { splitColumn: 'part' })
    assert.throws(() => environment.generate(randomStream('x'), 'heldOut', options), { code: 'dataset/empty-split', message: /x\.jsonl has no rows in the split “heldOut”/ })
    assert.throws(() => jsonl.generate(randomStream('x'), 'train', options), { code: 'environment/not-open', message: 'jsonl: no dataset was opened.' })
  })

  it('fills the template literally and keeps the row’s name', () => {
    const { environment, options } = environmentOver([{ prompt: '$& {prompt} $1', gold: '1', key: 'row-7', part: 'train' }], { template: 'Q: {prompt}\nA:', idColumn: 'key', splitColumn: 'part' })
    const problem = environment.generate(randomStream('x'), 'train', options)
    assert.equal(problem.prompt, 'Q: $& {prompt} $1\nA:')
    assert.deepEqual(problem.params, { line: 1, row: 'row-7' })
  })
})

describe('jsonl: grading', () => {
  const grade = (completion: string, gold: string, options: object): { correct: boolean; why: string } => {
    const { environment, options: parsed } = environmentOver([{ prompt: 'p', gold, part: 'train' }], { splitColumn: 'part', ...options })
    const { correct, why } = environment.grade(completion, environment.generate(randomStream('x'), 'train', parsed))
    return { correct, why }
  }
  it('numeric: as in GSM8K, gold with its working', () => {
    const gold = 'Half of 2,468 is <<2468/2=1234>>1234.\n#### 1,234'
    assert.deepEqual(grade('So #### $1234.00', gold, { grader: 'numeric' }), { correct: true, why: 'Right: 1234 is the expected value.' })
    assert.deepEqual(grade('The answer is \\boxed{1235}', gold, { grader: 'numeric' }), { correct: false, why: 'Wrong: 1235 is not the expected 1234.' })
    assert.deepEqual(grade('1234', gold, { grader: 'numeric' }), { correct: false, why: 'No answer after “####” or in “\\boxed{…}”.' })
    assert.equal(grade('it is 1233, no, 1234.', gold, { grader: 'numeric', fallback: 'lastNumber' }).correct, true)
    assert.equal(grade('none', gold, { grader: 'numeric', fallback: 'lastNumber' }).why, 'No answer: there is no number in the text.')
    assert.equal(grade('#### 1230', gold, { grader: 'numeric', absoluteTolerance: 5 }).correct, true)
    assert.equal(grade('#### 1234 junk', gold, { grader: 'numeric' }).correct, false)
    assert.equal(grade('#### Step 2: add\n2+2=4\n\\boxed{4}', '4', { grader: 'numeric' }).correct, true)
    assert.equal(grade('#### **42**', '42', { grader: 'numeric' }).correct, true)
    assert.equal(grade('It is 1e3', '3', { grader: 'numeric', fallback: 'lastNumber' }).correct, false)
    assert.equal(grade('x = 10-3', '-3', { grader: 'numeric', fallback: 'lastNumber' }).correct, false)
  })

  it('exact: normalised text', () => {
    assert.equal(grade('#### the  Eiffel tower!', 'Eiffel Tower', { ignoreCase: true, wordsOnly: true }).correct, true)
    assert.equal(grade('#### Eiffel', 'Eiffel Tower', {}).why, 'Wrong: “Eiffel” is not the expected “Eiffel Tower”.')
    assert.equal(grade('<think>#### no</think> Paris', 'Paris', { fallback: 'whole' }).correct, true)
  })

  it('regex: the whole answer, in linear time', () => {
    assert.equal(grade('#### 12 km', '\\d+ ?(km|kilometres)', { grader: 'regex' }).correct, true)
    assert.equal(grade('#### 12 kms', '\\d+ ?(km|kilometres)', { grader: 'regex' }).why, 'Wrong: “12 kms” does not match the pattern “\\d+ ?(km|kilometres)”.')
    assert.equal(grade(`#### ${'a'.repeat(3000)}!`, '(a+)+', { grader: 'regex' }).correct, false)
  })

  it('writes answers alike in votes that its grader takes for equal, and no others', () => {
    const votes = (options: object, answers: readonly string[]): string[] => answers.map((answer) => environmentOver([], options).environment.voteKey!(answer))
    assert.deepEqual(votes({ grader: 'numeric' }, ['1/2', '0.5', '$\\frac{1}{2}$', '50%', '1,000', '1e3', 'half']), ['1/2', '1/2', '1/2', '1/2', '1000', '1000', 'half'])
    assert.deepEqual(votes({ ignoreCase: true }, ['Paris', ' paris ', '1/2', '0.5']), ['paris', 'paris', '1/2', '0.5'])
    assert.deepEqual(votes({ grader: 'regex' }, ['12 km', '12  km']), ['12 km', '12  km'])
  })

  it('survives hostile completions', () => {
    for (const completion of ['', '####', '\\boxed{'.repeat(10_000), '#'.repeat(200_000), '<think>'.repeat(30_000), 'x'.repeat(1_000_000), `#### ${'9'.repeat(200_000)}`, '#### __proto__']) {
      for (const grader of ['numeric', 'exact', 'regex']) assert.equal(grade(completion, '7', { grader, fallback: 'lastNumber' }).correct, false)
    }
  })
})

describe('jsonl: opening', () => {
  it('says what it leaves out though it could be read: prompts that are held out too, and numbers that would lose digits', async () => {
    write(['{"prompt":"a","gold":"1","split":"train"}', '{"prompt":"a","gold":"1","split":"test"}', '{"prompt":"b","gold":"2","split":"train"}', '{"prompt":"c","gold":9007199254740993,"split":"train"}', ''].join('\n'))
    const { environment } = await openEnvironment({ name: 'jsonl', options: { path: 'data.jsonl', splitColumn: 'split' } }, folder)
    const [unreadable, elsewhere] = environment.notices ?? []
    assert.match(unreadable!, /^1 lines of .*line 4 has a whole number beyond 2\^53 in the column “gold”, which loses digits: write it as a text\.$/)
    assert.match(elsewhere!, /^1 lines of .* are left out, since another line with the same prompt is held out, or for tuning\.$/)
  })

  it('reads the file relative to the run file and checks its gold answers', async () => {
    write('{"q":"2+2","a":"x #### 4","s":"train"}\n{"q":"2+3","a":"five","s":"train"}\n')
    const { environment, options } = await openEnvironment({ name: 'jsonl', options: { path: 'data.jsonl', promptColumn: 'q', goldColumn: 'a', splitColumn: 's', grader: 'numeric', demonstrationColumn: 'a' } }, folder)
    const problem = environment.generate(randomStream('x'), 'train', options)
    assert.deepEqual([problem.prompt, problem.gold, environment.solution(problem)], ['2+2', '4', 'x #### 4'])
    const path = join(folder, 'data.jsonl')
    assert.deepEqual(environment.notices, [`1 lines of ${path} were left out: line 2 has an expected answer that cannot be read: “five” is not a number.`])
    assert.equal(environment.grade(environment.solution(problem), problem).correct, true)
  })

  it('trains on no row that is for something else, and on none without a prompt', async () => {
    const row = (prompt: string, more: object) => `${JSON.stringify({ prompt, gold: '1', ...more })}\n`
    write(row('a', { split: 'train' }) + row('b', { split: 'dev' }) + row('c', {}) + row(' ', { split: 'train' }))
    const open = (options: object) => openEnvironment({ name: 'jsonl', options: { path: 'data.jsonl', splitColumn: 'split', ...options } }, folder)
    const { environment, options } = await open({})
    const drawn = Array.from({ length: 20 }, (_, i) => environment.generate(randomStream('x', i), 'train', options).prompt)
    assert.deepEqual([...new Set(drawn)], ['a'])
    const [notice] = environment.notices ?? []
    assert.match(notice!, /^3 lines of .*line 2 has the split “dev”, not “train”, “validation” or “test” \(trainValue, tuningValue, heldOutValue\)/)
    assert.match(notice!, /line 3 has no text in the column “split”.*line 4 has an empty prompt/)
    await assert.rejects(open({ heldOutValue: 'train' }), /trainValue, heldOutValue and tuningValue have to differ/)
    const dev = await open({ trainValue: 'dev', heldOutValue: 'train' })
    assert.equal(dev.environment.generate(randomStream('x'), 'train', dev.options).prompt, 'b')
  })
})
