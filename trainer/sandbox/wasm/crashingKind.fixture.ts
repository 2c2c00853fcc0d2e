import type { WasmKind } from './wasmSandbox.ts'
import { workerProgram } from './workerProgram.ts'

/** Workers that fail in the ways of a broken interpreter. */
export const crashingKind: WasmKind = {
  name: 'fake', languages: ['javascript'], styles: ['stdin', 'query'], program: () => workerProgram('none', new URL('./crashing.fixture.ts', import.meta.url))
}
