import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A run directory that lies about itself: `forge` turns a copy of a good run into it. `secret` is a file outside it. */
export interface ForgedRun {
  readonly name: string
  readonly forge: (directory: string, secret: string) => void
}

const inRollouts = (directory: string, name: string): string => join(directory, 'rollouts', name)

function replaceByLink(place: string, target: string): void {
  rmSync(place, { recursive: true, force: true })
  symlinkSync(target, place)
}

function edit(place: string, change: (record: Record<string, unknown>) => void): void {
  const record = JSON.parse(readFileSync(place, 'utf8')) as Record<string, unknown>
  change(record)
  writeFileSync(place, JSON.stringify(record))
}

/** A safetensors file whose header announces more than any file holds. */
function absurdSafetensors(): Buffer {
  const header = JSON.stringify({ weight: { dtype: 'F32', shape: [2 ** 31, 2 ** 31], data_offsets: [0, Number.MAX_SAFE_INTEGER] } })
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(2n ** 62n)
  return Buffer.concat([length, Buffer.from(header)])
}

/** Parquet magic at both ends and a footer length that reaches before the file. */
function absurdParquet(): Buffer {
  const footer = Buffer.alloc(4)
  footer.writeUInt32LE(0x7fffffff)
  return Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(64, 0xff), footer, Buffer.from('PAR1')])
}

const checkpoint = (directory: string, name: string, content: Buffer | string): void => {
  const folder = join(directory, 'checkpoints', 'step-000001')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), content)
}

export const FORGED_RUNS: readonly ForgedRun[] = [
  { name: 'state.json links out', forge: (directory, secret) => replaceByLink(join(directory, 'state.json'), secret) },
  { name: 'run.json links out', forge: (directory, secret) => replaceByLink(join(directory, 'run.json'), secret) },
  { name: 'a step links out', forge: (directory, secret) => replaceByLink(inRollouts(directory, 'step-000001.jsonl'), secret) },
  // Not to the root: searches of VS Code's own follow links, and would read the whole disk.
  { name: 'the rollouts folder links to one of the system', forge: (directory) => replaceByLink(join(directory, 'rollouts'), '/etc') },
  { name: 'a shard links to a device', forge: (directory) => replaceByLink(inRollouts(directory, 'shard-00001.parquet'), '/dev/zero') },
  { name: 'metrics link to an endless device', forge: (directory) => replaceByLink(join(directory, 'metrics.jsonl'), '/dev/urandom') },
  { name: 'a folder links to itself', forge: (directory) => replaceByLink(join(directory, 'checkpoints'), directory) },
  { name: 'forged pid and pipe', forge: (directory) => edit(join(directory, 'state.json'), (state) => Object.assign(state, { status: 'running', pid: 1, pipe: '/run/forged.sock', token: 'x'.repeat(64) })) },
  { name: 'forged lock of process 1', forge: (directory) => writeFileSync(join(directory, 'run.lock'), JSON.stringify({ pid: 1, startedAt: 0, pipe: '/run/forged.sock' })) },
  { name: 'version of the future', forge: (directory) => edit(join(directory, 'run.json'), (run) => Object.assign(run, { version: 999 })) },
  { name: 'run.json is no JSON', forge: (directory) => writeFileSync(join(directory, 'run.json'), '{ "version": 1, ') },
  { name: 'run.json is a hundred thousand brackets', forge: (directory) => writeFileSync(join(directory, 'run.json'), '['.repeat(100_000)) },
  { name: 'run.json sets a prototype', forge: (directory) => writeFileSync(join(directory, 'run.json'), '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}') },
  { name: 'state counts beyond numbers', forge: (directory) => edit(join(directory, 'state.json'), (state) => Object.assign(state, { step: 1e308, steps: -1, seconds: null })) },
  { name: 'a step cut in half', forge: (directory) => truncateSync(inRollouts(directory, 'step-000001.jsonl'), 100) },
  { name: 'a step of noughts', forge: (directory) => writeFileSync(inRollouts(directory, 'open-000002.jsonl'), Buffer.alloc(1_000_000)) },
  { name: 'one line without end', forge: (directory) => writeFileSync(inRollouts(directory, 'open-000002.jsonl'), `{"id":"${'x'.repeat(20_000_000)}`) },
  { name: 'Parquet of absurd size', forge: (directory) => ['shard', 'index', 'text'].forEach((part) => writeFileSync(inRollouts(directory, `${part}-00001.parquet`), absurdParquet())) },
  { name: 'Parquet that is empty', forge: (directory) => writeFileSync(inRollouts(directory, 'index-00001.parquet'), '') },
  { name: 'SQL in a file name', forge: (directory) => writeFileSync(inRollouts(directory, "'); SELECT 1; --.parquet"), 'PAR1') },
  { name: 'safetensors of absurd size', forge: (directory) => checkpoint(directory, 'model.safetensors', absurdSafetensors()) },
  { name: 'checkpoint that names files outside', forge: (directory) => checkpoint(directory, 'checkpoint.json', JSON.stringify({ version: 1, files: { '../../../../etc/passwd': { bytes: 1, sha256: '' } } })) },
  { name: 'checkpoint of pickle', forge: (directory) => checkpoint(directory, 'pytorch_model.bin', Buffer.from('80049526000000000000008c05706f736978948c0673797374656d949394', 'hex')) },
  { name: 'annotations as a folder', forge: (directory) => mkdirSync(join(directory, 'annotations.json')) }
]

/** Copies the good run `source` and forges the copy as each of FORGED_RUNS says; returns their directories. */
export function writeForgedRuns(runsFolder: string, source: string, secret: string): string[] {
  return FORGED_RUNS.map(({ forge }, index) => {
    const number = String(index).padStart(4, '0')
    const directory = join(runsFolder, `grpo--forged--${number}`)
    cpSync(source, directory, { recursive: true })
    edit(join(directory, 'run.json'), (record) => Object.assign(record.run as object, { name: `forged--${number}` }))
    forge(directory, secret)
    return directory
  })
}
