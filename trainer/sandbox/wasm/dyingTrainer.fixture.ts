/** A trainer that dies while its candidate hangs: prints the worker's process id, then kills itself. */
import { Limits } from '../../protocol/execution.ts'
import { crashingKind } from './crashingKind.fixture.ts'
import { createWasmSandbox } from './wasmSandbox.ts'

const sandbox = createWasmSandbox(crashingKind, { workers: 1 })
const run = (text: string): ReturnType<typeof sandbox.execute> =>
  sandbox.execute({ language: 'javascript', files: [{ path: 'main.js', text }], calls: [{ style: 'stdin', stdin: 'a' }], limits: Limits.parse({ wallSeconds: 1000 }) })
const { calls: [first] } = await run('pid')
void run('hang a')
process.stdout.write(first?.end.ended === 'value' ? String(first.end.value) : 'no worker', () => setImmediate(() => process.kill(process.pid, 'SIGKILL')))
