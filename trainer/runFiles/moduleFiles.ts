import type { ResolvedRun } from '../protocol/runFile.ts'
import { environmentsOf } from './environmentMistakes.ts'

/** Files of the workspace's own code that a run names, each once: environments, rewards and algorithms of all stages. */
export function moduleFilesOf(run: ResolvedRun): string[] {
  const stages = run.stages ?? []
  const references: readonly object[] = [
    ...environmentsOf(run).map(({ reference }) => reference), ...run.rewards, run.algorithm,
    ...stages.flatMap(({ rewards = [], algorithm }) => [...rewards, ...(algorithm ? [algorithm] : [])])
  ]
  return [...new Set(references.flatMap((reference) => ('path' in reference && typeof reference.path === 'string' ? [reference.path] : [])))]
}
