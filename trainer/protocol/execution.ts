import { z } from 'zod'
import { Count, Finite, NonNegative, Positive, PositiveCount } from './numbers.ts'

/** Languages of programs that a model writes. TypeScript has its types taken off, not checked. */
export const Language = z.enum(['javascript', 'typescript', 'python', 'sql'])
export type Language = z.infer<typeof Language>

/** What runs programs. `unsafe` is a plain process: no file, setting or link can choose it. */
export const SandboxName = z.enum(['quickjs', 'sqlite', 'bubblewrap', 'sandbox-exec', 'container', 'unsafe', 'fake'])
export type SandboxName = z.infer<typeof SandboxName>

const LIMITS = {
  wallSeconds: Positive.describe('Seconds that pass during one test.'),
  cpuSeconds: Positive.describe('Seconds of processor time of one test.'),
  memoryMegabytes: PositiveCount.describe('Memory of a program, in megabytes.'),
  processes: PositiveCount.describe('Processes and threads at a time.'),
  outputBytes: PositiveCount.describe('Bytes of standard output and error of one test.'),
  fileBytes: PositiveCount.describe('Bytes of one file and of all files together.'),
  files: PositiveCount.describe('Files that a program may have in its folder.')
}

/** Limits in place of others: what is left out stays as it is, also where the record of a run is read again. */
export const LimitChanges = z.strictObject(LIMITS).partial()

/** What one execution may use. Every limit that is hit has a verdict of its own. */
export const Limits = z.strictObject({
  wallSeconds: LIMITS.wallSeconds.default(5),
  cpuSeconds: LIMITS.cpuSeconds.default(5),
  memoryMegabytes: LIMITS.memoryMegabytes.default(256),
  processes: LIMITS.processes.default(16),
  outputBytes: LIMITS.outputBytes.default(64 * 1024),
  fileBytes: LIMITS.fileBytes.default(8 * 1024 * 1024),
  files: LIMITS.files.default(64)
})
export type Limits = z.infer<typeof Limits>

/** A file of a program; `path` is relative, with `/`, and never leads out of its folder. */
export const ProgramFile = z.strictObject({ path: z.string().min(1), text: z.string() })
export type ProgramFile = z.infer<typeof ProgramFile>

const TestCommon = {
  name: z.string().min(1),
  /** True where the model was shown it. */
  visible: z.boolean(),
  /** True where it was drawn anew for this execution, so that no answer to it can be learned by heart. */
  fresh: z.boolean().default(false)
}

/** A test: input for the candidate, and what is expected, which never enters the candidate's process. */
export const TestCase = z.discriminatedUnion('style', [
  z.strictObject({
    ...TestCommon, style: z.literal('call'), function: z.string().min(1), args: z.array(z.json()), expected: z.json(),
    tolerance: NonNegative.default(0).describe('Allowed absolute or relative difference of numbers.')
  }),
  z.strictObject({ ...TestCommon, style: z.literal('stdin'), stdin: z.string(), expected: z.string() }),
  z.strictObject({
    ...TestCommon, style: z.literal('query'), schema: z.string().describe('SQL that makes and fills the tables.'),
    gold: z.string().describe('The query whose result set is expected.'), ordered: z.boolean().default(false)
  })
])
export type TestCase = z.infer<typeof TestCase>

/** How the verdicts of tests become a score in [0, 1]. */
export const TestScoring = z
  .enum(['all', 'partial', 'firstK'])
  .describe('all: 1 where every test passes, else 0; partial: share of tests that pass; firstK: share of tests before the first that fails.')
export type TestScoring = z.infer<typeof TestScoring>

/** A program and the tests that judge it. */
export const CodeTask = z.strictObject({
  kind: z.literal('code'),
  language: Language,
  /** The first file is the one that is run or imported. */
  files: z.array(ProgramFile).min(1),
  tests: z.array(TestCase).min(1),
  limits: Limits.prefault({})
})
export type CodeTask = z.infer<typeof CodeTask>

