import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { readRows } from '../datasets/rowsFile.ts'
import { weighGroups } from '../algorithms/registry.ts'
import type { BuiltInOptions } from '../algorithms/registry.ts'
import { fakeEngineFactory } from '../engines/fake/fakeEngine.ts'
import type { FakeEngineOptions } from '../engines/fake/fakeEngine.ts'
import type { Environment } from '../environments/environment.ts'
import type { Problem } from '../protocol/problem.ts'
import type { RunEvent } from '../protocol/events.ts'
import { RunFile } from '../protocol/runFile.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { createReward } from '../rewards/registry.ts'
import type { BuiltInReward } from '../rewards/registry.ts'
import { diskFileOps } from '../stores/fileOps.ts'
import type { FileOps } from '../stores/fileOps.ts'
import { createRun, openRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import type { TrainerParts } from './trainerParts.ts'

const WORDS = ['a', 'b', 'c', 'd'] as const
const PREFIXES = ['n0', 'n1', 'n2', 'n3'] as const
export const ECHO_VOCABULARY = ['<eos>', 'say', ...WORDS, ...PREFIXES]

const EchoOptions = z.strictObject({
  words: z.number().int().min(1).max(WORDS.length).default(4),
  /** Problems that ask for a critique of the response `a`: `a n3 say b`. */
  judge: z.boolean().default(false)
})

/** `n3 say b` → `b`: right where the completion starts with the last word of the prompt. */
export const echo: Environment<z.output<typeof EchoOptions>> = {
  name: 'echo',
  title: 'Echo',
  description: 'Repeat the last word of the prompt.',
  options: EchoOptions,
  mix: z.strictObject({}),
  vocabulary: ECHO_VOCABULARY,
  generate: (random, split, { words, judge }) => {
    const prefix = random.pick(split === 'heldOut' ? PREFIXES.slice(0, 2) : PREFIXES.slice(2))
    const word = random.pick(WORDS.slice(0, words))
    return echoProblem(`${judge ? 'a ' : ''}${prefix} say ${word}`, words)
  },
  solution: ({ gold }) => gold ?? '',
  demonstrate: ({ gold }) => gold ?? '',
  render: (completion) => ({ spans: [{ kind: 'answer', from: 0, to: completion.length }], wellFormed: true, why: 'any text' }),
  grade: (completion, { gold }) => {
    const answer = completion.split(' ')[0] ?? ''
    const correct = answer === gold
    return { correct, score: correct ? 1 : 0, answer, why: `expected ${gold ?? ''}, got ${answer}` }
  },
  checkSteps: (completion, { gold }) => [{ from: 0, to: completion.length, ok: completion.startsWith(gold ?? ''), why: 'starts with the word' }],
  critique: {
    critiquePrompt: ({ prompt }, response) => ({ prompt: `${response} ${prompt}`.trim() }),
    refinePrompt: ({ prompt }, response, critique) => ({ prompt: `${response} ${critique} ${prompt}`.trim().replaceAll('  ', ' ') }),
    critiqueOf: ({ gold }, _, { steps }) => (steps.some(({ ok }) => ok === false) ? (gold ?? '') : ''),
    readVerdict: () => null,
    firstError: () => null,
    judged: ({ prompt }) => (prompt.startsWith('a ') ? { problem: echoProblem(prompt.slice(2), WORDS.length), response: 'a' } : null)
  }
}

function echoProblem(prompt: string, words: number): Problem {
  const id = prompt.replaceAll(' ', '-')
  return { id, environment: 'echo', prompt, gold: prompt.slice(-1), params: { words } }
}

export const ECHO_RUN: RunFileInput = {
  engine: 'fake',
  name: 'echo',
  model: { contextLength: 32 },
  environment: { name: 'echo' },
  seed: 3,
  steps: 6,
  problemsPerStep: 4,
  groupSize: 6,
  sampling: { maxTokens: 3 },
  optimizer: { learningRate: 0.3, warmupSteps: 2 },
  evaluation: { problems: 8, samples: 4, k: [1, 4], every: 3, duringProblems: 4 },
  checkpoint: { every: 2, keep: 2 }
}

/** A file system in memory, where the machine has one: atomic replacements sync whatever they are told. */
const MEMORY = '/dev/shm'

/** Nothing here outlives the machine, so nothing waits for the disk. */
const unsynced = (ops: FileOps): FileOps => ({ ...ops, sync: () => undefined })

/** A run in a folder of its own, with what the trainer needs; `parts` opens the directory anew, as a new process would. */
export interface TestRun {
  readonly folder: string
  readonly events: RunEvent[]
  open(options?: TestOptions): Promise<{ parts: TrainerParts; directory: RunDirectory }>
  remove(): void
}

export interface TestOptions {
  readonly engine?: (start: number) => FakeEngineOptions
  readonly parts?: Partial<TrainerParts>
  readonly onEvent?: (event: RunEvent) => void
  /** Of the run directory: lets changes of the disk fail. */
  readonly ops?: FileOps
  /** Whether a finished run compacts its rollouts: left out by default, since starting the database takes longer than the run. */
  readonly compacts?: boolean
}

export async function testRun(file: Partial<RunFileInput> = {}): Promise<TestRun> {
  const root = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'trainer-test-'))
  const folder = join(root, 'run')
  const run = RunFile.parse({ ...ECHO_RUN, ...file })
  const created = await createRun({ directory: folder, runId: 'test-run', run, source: { path: 'echo.run.json', text: '{}' }, createdAt: new Date(0) })
  created.close()
  const events: RunEvent[] = []
  return {
    folder,
    events,
    open: async (options = {}) => {
      const directory = await openRun(folder, { ops: unsynced(options.ops ?? diskFileOps) })
      if (!options.compacts) directory.rollouts.compact = async () => 0
      const emit = (event: RunEvent): void => {
        events.push(event)
        options.onEvent?.(event)
      }
      return { directory, parts: { ...testParts(directory, options), emit, ...options.parts } }
    },
    remove: () => rmSync(root, { recursive: true })
  }
}

function testParts(directory: RunDirectory, options: TestOptions): Omit<TrainerParts, 'emit'> {
  return {
    directory,
    model: { kind: 'new', model: RunFile.shape.model.options[1].parse({ contextLength: 32 }), vocabulary: ECHO_VOCABULARY, seed: 7 },
    startEngine: fakeEngineFactory(options.engine),
    openEnvironment: (ref) => ({ environment: echo as Environment, options: EchoOptions.parse(ref.options) }),
    parseMix: (environment, mix) => environment.mix.parse(mix),
    openReward: (ref) => createReward(ref as BuiltInReward),
    openData: ({ file, kind }) => readRows(file, kind),
    stepScorer: () => ({ score: () => Promise.reject(new Error('no step reward model')) }),
    weigh: (groups, algorithm, context) => weighGroups(groups, algorithm as BuiltInOptions, context),
    clock: { now: () => new Date(0), seconds: () => 0 },
    versions: { trainer: 'test' }
  }
}
