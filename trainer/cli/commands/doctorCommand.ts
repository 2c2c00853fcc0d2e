import { checkEngine } from '../doctor/checkEngine.ts'
import { checkDisk, checkNode } from '../doctor/checkMachine.ts'
import { checkGit, checkGpu } from '../doctor/checkPrograms.ts'
import { checkSandboxes } from '../doctor/checkSandboxes.ts'
import { checkTorch } from '../doctor/checkTorch.ts'
import { checkVllm } from '../doctor/checkVllm.ts'
import { execute } from '../doctor/execute.ts'
import type { Execute } from '../doctor/execute.ts'
import type { Finding } from '../doctor/finding.ts'
import type { Engine } from '../../engines/engine.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { runnable } from '../runnable.ts'
import { plainLine } from '../terminal/plainText.ts'
import { stylesFor } from '../terminal/styles.ts'
import { padEnd } from '../terminal/width.ts'

/** What this machine can do: engines, Python, GPU, sandboxes, disk; each missing piece with what mends it. */
export async function doctorCommand(host: Host, services: Services, { json }: { readonly json: boolean }, run: Execute = execute): Promise<ExitCode> {
  const findings = await examine(host, services, run)
  const fit = findings.every(({ state, required }) => !required || state === 'ok')
  if (json) host.stdout.write(`${JSON.stringify({ version: 1, fit, findings })}\n`)
  else host.stdout.write(`${report(host, findings)}\n${fit ? 'Ready to train.' : 'Cannot train yet: mend what is marked ✗ and required.'}\n`)
  return fit ? EXIT.finished : EXIT.failed
}

async function examine(host: Host, services: Services, run: Execute): Promise<Finding[]> {
  const open = (engine: 'onnx' | 'torch') => (): Promise<Engine> => services.openEngine(engine, { threads: 1, microBatchTokens: 64 })
  const sources = services.pythons()
  const programs = await Promise.all([checkGpu(run), checkSandboxes(services.sandboxBackends()), checkGit(run)])
  return [
    checkNode(process.versions.node),
    await checkEngine(open('onnx')),
    await checkTorch({ sources, open: open('torch') }),
    ...(await checkVllm(sources)),
    ...programs.flat(),
    checkDisk(host.cwd)
  ]
}

function report(host: Host, findings: readonly Finding[]): string {
  const { good, bad, faint } = stylesFor(host.stdout, host.env)
  const width = Math.max(...findings.map(({ name }) => name.length))
  return findings.map(({ name, state, required, detail, remedy }) => {
    const mark = state === 'ok' ? good('✓') : state === 'broken' || required ? bad('✗') : faint('–')
    const mend = remedy === undefined ? '' : `\n  ${padEnd('', width)}  → ${runnable(host, remedy)}`
    return `${mark} ${padEnd(name, width)}  ${plainLine(detail)}${required && state !== 'ok' ? ' (required)' : ''}${mend}`
  }).join('\n')
}
