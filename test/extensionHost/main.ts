// Installs the packaged extension into a VS Code server, opens a window and lets mocha run in its extension host.
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { installExtension, startServer } from '../../scripts/vscodeServer.mjs'
import { launchBrowser } from '../vscode/browser.ts'
import { packagedExtension } from '../vscode/packagedExtension.ts'
import { sampleWorkspace } from '../vscode/sampleWorkspace.ts'
import { Workbench } from '../vscode/workbench.ts'
import type { Outcome } from './outcome.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const WAIT = 180_000

async function main(report: string | undefined): Promise<void> {
  const outcomes = await runInHost()
  for (const { title, state, milliseconds, error } of outcomes) {
    console.log(`  ${state === 'passed' ? '✔' : state === 'skipped' ? '-' : '✖'} ${title} (${milliseconds} ms)`)
    if (error) console.log(error.replace(/^/gm, '      '))
  }
  const count = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
  const failures = outcomes.filter(({ state }) => state === 'failed').map(({ title, error = '' }) => ({ file: '', title, error }))
  if (report) writeFileSync(report, JSON.stringify({ files: { 'extension host': counts }, failures }))
  process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1)
}

async function runInHost(): Promise<readonly Outcome[]> {
  const vsix = await packagedExtension()
  const extension = await bundleSuites()
  const home = mkdtempSync(join(tmpdir(), 'rollout-lab-host-'))
  const results = join(home, 'results')
  mkdirSync(results)
  installExtension(home, vsix)
  const server = await startServer({ home, testDriver: true, settings: { 'chat.disableAIFeatures': false }, environment: { ROLLOUT_LAB_TEST_RESULTS: results } })
  const browser = await launchBrowser()
  try {
    const place = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`
    const payload = [['extensionDevelopmentPath', place(extension)], ['extensionTestsPath', place(join(extension, 'suites.cjs'))]] as const
    await Workbench.open(browser, server, sampleWorkspace(home), payload, async (page) => {
      // VS Code's test driver calls this when the suites are done.
      await page.exposeFunction('codeAutomationExit', () => undefined)
      await page.exposeFunction('codeAutomationLog', () => undefined)
    })
    return await resultsOf(join(results, 'results.json'))
  } finally {
    await browser.close()
    await server.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** The test-only extension with the suites bundled into it, below dist-test/ where `mocha` resolves to ours. */
async function bundleSuites(): Promise<string> {
  const folder = join(root, 'dist-test', 'extensionHost')
  await build({
    absWorkingDir: root, bundle: true, platform: 'node', format: 'cjs', target: 'node22', external: ['vscode', 'mocha'], logLevel: 'warning',
    entryPoints: { suites: 'test/extensionHost/entry.ts' }, outdir: folder, outExtension: { '.js': '.cjs' }
  })
  writeFileSync(join(folder, 'package.json'), readFileSync(join(root, 'test/extensionHost/testExtension/package.json')))
  return folder
}

async function resultsOf(file: string): Promise<readonly Outcome[]> {
  for (const until = Date.now() + WAIT; Date.now() < until; await new Promise((wake) => setTimeout(wake, 200))) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as readonly Outcome[]
  }
  throw new Error(`The extension host reported nothing within ${WAIT / 1000} s.`)
}

await main(process.argv[2])
