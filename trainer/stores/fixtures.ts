/** Records for tests of the stores: complete, valid, and with every optional field present somewhere. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Rollout, Segment } from '../protocol/rollout.ts'
import { RunFile } from '../protocol/runFile.ts'
import { padded } from './runLayout.ts'
import type { NewRun } from './runDirectory.ts'

export const AT = '2025-01-31T12:00:00.000Z'

const SCRATCH = /^rollout-lab-stores-(\d+)-/
let scratch: string | undefined

/** One folder for all that this process makes, with its id in the name; those of processes that were killed are swept. */
function scratchFolder(): string {
  if (scratch !== undefined) return scratch
  for (const name of fs.readdirSync(os.tmpdir())) {
    const pid = Number(SCRATCH.exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true })
  }
  const made = fs.mkdtempSync(path.join(os.tmpdir(), `rollout-lab-stores-${process.pid}-`))
  process.once('exit', () => fs.rmSync(made, { recursive: true, force: true }))
  return (scratch = made)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Another user's process may not be signalled.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A fresh folder, removed when the test process ends. */
export function temporaryFolder(): string {
  return fs.mkdtempSync(path.join(scratchFolder(), 'test-'))
}

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function newRun(directory: string): NewRun {
  const text = '{ "name": "fixture", "model": "models/base" } // written by hand'
  return { directory, runId: path.basename(directory), run: RunFile.parse({ name: 'fixture', model: 'models/base' }), source: { path: 'fixture.run.json', text }, createdAt: new Date(AT) }
}

export interface RolloutPlace {
  readonly kind?: 'train' | 'evaluation'
  readonly step: number
  readonly attempt?: number
  readonly group?: number
  readonly sample?: number
  readonly tokens?: number
}

/** A rollout whose numbers depend on its group and sample alone, not on the attempt. */
export function rollout(place: RolloutPlace): Rollout {
  const { kind = 'train', step, attempt = 1, group = 0, sample = 0, tokens = 60 } = place
  const random = numbersFrom(step * 10_000 + group * 100 + sample)
  const correct = random() < 0.5
  const groupName = padded(group, 3)
  return {
    version: 1,
    id: `${kind === 'train' ? 't' : 'e'}${padded(step, 6)}.${attempt}-${groupName}-${padded(sample, 2)}`,
    kind, stage: 'rl', step, attempt, superseded: false,
    group: groupName,
    sampleIndex: sample,
    problemId: `problem-${group}`,
    environment: 'countdown',
    params: { depth: 2, hard: true, family: 'a' },
    ...(group % 2 === 0 ? { gold: '(1+2)*3' } : {}),
    segments: [segment(random, tokens, sample)],
    answer: sample % 3 === 0 ? null : 'x = 3',
    correct,
    steps: [{ from: 0, to: 3, ok: correct, why: 'checked' }, { from: 3, to: 5, ok: null, why: 'not checkable' }],
    reward: { total: correct ? 1 : 0, parts: [{ name: 'answer', score: correct ? 1 : 0, weight: 1, why: 'equal' }, { name: 'tool', score: null, weight: 0, why: 'timed out' }] },
    policyVersion: step,
    seed: Math.floor(random() * 2 ** 31),
    timing: { sampledAt: AT, sampleSeconds: random(), rewardSeconds: random() / 100 },
    errors: sample % 4 === 0 ? [{ boundary: 'reward', message: 'timed out' }] : [],
    tags: { split: 'train' }
  }
}

function segment(random: () => number, tokens: number, sample: number): Segment {
  const indexes_T = Array.from({ length: tokens }, (_, t) => t)
  const prompt = { text: 'Reach 9 with 1 2 3\n', tokens: [1, 2, 3], messages: [{ role: 'user' as const, content: 'Reach 9' }] }
  return {
    samplePrompt: prompt,
    ...(sample % 2 === 0 ? { trainPrompt: { text: 'Reach 9', tokens: [1, 2] }, parent: 't000000.1-000-00' } : {}),
    text: 'ab\u0000"😀\n'.repeat(tokens),
    tokens: indexes_T.map(() => Math.floor(random() * 5000)),
    tokenEnds: indexes_T.map((t) => 7 * (t + 1)),
    logprobs: indexes_T.map(() => Math.log(1 - random())),
    samplingLogprobs: indexes_T.map(() => Math.log(1 - random())),
    entropies: indexes_T.map(() => random()),
    mask: indexes_T.map((t) => (t % 2 === 0 ? 1 : 0)),
    source: 'policy',
    spans: [{ kind: 'think', from: 0, to: 3 }],
    stopReason: 'endOfText'
  }
}

/** The final form of rollouts: advantages and the filter's word filled in. */
export function weighed(rollouts: readonly Rollout[]): Rollout[] {
  return rollouts.map((one) => ({
    ...one,
    filter: { kept: true, why: 'mixed group' },
    segments: one.segments.map((part) => ({ ...part, advantages: part.tokens.map(() => (one.reward.total ?? 0) - 0.5) }))
  }))
}
