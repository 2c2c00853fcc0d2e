import type { Engine, ModelInfo } from '../engines/engine.ts'
import { folderSource } from '../engines/chatTemplatePrelude.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { modelPlace } from '../runFiles/hubModel.ts'
import { checkModelFolder } from '../runFiles/modelFolder.ts'
import { RunFileError } from '../runFiles/runFileError.ts'
import type { Host } from './host.ts'
import { printNotices } from './printNotices.ts'
import type { Services } from './services.ts'
import { deviceKey, warnOfHolders } from './torch/deviceLock.ts'

/** Budget of a pass that only samples or scores: the default of run files. */
const MICRO_BATCH_TOKENS = 1024

/** @param place how the command line names it. @throws RunFileError where no model lies there. */
export function refuseMissingModel(model: string, host: Host, engine: ResolvedRun['engine'], place: string): void {
  const mistake = checkModelFolder(model, modelPlace(model, host.cwd), { place, base: 'the folder where the command is given' }, engine)
  RunFileError.refuse('the command line', mistake ? [mistake] : [])
}

/** Starts an engine with the model of a folder, which people name from where they stand. */
export async function openModel(
  services: Services, host: Host, model: string, options: Pick<ResolvedRun, 'engine' | 'threads' | 'torch' | 'chatTemplateKwargs'>
): Promise<{ readonly engine: Engine; readonly info: ModelInfo }> {
  const folder = modelPlace(model, host.cwd)
  refuseMissingModel(model, host, options.engine, 'MODEL')
  const engine = await services.openEngine(options.engine, { threads: options.threads, microBatchTokens: MICRO_BATCH_TOKENS, ...(options.torch && { torch: options.torch }) })
  try {
    // It takes no place on its device: a few completions are not to wait for a run of days, nor to keep one from starting.
    const warning = warnOfHolders(deviceKey(await engine.info()))
    if (warning !== undefined) printNotices(host, [warning])
    return { engine, info: await engine.loadModel(folderSource(folder, options.chatTemplateKwargs)) }
  } catch (error) {
    await engine.close()
    throw error
  }
}
