import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { labRun, root } from './labProcess.ts'

/**
 * The base model of a sample from the n-th seed of its supervised stage. The first is the one that ships; the others are
 * made by the sample's own run file, once, and kept.
 */
export async function baseModel(sample: string, n: number, report: (line: string) => void): Promise<string> {
  if (n === 1) return join(root, 'samples', 'models', sample)
  const run = join(root, '.rollout-lab', 'bases', `${sample}-${n}`)
  const model = join(run, 'model')
  if (!existsSync(model)) {
    report(`making the base of ${sample} from supervised seed ${n} …`)
    await labRun(join(root, 'samples', sample, 'base.run.json'), run, ['--seed', String(n)])
  }
  return model
}
