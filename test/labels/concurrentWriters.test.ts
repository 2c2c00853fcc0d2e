import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { textHash } from '../../trainer/labels/anchors/textHash.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { readLabels } from '../../trainer/labels/store/labelReader.ts'
import { randomStream } from '../../trainer/random/random.ts'

const WINDOW_WRITER = fileURLToPath(new URL('windowWriter.ts', import.meta.url))
const CLI = fileURLToPath(new URL('../../trainer/cli.ts', import.meta.url))
/** Labels of each window, and of the command line: 10,000 together. */
const BY_WINDOW = 3400
const BY_COMMAND = 3200
/** Kills of each writer, each after so many further answers at most. */
const KILLS = 6
const MOST_BETWEEN_KILLS = 400
/** Lines that the command has been given and has not answered yet. */
const IN_FLIGHT = 60

/** One process. `answered` is told of each line of its output, in time to have it killed; resolves when it has ended. */
async function runOnce(args: readonly string[], cwd: string, started: (child: ChildProcess) => void, answered: (line: string, child: ChildProcess) => void): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()))
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => answered(line, child))
  started(child)
  await new Promise((resolve) => child.once('close', resolve))
  assert.ok(child.signalCode === 'SIGKILL' || child.exitCode === 0, complaint)
}

/** How many answers until the next kill; after the last kill, none. */
function killPlan(name: string): () => number {
  const random = randomStream('kills', name)
  let kills = 0
  return () => (kills++ < KILLS ? 1 + random.integer(MOST_BETWEEN_KILLS) : Infinity)
}

/** A window that is opened again each time it was killed. Returns the ids that it answered. */
async function window(labeler: string, folder: string, run: string): Promise<string[]> {
  const plan = killPlan(labeler)
  const answered: string[] = []
  for (let until = plan(); ; until = plan()) {
    let left = until
    await runOnce([WINDOW_WRITER, folder, run, labeler, String(BY_WINDOW)], path.dirname(CLI), (child) => child.stdin!.end(), (id, child) => {
      answered.push(id)
      if (--left === 0) child.kill('SIGKILL')
    })
    if (left > 0) return answered
  }
}

/** The command line, given its lines again from the first that it has not answered each time it was killed. */
async function command(folder: string, run: string): Promise<string[]> {
  const plan = killPlan('command')
  const lines = new Map(Array.from({ length: BY_COMMAND }, (_, i) => {
    const id = newLabelId()
    return [id, JSON.stringify({ id, rollout: `r${i % 50}`, problemId: 'p', anchor: { segment: 0, textHash: textHash('text'), from: 0, to: 4 }, opinion: { kind: 'note', text: `note ${i} ${'x'.repeat(i % 3000)}` } })]
  }))
  const answered = new Set<string>()
  for (let until = plan(); answered.size < BY_COMMAND; until = plan()) {
    const waiting = [...lines].filter(([id]) => !answered.has(id)).map(([, line]) => line)
    let left = until
    const feed = (child: ChildProcess, count: number): void => {
      child.stdin!.write(waiting.splice(0, count).map((line) => `${line}\n`).join(''))
      if (waiting.length === 0) child.stdin!.end()
    }
    await runOnce([CLI, 'labels', 'add', run, '--labels', folder, '--labeler', 'bot'], path.dirname(CLI), (child) => feed(child, IN_FLIGHT), (line, child) => {
      answered.add((JSON.parse(line) as { id: string }).id)
      if (--left === 0) child.kill('SIGKILL')
      else if (waiting.length > 0) feed(child, 1)
    })
  }
  return [...answered]
}

/** How often each id stands in the files, of all lines that are whole. */
function timesWritten(folder: string): Map<string, number> {
  const times = new Map<string, number>()
  for (const name of fs.readdirSync(folder)) {
    for (const line of fs.readFileSync(path.join(folder, name), 'utf8').split('\n')) {
      const id = /^\{"version":1,"id":"([^"]+)".*\}$/.exec(line)?.[1]
      if (id !== undefined) times.set(id, (times.get(id) ?? 0) + 1)
    }
  }
  return times
}

describe('two windows and a command line that label at once', () => {
  it('lose and double nothing of 10,000 labels, however often they are killed', async function () {
    this.timeout(600_000)
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'rollout-lab-writers-'))
    const run = path.join(scratch, '.rollout-lab', 'runs', 'run-1')
    const folder = path.join(scratch, '.rollout-lab', 'labels', 'run-1')
    fs.mkdirSync(run, { recursive: true })
    try {
      const outcomes = await Promise.allSettled([window('ada', folder, run), window('bob', folder, run), command(folder, run)])
      const answered = outcomes.flatMap((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason
        return outcome.value
      })
      const { records, faults } = readLabels(folder)
      const written = timesWritten(folder)

      assert.equal(records.length, 2 * BY_WINDOW + BY_COMMAND)
      const ids = new Set(records.map(({ id }) => id))
      assert.deepEqual(answered.filter((id) => !ids.has(id)), [], 'a label is lost that was answered')
      assert.deepEqual([...written].filter(([, times]) => times > 1), [], 'a label is doubled')
      for (const labeler of ['ada', 'bob']) {
        const numbers = records.filter((record) => record.labeler === labeler).map(({ opinion }) => (opinion.kind === 'critique' ? Number.parseInt(opinion.text, 10) : NaN))
        assert.deepEqual(numbers.sort((a, b) => a - b), Array.from({ length: BY_WINDOW }, (_, i) => i + 1))
      }
      assert.deepEqual(faults.filter(({ code }) => code !== 'tornLine'), [], 'a file is damaged')
      assert.ok(fs.readdirSync(folder).length > 3 * KILLS, 'processes were killed')
    } finally {
      fs.rmSync(scratch, { recursive: true, force: true })
    }
  })
})
