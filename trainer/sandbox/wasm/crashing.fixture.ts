/** A worker's program that fails in the ways of a broken interpreter: the candidate's text says which. */
import { writeSync } from 'node:fs'
import { serveJobs } from './serveJobs.ts'
import type { RunCall } from './serveJobs.ts'
import { REPORTS } from './workerLauncher.ts'
import type { CallReport } from './workerMessages.ts'

const report = (worker: CallReport['worker'], text = '1', end: CallReport['end'] = { ended: 'value', text }): CallReport => ({
  kind: 'call', end, stdout: '', stderr: '', outputCut: false, seconds: 0, cpuSeconds: 0, sightings: [], limitsHit: [], worker
})

const hang = (): never => { for (;;); }
/** The signal may come through another thread: what runs must not go on meanwhile. */
const end = (signal: NodeJS.Signals) => (): void => {
  process.kill(process.pid, signal)
  hang()
}

/** What a candidate did that shows only when the next one comes. */
let doomed = false

const WAYS: Readonly<Record<string, () => void>> = {
  crash: end('SIGSEGV'),
  killed: end('SIGKILL'),
  throw: () => { throw new Error('broken') },
  memory: () => { for (const all: unknown[] = []; ;) all.push(new Array(1e6).fill(0)) },
  hang,
  late: () => { doomed = true },
  babble: () => { writeSync(REPORTS, 'no report\n') }
}

serveJobs(({ files: [file] }): RunCall => {
  if (doomed) WAYS['crash']!()
  return (call, _, onBegin) => runCall(file?.text ?? '', call, onBegin)
})

function runCall(text: string, call: Parameters<RunCall>[0], onBegin: () => void): ReturnType<RunCall> {
  const [way, ...when] = text.split(' ')
  const meant = when.includes(call.style === 'stdin' ? call.stdin : call.style === 'query' ? call.schema : '')
  if (meant && way === 'slowGold') return { kind: 'slowTask' }
  if (meant && way === 'gold') hang()
  if (call.style === 'query') onBegin()
  if (meant) WAYS[way!]?.()
  if (meant && way === 'slow') return report('good', '', { ended: 'timeout', message: 'slow' })
  return report(meant && way === 'broken' ? 'broken' : 'good', way === 'pid' ? String(process.pid) : way === 'noJson' ? '{' : '1')
}
