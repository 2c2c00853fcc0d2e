/**
 * Synthetic runs of any size in exactly the layout that the stores write. Numbers follow from the seed alone, so that a test
 * can compute them again; texts and tokens are put together from a bank of pieces, which keeps a million rollouts affordable.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import { sqlText, withDuckDb } from '../../trainer/stores/duckDb.ts'
import type { DuckDb } from '../../trainer/stores/duckDb.ts'
import { ROLLOUT_COLUMNS } from '../../trainer/stores/rolloutColumns.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { RUN_FILES, shardFileName } from '../../trainer/stores/runLayout.ts'
import { writeBeside } from '../../trainer/stores/shardDrafts.ts'
import { shardFormat } from '../../trainer/stores/shardFormat.ts'

export interface SyntheticRun {
  /** Where the run directory is made; its folder must exist. */
  readonly directory: string
  readonly rollouts: number
  readonly seed?: number
  readonly name?: string
  /** Rollouts of a step: groups × rollouts of a group. */
  readonly groupsPerStep?: number
  readonly groupSize?: number
  readonly rolloutsPerShard?: number
  /** Tokens of a completion on average; completions have 3, 4 or 5 pieces of a quarter of this. */
  readonly tokens?: number
  readonly report?: (line: string) => void
}

/** Characters of every token, so that offsets follow from token numbers. */
export const CHARACTERS_PER_TOKEN = 4
const PIECES = 256
const PROBLEMS = 2000
const AT = '2025-01-31T12:00:00.000Z'
const WORDS = ['red', 'sum', 'low', 'max', 'add', 'two', 'one', 'six', 'ten', 'try', 'not', 'and', 'so.', 'the', 'is:', 'yes', 'no.', 'a+b', '7*3', '=21', '(4)', 'mul', 'div', 'end']

type Settings = Required<SyntheticRun>

/** Makes a finished run of compacted shards; returns its directory. */
export async function makeSyntheticRun(wanted: SyntheticRun): Promise<string> {
  const settings: Settings = {
    seed: 1, name: 'synthetic', groupsPerStep: 10, groupSize: 8, rolloutsPerShard: 50_000, tokens: 300, report: () => undefined, ...wanted
  }
  const run = await createRun({
    directory: settings.directory,
    runId: `synthetic-${settings.rollouts}-${settings.seed}`,
    run: RunFile.parse({
      name: settings.name, model: 'models/base', seed: settings.seed, environment: { name: 'countdown' }, steps: stepsOf(settings),
      problemsPerStep: settings.groupsPerStep, groupSize: settings.groupSize,
      rewards: [{ name: 'answer', weight: 1 }, { name: 'format', weight: 0.1 }, { name: 'length', weight: 0.1 }]
    }),
    source: { path: 'synthetic.run.json', text: '{}' },
    createdAt: new Date(AT)
  })
  try {
    await writeShards(join(run.path, RUN_FILES.rollouts), settings)
    writeMetrics(join(run.path, RUN_FILES.metrics), stepsOf(settings))
    run.state.write({ version: 1, runId: run.record.runId, status: 'finished', stage: 'rl', step: stepsOf(settings), steps: stepsOf(settings), seconds: 60, updatedAt: AT })
  } finally {
    run.close()
  }
  return run.path
}

const stepsOf = ({ rollouts, groupsPerStep, groupSize }: Settings): number => Math.ceil(rollouts / (groupsPerStep * groupSize))

async function writeShards(folder: string, settings: Settings): Promise<void> {
  const { rollouts, rolloutsPerShard, report } = settings
  for (let number = 0; number * rolloutsPerShard < rollouts; number++) {
    const from = number * rolloutsPerShard
    const to = Math.min(rollouts, from + rolloutsPerShard)
    const [shard, index, text] = (['shard', 'index', 'text'] as const).map((part) => join(folder, shardFileName(part, number))) as [string, string, string]
    await withDuckDb({ files: [shard, index, text], memoryMegabytes: 4000, deadlineSeconds: 3600 }, async (db) => {
      await writePieces(db, settings)
      await db.run(`COPY (${rolloutsSql(from, to, settings)}) TO ${sqlText(shard)} ${shardFormat('shard')}`)
      await writeBeside(db, { shard, index, text })
    })
    report(`${to.toLocaleString('en-US')} of ${rollouts.toLocaleString('en-US')} rollouts`)
  }
}

