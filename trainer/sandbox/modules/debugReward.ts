/**
 * Runs one reward on one input under a debugger: `node debugReward.mjs ORDER.json`. Not confined, since a debugger reaches into a plain
 * process: started only by somebody who asked to debug this file. Sources run from the places that people know, lines unchanged, so
 * that breakpoints hold.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { RewardInput } from '../../rewards/reward.ts'
import { loadModule } from './moduleLoader.ts'
import { readModuleSources } from './moduleSources.ts'

/** What is debugged; written by the extension, read once. */
const DebugOrder = z.object({
  path: z.string(),
  /** Folder that the file and what it imports must lie in. */
  workspace: z.string(),
  /** Absent for a module that exports `reward`. */
  functionName: z.string().optional(),
  input: z.looseObject({ problem: z.unknown(), completion: z.string() }),
  options: z.record(z.string(), z.unknown())
})

async function main(place: string): Promise<void> {
  const { path, workspace, functionName, input, options } = DebugOrder.parse(JSON.parse(readFileSync(place, 'utf8')))
  const module = await loadModule(readModuleSources(path, workspace))
  const { problem, completion, ...run } = input
  const score = functionName === undefined ? undefined : (module as Readonly<Record<string, unknown>>)[functionName]
  const answer: unknown = typeof score === 'function'
    ? await (score as (...given: unknown[]) => unknown)(problem, completion, run, options)
    : await required(module.reward, path).score(input as unknown as RewardInput, options)
  console.log(answer)
}

function required<T>(reward: T | undefined, path: string): T {
  if (reward === undefined) throw new Error(`${path} has no such function and exports no reward`)
  return reward
}

await main(process.argv[2] ?? '')
