import assert from 'node:assert/strict'
import { moduleFunction, readProgram } from './program.ts'

const textOf = (text: string, language: 'javascript' | 'typescript' = 'javascript', path = 'main.js'): string => readProgram([{ path, text }], language).texts[0]!
/** By Node's own interpreter: what the file exports, and the value of a name that it may not export. */
function run(text: string, wanted?: string): { readonly exports: Record<string, unknown>; readonly found: unknown } {
  const exports: Record<string, unknown> = {}
  // eslint-disable-next-line no-eval -- the reference for what the interpreter is given
  const module = (0, eval)(moduleFunction(text, wanted, 'function')) as (...given: unknown[]) => unknown
  return { found: module(exports, () => ({}), { exports }), exports }
}

describe('programs of candidates', () => {
  it('leaves plain JavaScript as it is', () => {
    const text = 'const f = (a) => a ?? 1 // import nothing\n'
    assert.equal(textOf(text), text)
  })

  it('takes a first line that is for a shell for a comment', () => {
    assert.equal(textOf('#!/usr/bin/env node\nlet a\n'), '///usr/bin/env node\nlet a\n')
  })

  it('takes the types off and keeps what TypeScript adds', () => {
    const text = textOf('enum Size { small = 2, large }\nexport function f<T extends number>(a: T, b?: string): Size { return a as number > 1 ? Size.large : Size.small }\n', 'typescript')
    const { exports } = run(text)
    assert.deepEqual([1, 2].map((value) => (exports['f'] as (value: number) => number)(value)), [2, 3])
  })

  it('takes types off other files by their ending', () => {
    const { texts } = readProgram([{ path: 'a.js', text: 'let a' }, { path: 'b.ts', text: 'let b: number' }, { path: 'c.json', text: '{"export": 1}' }], 'javascript')
    assert.deepEqual(texts.map((text) => text.replace(/\s/g, '')), ['leta', 'letb', '{"export":1}'])
  })

  it('turns modules into what modules are given', () => {
    const { exports } = run(textOf('export const a = 1\nexport default class B {}\n'))
    assert.equal(exports['a'], 1)
    assert.equal((exports['default'] as { name: string }).name, 'B')
  })

  it('hands out a name that is not exported, and nothing where there is none', () => {
    assert.equal(run('const answer = 42 // the end', 'answer').found, 42)
    assert.equal(run('', 'answer').found, undefined)
    assert.equal(run('', 'class').found, undefined)
    assert.equal(run('', 'a b').found, undefined)
  })

  it('keeps lines where they are', () => {
    const text = textOf('import x from "y"\n\ntype A = {\n  b: number\n}\nthrow new Error()\n', 'typescript')
    assert.equal(text.split('\n').findIndex((line) => line.includes('throw')), 5)
  })

  it('makes paths of files relative to their folder', () => {
    assert.deepEqual(readProgram([{ path: './a.js', text: '' }, { path: '/b/c.js', text: '' }], 'javascript').paths, ['a.js', 'b/c.js'])
  })

  it('says where a text is no program', () => {
    assert.throws(() => textOf('function f(a: {', 'typescript'), /1:\d+/)
  })
})
