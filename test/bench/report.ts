import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchOutcome, BenchRow } from './bench.ts'
import type { Machine } from './machine.ts'

/** What bench/<name>.json holds. */
export interface BenchRecord extends BenchOutcome {
  readonly version: 1
  readonly name: string
  readonly date: string
  readonly machine: Machine
}

/** Reasons found for figures that fall short, by the row's `what`: written by hand, kept through every run. */
type Notes = Readonly<Record<string, string>>
const NOTES = 'notes.json'

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T

export function writeRecord(folder: string, record: BenchRecord): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${record.name}.json`), `${JSON.stringify(record, null, 1)}\n`)
}

/** Writes bench/README.md over all records that are there, in the order of `names`. */
export function writeReadme(folder: string, names: readonly string[]): void {
  const records = names.map((name) => join(folder, `${name}.json`)).filter(existsSync).map((path) => readJson<BenchRecord>(path))
  const notes = existsSync(join(folder, NOTES)) ? readJson<Notes>(join(folder, NOTES)) : {}
  writeFileSync(join(folder, 'README.md'), readmeText(records, notes))
}

export function readmeText(records: readonly BenchRecord[], notes: Notes): string {
  const rows = records.flatMap((record) => record.rows)
  const table = ['| what | ours | theirs | ratio | bar | met | note |', '|---|---|---|---|---|---|---|', ...rows.map((row) => rowText(row, notes[row.what] ?? ''))]
  return `${[INTRODUCTION, table.join('\n'), '## How each was measured', ...records.map(sectionOf)].join('\n\n')}\n`
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- [name …]\`; \`bench/<name>.json\` holds every repetition. Both sides of a comparison take turns in one
run on the same cores; theirs is the best of its settings. Medians are shown; a ratio above 1 means that ours is faster.
Figures that fall short stand as they are; the reason, where one was found, is the note (\`bench/notes.json\`).`

function rowText({ what, ours, theirs, ratio, bar, met }: BenchRow, note: string): string {
  const verdict = met === undefined ? '–' : met ? 'yes' : '**no**'
  return `| ${[what, ours, theirs ?? '–', ratio?.toFixed(2) ?? '–', bar, verdict, note].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function sectionOf({ name, date, machine, commands, definitions = [], versions = {} }: BenchRecord): string {
  const { cpu, cores, memoryBytes, node, onnxruntime, loadBefore } = machine
  const others = Object.entries(versions).map(([what, version]) => `, ${what} ${version}`).join('')
  return [
    `### ${name}`,
    `${date}; ${cpu}, ${cores} cores, ${(memoryBytes / 1e9).toFixed(0)} GB; Node ${node}, onnxruntime ${onnxruntime}${others}; load before ${loadBefore.toFixed(1)}.`,
    `Commands: ${commands.map((command) => `\`${command}\``).join(', ')}.`,
    ...definitions
  ].join('\n\n')
}
