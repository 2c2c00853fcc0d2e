// Bundles each process of the product into dist/: one file per entry point, native modules left outside.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const native = ['onnxruntime-node', '@duckdb/node-api', 'vscode']

/** Node entry points of the trainer: bundled name → source. */
const processes = {
  lab: 'trainer/cli.ts',
  engine: 'trainer/engines/onnx/main.ts',
  decodeLane: 'trainer/engines/onnx/decoding/decodeLane.ts',
  moduleHost: 'trainer/sandbox/modules/moduleHostMain.ts',
  syncModule: 'trainer/sandbox/modules/syncModuleMain.ts',
  debugReward: 'trainer/sandbox/modules/debugReward.ts',
  quickjs: 'trainer/sandbox/quickjs/quickjsMain.ts',
  sqlite: 'trainer/sandbox/sqlite/sqliteMain.ts',
  queries: 'trainer/query/main.ts'
}

/** Programs that run as they are, in Python or in the Node of a workspace: folder beside the bundles → source. */
const plainPrograms = {
  pythonWorker: 'trainer/sandbox/python/worker',
  workspaceRuntime: 'trainer/workspaces/runtime',
  'torchEngine/rollout_lab': 'trainer/engines/torch/rollout_lab'
}

/** What VS Code loads at the start of a window, and what that loads afterwards: a file of its own, so that activation costs nothing. */
const extensionBundles = {
  entryPoints: { extension: 'extension/extension.ts', composition: 'extension/compose.ts' },
  // VS Code gives `vscode` to require alone.
  supported: { 'dynamic-import': false },
  plugins: [{
    name: 'composition-apart',
    setup: ({ onResolve }) => onResolve({ filter: /^\.\/compose\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './composition.cjs', external: true } : undefined))
  }]
}

/** Pages of the views: every folder of webviews/ with a main.ts becomes webviews/<folder>.js (and .css where it imports any). */
function pages() {
  const folders = readdirSync(join(root, 'webviews')).filter((name) => existsSync(join(root, 'webviews', name, 'main.ts')))
  return Object.fromEntries(folders.map((name) => [name, `webviews/${name}/main.ts`]))
}

/** `release`: minified and without source maps, for the package. */
export async function build({ outdir = 'dist', release = false } = {}) {
  const { build: bundle, stop } = await import('esbuild')
  const shared = { absWorkingDir: root, bundle: true, sourcemap: release ? false : 'linked', minify: release, logLevel: 'warning', legalComments: 'none', outdir }
  // Errors and records carry class and function names: minifying must not change them.
  const common = { ...shared, keepNames: true, target: 'node20', platform: 'node', mainFields: ['module', 'main'] }
  // What bundled CommonJS dependencies take for granted and ES modules lack.
  const banner = {
    js: [
      "import { createRequire as __createRequire } from 'node:module'",
      "import { dirname as __dirnameOf } from 'node:path'",
      "import { fileURLToPath as __fileOf } from 'node:url'",
      'const require = __createRequire(import.meta.url), __filename = __fileOf(import.meta.url), __dirname = __dirnameOf(__filename)'
    ].join(';')
  }
  await bundle({ ...common, entryPoints: processes, format: 'esm', outExtension: { '.js': '.mjs' }, external: native, banner })
  await bundle({ ...common, ...extensionBundles, format: 'cjs', outExtension: { '.js': '.cjs' }, external: native })
  await buildPages(bundle, { ...shared, outdir: join(outdir, 'webviews') })
  for (const [name, source] of Object.entries(plainPrograms)) copyProgram(join(root, source), resolve(root, outdir, name))
  cpSync(join(root, 'trainer/engines/torch/pyproject.toml'), resolve(root, outdir, 'torchEngine/pyproject.toml'))
  await writeSchema(bundle, { ...common, format: 'esm', outExtension: { '.js': '.mjs' }, banner }, outdir)
  // Its helper process, 150 MB, would live as long as what is started after building.
  await stop()
}

/** What Python packages hold besides their program. */
const OF_TESTS = /__pycache__|\.pytest_cache|[\\/](test_\w+|testing|conftest)(\.py)?$/

function copyProgram(source, to) {
  rmSync(to, { recursive: true, force: true })
  cpSync(source, to, { recursive: true, filter: (path) => !OF_TESTS.test(path) })
}

/** Every page links a style sheet of its own name, so one that imports no CSS gets an empty one. */
async function buildPages(bundle, common) {
  const entryPoints = pages()
  await bundle({ ...common, entryPoints, format: 'iife', target: 'chrome128', platform: 'browser', loader: { '.woff2': 'file' } })
  const emptyStyles = Object.keys(entryPoints).map((name) => resolve(root, common.outdir, `${name}.css`)).filter((path) => !existsSync(path))
  for (const path of emptyStyles) writeFileSync(path, '')
}

/** What editors read: the schema of run files, and the names that this build knows. */
async function writeSchema(bundle, common, outdir) {
  const scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-build-'))
  try {
    const entryPoints = { editor: 'trainer/cli/editorFiles.ts' }
    await bundle({ ...common, sourcemap: false, entryPoints, outdir: scratch, external: native })
    const { editorCatalogue, runFileSchema } = await import(pathToFileURL(join(scratch, 'editor.mjs')).href)
    mkdirSync(resolve(root, outdir), { recursive: true })
    const files = { 'run.schema.json': runFileSchema(), 'catalogue.json': editorCatalogue() }
    for (const [name, content] of Object.entries(files)) writeFileSync(resolve(root, outdir, name), `${JSON.stringify(content, null, 2)}\n`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ensureInstalled } = await import('./prepare.mjs')
  ensureInstalled()
  await build()
}
