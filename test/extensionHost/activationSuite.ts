import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import * as vscode from 'vscode'
import { extensionUnderTest } from './extensionUnderTest.ts'
import { until } from './until.ts'

/** Bytes that VS Code reads to activate the extension: what its time is made of, whatever else the machine does. */
const MOST_BYTES = 20_000

/** Native modules that this process has loaded: of the extension, or by name. */
function nativeModules(): string[] {
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] }
  const { extensionPath } = extensionUnderTest()
  return sharedObjects.filter((path) => path.startsWith(extensionPath) || /onnxruntime|duckdb/i.test(path))
}

/** Files of the extension that were loaded with require(). */
const loadedFiles = (): string[] => Object.keys(require.cache).filter((path) => path.startsWith(extensionUnderTest().extensionPath))

interface Activation {
  readonly load: number
  readonly call: number
}

/** What VS Code itself measured: milliseconds to load the code, and in activate(). A report made before the window has heard of it lacks it. */
const measuredActivation = (): Promise<Activation> => until('VS Code reports the start of the extension', async () => {
  await vscode.commands.executeCommand('perfview.show')
  const report = await until('VS Code reports its start', () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf')?.getText())
  const row = report.split('\n').find((line) => line.includes('rollout-lab.rollout-lab'))
  const [, , load, call] = (row ?? '').split('|').map((cell) => cell.trim()).slice(1)
  if (row !== undefined) return { load: Number(load), call: Number(call) }
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor')
  return undefined
})

export function activationSuite(): void {
  describe('activation', () => {
    let atActivation: readonly string[]
    before(async () => {
      await extensionUnderTest().activate()
      atActivation = loadedFiles()
    })

    it('reads one small file to be activated', async function () {
      const { load, call } = await measuredActivation()
      if (this.test) this.test.title += `: ${load} ms to load, ${call} ms in activate()`
      assert.ok(Number.isFinite(load) && Number.isFinite(call))
      // The rest is loaded right after activation has returned, which a busy machine may do before the window hears of it.
      const [first, ...then] = atActivation.map((path) => basename(path))
      assert.equal(first, 'extension.cjs')
      assert.deepEqual(then.filter((name) => name !== 'composition.cjs'), [])
      const bytes = statSync(atActivation[0]!).size
      assert.ok(bytes < MOST_BYTES, `${bytes} bytes`)
    })

    it('loads no native module into the extension host, not even when its commands are used', async () => {
      await vscode.commands.executeCommand('rolloutLab.refreshRuns')
      assert.deepEqual(nativeModules(), [])
      assert.deepEqual(loadedFiles().filter((path) => path.includes('node_modules') || path.endsWith('.node')), [])
    })
  })
}
