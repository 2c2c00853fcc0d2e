import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Rows of the echo environment, of every kind, as files of a folder that is removed after the suite. */
export function rowFiles(): (name: string, rows: readonly object[]) => string {
  let folder = ''
  before(() => { folder = mkdtempSync(join(tmpdir(), 'rows-')) })
  after(() => rmSync(folder, { recursive: true }))
  return (name, rows) => {
    const file = join(folder, name)
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    return file
  }
}

const WORDS = ['a', 'b', 'c', 'd']
export const solutions = WORDS.flatMap((word) => ['n2', 'n3'].map((prefix) => ({ prompt: `${prefix} say ${word}`, completion: word })))
export const critiques = solutions.map(({ prompt, completion }) => ({ prompt, response: 'a', critique: completion }))
export const preferences = solutions.map(({ prompt, completion }, i) => ({ prompt, chosen: completion, rejected: WORDS[(i + 3) % 4]!, rationale: `say ${completion}` }))
  .filter(({ chosen, rejected }) => chosen !== rejected)
/** The step `a` is right, every other is wrong. */
export const steps = WORDS.flatMap((word) => WORDS.map((other) => ({ prompt: 'n2 say a', completions: [`${word} `, other], labels: [word === 'a', other === 'a'] })))
