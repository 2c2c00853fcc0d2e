import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { extensionUnderTest } from './extensionUnderTest.ts'

/** Files of native modules that this process has mapped into memory (Linux tells). */
function nativeModules(): string[] {
  const mapped = readFileSync('/proc/self/maps', 'utf8').split('\n').map((line) => line.split(/\s+/)[5] ?? '')
  return [...new Set(mapped)].filter((path) => /onnxruntime|duckdb/i.test(path))
}

export function activationSuite(): void {
  describe('activation', () => {
    it('activates the installed package', async () => {
      const extension = extensionUnderTest()
      await extension.activate()
      assert.equal(extension.isActive, true)
    })

    it('loads no native module into the extension host', async () => {
      await extensionUnderTest().activate()
      assert.deepEqual(nativeModules(), [])
    })
  })
}