/** `pieces`: text and per-token arrays of a quarter of a completion. */
async function writePieces(db: DuckDb, { tokens, seed }: Settings): Promise<void> {
  const length = Math.round(tokens / 4)
  const words = `[${WORDS.map((word) => sqlText(`${word} `)).join(', ')}]`
  await db.run(`CREATE TABLE pieces AS SELECT piece,
    string_agg(${words}[1 + token], '' ORDER BY t) AS text, list(CAST(token AS BIGINT) ORDER BY t) AS tokens,
    list(-draw * 2 ORDER BY t) AS logprobs, list(draw ORDER BY t) AS entropies
    FROM (SELECT piece, t, CAST(hash(piece, t, ${seed}) % ${WORDS.length} AS BIGINT) AS token, CAST(hash(t, piece, ${seed}) % 1000003 AS DOUBLE) / 1000003 AS draw
      FROM range(${PIECES}) p(piece), range(${length}) r(t)) GROUP BY piece`)
  await db.run(`CREATE TABLE ends AS SELECT pieces, list(CAST(${CHARACTERS_PER_TOKEN} * (t + 1) AS BIGINT) ORDER BY t) AS tokenEnds, list(CAST(1 AS TINYINT) ORDER BY t) AS mask
    FROM (VALUES (3), (4), (5)) v(pieces), range(5 * ${length}) r(t) WHERE t < pieces * ${length} GROUP BY pieces`)
}

/** Rollout number n: everything but the pieces follows from n and the seed. */
function rolloutsSql(from: number, to: number, { seed, groupsPerStep, groupSize }: Settings): string {
  const perStep = groupsPerStep * groupSize
  const piece = (number: number): string => `CAST((h >> ${8 * number}) % ${PIECES} AS BIGINT)`
  const joined = (column: string): string =>
    `p0.${column} || p1.${column} || p2.${column} || CASE pieces WHEN 3 THEN [] WHEN 4 THEN p3.${column} ELSE p3.${column} || p4.${column} END`
  return `WITH numbers AS MATERIALIZED (
      SELECT n, 1 + n // ${perStep} AS step, n % ${perStep} // ${groupSize} AS g, n % ${groupSize} AS s, hash(n, ${seed}) AS h,
        CAST(hash(n // ${groupSize}, ${seed} + 1) % ${PROBLEMS} AS BIGINT) AS problem FROM range(${from}, ${to}) r(n)),
    drawn AS (
      SELECT *, CAST(3 + (h >> 48) % 3 AS INTEGER) AS pieces, CAST(h % 1000 AS DOUBLE) / 1000 < 0.2 + 0.6 * n / ${Math.max(1, to)} - 0.3 * (problem % 5) / 5 AS correct,
        (h >> 20) % 10 < 9 AS formatted, (h >> 30) % 500 = 0 AS failed, (h >> 33) % 20 = 0 AS cut FROM numbers),
    scored AS (
      SELECT *, CASE WHEN failed THEN NULL ELSE CAST(correct AS INTEGER) + 0.1 * CAST(formatted AS INTEGER) + 0.1 * ((h >> 40) % 11) / 10 END AS total FROM drawn),
    weighed AS (
      SELECT *, total - avg(total) OVER (PARTITION BY step, g) AS advantage, min(total) OVER (PARTITION BY step, g) < max(total) OVER (PARTITION BY step, g) AS kept FROM scored)
  SELECT ${Object.entries(ROLLOUT_COLUMNS).map(([name, type]) => `CAST(${VALUES[name]!(joined, seed)} AS ${type}) AS "${name}"`).join(',\n    ')}
  FROM (SELECT * FROM weighed ORDER BY n) JOIN ends USING (pieces)
    JOIN pieces p0 ON p0.piece = ${piece(0)} JOIN pieces p1 ON p1.piece = ${piece(1)} JOIN pieces p2 ON p2.piece = ${piece(2)}
    JOIN pieces p3 ON p3.piece = ${piece(3)} JOIN pieces p4 ON p4.piece = ${piece(4)}`
}

