import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const models = fileURLToPath(new URL('../../samples/models', import.meta.url))

/** A run file of short steps, of which there are more than any test waits for; `evaluation` as run files have it. */
export function writeSteerableRun(workspace: string, name: string, evaluation: object = { problems: 4, samples: 1, every: 100_000 }): string {
  const file = join(workspace, `${name}.run.json`)
  writeFileSync(file, JSON.stringify({
    name, recipe: 'grpo', model: join(models, 'arithmetic-chain'), environment: { name: 'arithmetic-chain' }, threads: 1,
    steps: 100_000, problemsPerStep: 2, groupSize: 4, sampling: { maxTokens: 56 }, evaluation, checkpoint: { every: 2 }
  }, null, 2))
  return file
}
