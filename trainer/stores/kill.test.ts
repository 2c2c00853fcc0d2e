import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MetricsRecord } from '../protocol/metrics.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { numbersFrom, temporaryFolder } from './fixtures.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { openRun } from './runDirectory.ts'
import { readRollouts } from './rolloutLines.ts'

const WRITER = fileURLToPath(new URL('killedWriter.ts', import.meta.url))
const KILLS = 24

/** Lets a writer go on with the run and kills it once it has said `lines` lines, wherever it then is. Returns what it said. */
async function writeAndKill(directory: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, directory], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let complaint = ''
  child.stderr.on('data', (piece: Buffer) => { complaint += piece.toString() })
  child.stdout.on('data', (piece: Buffer) => {
    said += piece.toString()
    if (said.split('\n').length > lines) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.once('close', resolve))
  assert.equal(child.signalCode, 'SIGKILL', complaint)
  return said.split('\n').slice(0, -1)
}

describe('a writer killed at random moments', () => {
  it(`loses and doubles nothing over ${KILLS} kills of one run`, async function () {
    this.timeout(300_000)
    const directory = path.join(temporaryFolder(), 'run')
    const said: string[] = []
    for (let seed = 0; seed < KILLS; seed++) said.push(...(await writeAndKill(directory, 2 + Math.floor(numbersFrom(seed)() * 60))))
    const told = (word: string): string[] => said.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))

    const run = await openRun(directory)
    const rows = await allRollouts(run.path, async (step) => run.rollouts.readStep({ kind: 'train', step }))
    const latest = await run.checkpoints.latestWhole()
    run.close()
    const ids = rows.map((row) => row.id)
    assert.equal(new Set(ids).size, ids.length, 'a rollout is doubled')
    assert.deepEqual(told('rollout').filter((id) => !ids.includes(id)), [], 'a rollout is lost')
    for (const step of told('sealed').map(Number)) {
      const live = rows.filter((row) => row.step === step && !row.superseded)
      assert.deepEqual([live.length, new Set(live.map((row) => row.attempt)).size], [6, 1], `step ${step}`)
      assert.ok(live.every((row) => row.segments[0]!.advantages !== undefined))
    }
    const measured = [...readJsonLines(path.join(directory, 'metrics.jsonl'))].map((line) => MetricsRecord.parse(line.value).step)
    assert.equal(new Set(measured).size, measured.length, 'a metrics line is doubled')
    assert.deepEqual(told('measured').map(Number).filter((step) => !measured.includes(step)), [])
    assert.ok((latest?.checkpoint.step ?? 0) >= Math.max(0, ...told('saved').map(Number)))
    assert.ok(told('sealed').length > 10, 'the writer got somewhere')
  })
})

/** Every rollout of the run: sealed steps in order, then what the last, killed writer left open. */
async function allRollouts(directory: string, readStep: (step: number) => Promise<Rollout[] | undefined>): Promise<Rollout[]> {
  const rows: Rollout[] = []
  let step = 1
  for (let sealed = await readStep(step); sealed !== undefined; sealed = await readStep(++step)) rows.push(...sealed)
  const open = path.join(directory, 'rollouts', `open-${String(step).padStart(6, '0')}.jsonl`)
  if (fs.existsSync(open)) rows.push(...readRollouts(open).rollouts)
  return rows
}
