import { resolve } from 'node:path'
import { startControlServer } from '../../control/controlServer.ts'
import { REFRESH_MILLISECONDS } from '../../control/privateFolder.ts'
import { enterTrainer, leaveRegistry, refreshEntry } from '../../control/registry.ts'
import { CONTROL_PROTOCOL } from '../../protocol/control.ts'
import type { TrainerOrder, TrainerReady } from '../../protocol/control.ts'
import { PaidCheatsError } from '../../redteam/paidCheats.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import { NotApprovedError } from '../../sandbox/modules/trust.ts'
import { ownIdentity } from '../../stores/processIdentity.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { asLabError, HostedRun } from '../hosting/hostedRun.ts'
import { requireNativeModules } from '../hosting/nativeModules.ts'
import { readOrder } from '../hosting/readOrder.ts'
import type { RunOutcome, Services } from '../services.ts'
import { launchRequest } from '../watchRun.ts'
import { requireWritable } from '../writableFolder.ts'

/**
 * The trainer of one run as the extension starts it: takes an order on standard input, answers with one line on standard
 * output, then runs to its end, reached through its pipe alone.
 */
export async function hostCommand(host: Host, services: Services, input: AsyncIterable<Buffer | string> = process.stdin): Promise<ExitCode> {
  // The window that gave the order may be reloaded before it hears the answer; the next one finds the run by its entry.
  host.outliveReader()
  const answer = answerOnce(host)
  try {
    const order = await readOrder(input)
    await requireNativeModules()
    const outcome = await hostRun(host, services, order, answer)
    return outcome.state === 'finished' ? EXIT.finished : EXIT.stopped
  } catch (error) {
    const { code, message, remedy } = asLabError(error)
    answer({ ready: false, code, message, remedy, ...neededFrom(error) })
    throw error
  }
}

/** What people would have to consent to. */
function neededFrom(error: unknown): Pick<Extract<TrainerReady, { ready: false }>, 'paidCheats' | 'unapproved'> {
  if (error instanceof PaidCheatsError) return { paidCheats: [...error.paid] }
  return error instanceof NotApprovedError ? { unapproved: [...error.modules] } : {}
}

type Answer = (ready: TrainerReady) => void

/** Whoever ordered the run reads one line; later nobody may be there. */
function answerOnce(host: Host): Answer {
  let answered = false
  return (ready) => {
    if (!answered) host.stdout.write(`${JSON.stringify(ready)}\n`)
    answered = true
  }
}

async function hostRun(host: Host, services: Services, order: TrainerOrder, answer: Answer): Promise<RunOutcome> {
  const { registry, id, pipe, token } = order
  const run = new HostedRun(services.program.version, order.directory, (begun) => {
    enter(services, order, begun)
    answer({ ready: true, pid: process.pid, ...begun })
  })
  const server = await startControlServer({ pipe, token, run })
  run.speakTo(server)
  const leave = (): void => leaveRegistry(registry, id)
  const refresh = setInterval(() => refreshEntry(registry, id), REFRESH_MILLISECONDS).unref()
  const stopListening = host.onSignal((signal) => void (signal === 'SIGTERM' ? run.stopNow() : run.stop()))
  process.once('exit', leave)
  try {
    const outcome = await runOf(services, order, run)
    run.ended()
    // A run that had finished before it was resumed tells its end without having begun.
    answer({ ready: true, pid: process.pid, runId: outcome.summary?.runId ?? '', directory: outcome.directory })
    return outcome
  } catch (error) {
    run.ended(error)
    throw error
  } finally {
    clearInterval(refresh)
    stopListening()
    await server.close()
    leave()
    process.off('exit', leave)
  }
}

function enter({ program }: Services, { registry, id, pipe, token, device }: TrainerOrder, begun: { readonly runId: string; readonly directory: string }): void {
  const { host, pid, startedAt } = ownIdentity()
  enterTrainer(registry, {
    version: 1, id, ...begun, pipe, token, host, pid, ...(startedAt !== undefined && { startedAt }),
    protocol: CONTROL_PROTOCOL, runtimeVersion: program.version, runtime: program.folder, ...(device !== undefined && { device })
  })
}

function runOf(services: Services, order: TrainerOrder, run: HostedRun): Promise<RunOutcome> {
  const { trustedModules, unsafeSandbox, asksGit } = order
  const consents = { trustWorkspace: false, trustedModules, unsafeSandbox, asksGit }
  if (order.kind === 'resume') return services.resume(resolve(order.directory), consents, run.runControl)
  const settings = order.seed === undefined ? order.overrides : [...order.overrides, `seed=${order.seed}`]
  const loaded = loadRunFile(resolve(order.file), settings, services.catalogue, order.file, order.text)
  requireWritable(order.directory, 'Choose a folder for runs that you may write into (the setting rolloutLab.runsFolder).')
  const request = launchRequest(loaded, loaded.run, resolve(order.directory), { ...consents, ...(order.acceptPaidCheats && { acceptPaidCheats: order.acceptPaidCheats }) })
  return services.launch(request, run.runControl)
}
