import { Limits } from '../../protocol/execution.ts'
import type { SandboxBackend } from '../sandbox.ts'
import { wasmBackend } from '../wasm/wasmBackend.ts'
import type { WasmKind, WasmOptions } from '../wasm/wasmSandbox.ts'
import { workerProgram } from '../wasm/workerProgram.ts'

/** One SQL query, its result set beside the gold query's. What is covered stands in `runQuery.ts`. */
const SQLITE: WasmKind = {
  name: 'sqlite', languages: ['sql'], styles: ['query'], program: () => workerProgram('sqlite', new URL('./sqliteMain.ts', import.meta.url))
}

export function sqliteBackend(options: WasmOptions = {}): SandboxBackend {
  return wasmBackend(SQLITE, {
    request: {
      language: 'sql', files: [{ path: 'probe.sql', text: 'SELECT sum(n) AS total FROM t' }],
      calls: [{ style: 'query', schema: 'CREATE TABLE t (n); INSERT INTO t VALUES (2), (3)', gold: 'SELECT 5' }], limits: Limits.parse({ wallSeconds: 10 })
    },
    end: '{"ended":"rows","columns":["total"],"rows":[[5]],"goldRows":[[5]]}', detail: 'SQLite in WebAssembly'
  }, options)
}
