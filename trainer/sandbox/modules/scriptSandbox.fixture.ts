import vm from 'node:vm'
import { createFakeSandbox } from '../fake/fakeSandbox.ts'
import type { FakeSandbox } from '../fake/fakeSandbox.ts'
import type { Json } from '../sandbox.ts'

/** Runs JavaScript calls in a context of Node's own, which confines nothing: for tests of what goes in and out. */
export function createScriptSandbox(): FakeSandbox {
  return createFakeSandbox({
    languages: ['javascript', 'typescript'],
    answer: (call, { files }) => {
      if (call.style !== 'call') return { ended: 'exception', message: 'no such style' }
      try {
        const context = vm.createContext({ given: JSON.stringify(call.args) })
        vm.runInContext(files[0]!.text, context, { filename: files[0]!.path })
        const text = vm.runInContext(`JSON.stringify(globalThis[${JSON.stringify(call.function)}](...JSON.parse(given)))`, context, { timeout: 3000 }) as string
        return { ended: 'value', value: JSON.parse(text) as Json }
      } catch (error) {
        const late = (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
        return late ? { ended: 'timeout', message: 'too slow' } : { ended: 'exception', message: String(error) }
      }
    }
  })
}
