import { Limits } from '../../protocol/execution.ts'
import type { SandboxBackend } from '../sandbox.ts'
import { wasmBackend } from '../wasm/wasmBackend.ts'
import type { WasmKind, WasmOptions } from '../wasm/wasmSandbox.ts'
import { workerProgram } from '../wasm/workerProgram.ts'

/** JavaScript and TypeScript (types are taken off, not checked) in QuickJS; needs no install. What is covered stands in `interpreter.ts`. */
export const QUICKJS: WasmKind = {
  name: 'quickjs', languages: ['javascript', 'typescript'], styles: ['call', 'stdin'],
  program: () => workerProgram('quickjs', new URL('./quickjsMain.ts', import.meta.url))
}

export function quickjsBackend(options: WasmOptions = {}): SandboxBackend {
  return wasmBackend(QUICKJS, {
    request: {
      language: 'typescript', files: [{ path: 'probe.ts', text: 'export const add = (a: number, b: number): number => a + b' }],
      calls: [{ style: 'call', function: 'add', args: [2, 3] }], limits: Limits.parse({ wallSeconds: 10 })
    },
    end: '{"ended":"value","value":5}', detail: 'QuickJS in WebAssembly'
  }, options)
}