type Joined = (column: string) => string

/** The value of every field of a record. The first 32 characters of a completion are the MD5 of its number. */
const VALUES: Readonly<Record<string, (joined: Joined, seed: number) => string>> = {
  version: () => '1',
  id: () => "format('t{:06d}.1-{:03d}-{:02d}', step, g, s)",
  kind: () => "'train'",
  stage: () => "'rl'",
  step: () => 'step',
  attempt: () => '1',
  superseded: () => 'false',
  group: () => "format('t{:06d}-{:03d}', step, g)",
  sampleIndex: () => 's',
  problemId: (_, seed) => `substr(sha256(format('{}-{}', problem, ${seed})), 1, 16)`,
  environment: () => "CASE problem % 3 WHEN 0 THEN 'arithmetic-chain' ELSE 'countdown' END",
  params: () => `format('{{"depth":{}}}', problem % 5)`,
  gold: () => 'CAST(problem AS VARCHAR)',
  segments: (joined) => `[{'samplePrompt': {'text': format('Problem {}: reach it.\n', problem), 'tokens': [1, 2, 3], 'messages': NULL}, 'trainPrompt': NULL,
      'text': md5(CAST(n AS VARCHAR)) || substr(${textOf()}, 33), 'tokens': ${joined('tokens')}, 'tokenEnds': tokenEnds, 'logprobs': ${joined('logprobs')},
      'samplingLogprobs': ${joined('logprobs')}, 'entropies': ${joined('entropies')}, 'advantages': list_resize(CAST([] AS DOUBLE[]), len(tokenEnds), coalesce(advantage, 0)),
      'mask': mask, 'source': 'policy', 'spans': [{'kind': 'think', 'from': 0, 'to': 4 * len(mask)}], 'parent': NULL,
      'stopReason': CASE WHEN cut THEN 'length' ELSE 'endOfText' END}]`,
  executions: () => 'NULL',
  answer: () => "CASE WHEN formatted THEN CAST(CASE WHEN correct THEN problem ELSE h % 100 END AS VARCHAR) END",
  correct: () => 'CASE WHEN NOT failed THEN correct END',
  steps: () => '[]',
  reward: () => `{'total': total, 'parts': [
      {'name': 'answer', 'score': CASE WHEN NOT failed THEN CAST(correct AS INTEGER) END, 'weight': 1, 'why': CASE WHEN failed THEN 'timed out' ELSE 'compared' END},
      {'name': 'format', 'score': CAST(formatted AS INTEGER), 'weight': 0.1, 'why': 'parsed'},
      {'name': 'length', 'score': CAST((h >> 40) % 11 AS DOUBLE) / 10, 'weight': 0.1, 'why': 'counted'}]}`,
  filter: () => "{'kept': coalesce(kept, false), 'why': CASE WHEN kept THEN 'mixed group' ELSE 'zero variance' END}",
  policyVersion: () => 'step - 1',
  seed: () => 'h % 2147483647',
  timing: () => `{'sampledAt': '${AT}', 'sampleSeconds': 0.5, 'rewardSeconds': 0.001}`,
  errors: () => '[]',
  tags: () => "'{}'"
}

const textOf = (): string => "p0.text || p1.text || p2.text || CASE pieces WHEN 3 THEN '' WHEN 4 THEN p3.text ELSE p3.text || p4.text END"

function writeMetrics(place: string, steps: number): void {
  writeFileSync(place, '')
  const lines: string[] = []
  for (let step = 1; step <= steps; step++) {
    const progress = step / steps
    const values = {
      'reward/mean': 0.2 + 0.6 * progress + 0.05 * Math.sin(step), 'train/passAt1': 0.2 + 0.6 * progress, 'policy/entropy': 1 - 0.8 * progress,
      'groups/zeroVariance': 0.1 + 0.3 * progress, 'length/mean': 300, 'gradient/norm': 1 + 0.1 * Math.cos(step), 'rollouts/total': 80, 'seconds/sample': 0.5
    }
    lines.push(JSON.stringify({ version: 1, stage: 'rl', step, at: AT, seconds: step, values }))
  }
  appendFileSync(place, `${lines.join('\n')}\n`)
}
