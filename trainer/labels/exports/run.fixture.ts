import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Label, LabelRecordInput } from '../../protocol/label.ts'
import { RunFile } from '../../protocol/runFile.ts'
import type { Rollout } from '../../protocol/rollout.ts'
import { createRun } from '../../stores/runDirectory.ts'
import type { RowRollout } from '../rows/rowRollout.ts'
import { openLabelWriter } from '../store/labelLog.ts'

/** A folder for the tests of a `describe`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-labels-'))
  after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A run with these rollouts: in a step of its own each, in shards or in step files. Words are tokens. */
export async function makeRun(directory: string, rollouts: readonly RowRollout[], compacted = false): Promise<void> {
  const run = await createRun({ directory, runId: 'id', run: RunFile.parse({ model: 'none' }), source: { path: 'x.run.json', text: '{}' }, createdAt: new Date(0) })
  for (const [i, rollout] of rollouts.entries()) {
    const open = run.rollouts.openStep({ kind: rollout.kind, step: i + 1 })
    const record = wholeRollout(rollout, i + 1)
    open.append(record)
    open.seal([record])
  }
  if (compacted) await run.rollouts.compact({ throughStep: rollouts.length, all: true })
  run.close()
}

function wholeRollout({ segments, gold, ...rollout }: RowRollout, step: number): Rollout {
  return {
    version: 1, stage: 'rl', step, attempt: 1, superseded: false, group: `g${step}`, sampleIndex: 0, environment: 'test', params: {}, ...(gold === undefined ? {} : { gold }),
    ...rollout, correct: null, steps: [], reward: { total: null, parts: [] }, policyVersion: 0, seed: 0,
    timing: { sampledAt: '2030-01-01T00:00:00.000Z', sampleSeconds: 0, rewardSeconds: 0 }, errors: [], tags: {},
    segments: segments.map(({ text, spans, samplePrompt }) => {
      const ends = [...text.matchAll(/\S+/g)].map((word) => word.index + word[0].length)
      const tokens = [...text.matchAll(/\S+/g)].map(([word]) => [...word].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 65_536, 0))
      const zeros = tokens.map(() => 0)
      return {
        text, spans: [...spans], samplePrompt: { ...samplePrompt, tokens: [] }, tokens, tokenEnds: ends, logprobs: zeros, samplingLogprobs: zeros, entropies: zeros,
        mask: tokens.map(() => 1 as const), source: 'policy', stopReason: 'endOfText'
      }
    })
  }
}

/** Appends labels as records of their labelers; answers the files. */
export function writeLabels(folder: string, labels: readonly Label[]): string[] {
  return [...new Set(labels.map(({ labeler }) => labeler))].map((labeler) => {
    const writer = openLabelWriter({ folder, labeler, writer: 'w1' })
    writer.append(labels.filter((label) => label.labeler === labeler) as LabelRecordInput[])
    writer.close()
    return writer.file
  })
}