/** A change of a workspace, judged by the workspace's own tests at a pinned commit. */
export const WorkspaceTask = z.strictObject({
  kind: z.literal('workspace'),
  /** Absolute path of the git repository; only read. */
  repository: z.string().min(1),
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** Folder of the project in the repository, relative; '' = its root. */
  folder: z.string(),
  /** The files as the candidate left them; only paths of `editable`. */
  files: z.array(ProgramFile),
  /** Paths, relative to the repository, that the candidate was given to change. */
  editable: z.array(z.string().min(1)).min(1),
  runner: z.discriminatedUnion('name', [
    z.strictObject({ name: z.enum(['mocha', 'vitest', 'jest', 'pytest']) }),
    z.strictObject({ name: z.literal('junit'), command: z.array(z.string().min(1)).min(1), report: z.string().min(1).describe('JUnit file that the command writes, relative.') })
  ]),
  /** What may come back from the candidate's process, where its modules run apart from the tests: as little as the original needs. */
  boundary: z.enum(['data', 'functions', 'objects']).default('data'),
  /** Test files to run; empty = as the runner finds them. */
  testFiles: z.array(z.string()),
  /** Full names of tests that must pass: those that fail before the change … */
  failToPass: z.array(z.string()).min(1),
  /** … and those that pass already. */
  passToPass: z.array(z.string()),
  limits: Limits.prefault({ wallSeconds: 60, cpuSeconds: 60, memoryMegabytes: 1024, processes: 64, outputBytes: 1 << 20, fileBytes: 256 << 20, files: 4096 })
})
export type WorkspaceTask = z.infer<typeof WorkspaceTask>

export const ExecutionTask = z.discriminatedUnion('kind', [CodeTask, WorkspaceTask])
export type ExecutionTask = z.infer<typeof ExecutionTask>

/** Why a test did not pass. `noResult` = the candidate ended without answering (an early exit, a killed process). */
export const TestVerdict = z.enum(['pass', 'wrongValue', 'exception', 'timeout', 'memory', 'outputLimit', 'forbidden', 'noResult'])
export type TestVerdict = z.infer<typeof TestVerdict>

/** One test of an execution. Texts are the candidate's: hostile, and cut to a length. */
export const TestRun = z.object({
  name: z.string(),
  visible: z.boolean(),
  fresh: z.boolean(),
  /** null = not judged: an infrastructure failure, never counted as wrong. */
  verdict: TestVerdict.nullable(),
  /** One sentence for people. */
  why: z.string(),
  input: z.string().optional(),
  expected: z.string().optional(),
  got: z.string().optional(),
  /** Standard output and error, cut. */
  output: z.string(),
  outputCut: z.boolean(),
  seconds: NonNegative
})
export type TestRun = z.infer<typeof TestRun>

/** Marks of cheating. They are recorded as such; whether they cost reward is the run file's to say. */
export const TamperKind = z.enum(['earlyExit', 'outputAfterVerdict', 'forbiddenAccess', 'specialCased', 'testsSkipped', 'forgedResult', 'protectedFile'])
export type TamperKind = z.infer<typeof TamperKind>
export const TamperSignal = z.object({ kind: TamperKind, why: z.string() })
export type TamperSignal = z.infer<typeof TamperSignal>

/** What one execution of a candidate showed: a record, never computed again. */
export const ExecutionRecord = z.object({
  /** Turn of the rollout, from 1, whose program this is. */
  turn: PositiveCount,
  backend: SandboxName,
  language: Language.nullable(),
  files: z.array(ProgramFile),
  tests: z.array(TestRun),
  signals: z.array(TamperSignal),
  /** Limits that were hit, by their name in `Limits`. */
  limitsHit: z.array(z.string()),
  /** From the hand-over to a worker to its answer; waiting is apart. */
  seconds: NonNegative,
  queueSeconds: NonNegative,
  cpuSeconds: Finite.nullable(),
  peakMegabytes: Finite.nullable(),
  /** Tries that ended in an infrastructure failure before this one. */
  retries: Count,
  /** An infrastructure failure that retries did not mend: all verdicts are null. */
  failure: z.string().nullable()
})
export type ExecutionRecord = z.infer<typeof ExecutionRecord>
