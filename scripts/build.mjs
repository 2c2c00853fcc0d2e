// Bundles each process of the product into dist/: one file per entry point, native modules left outside.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const native = ['onnxruntime-node', '@duckdb/node-api', 'vscode']

/** Node entry points of the trainer: bundled name → source. */
const processes = {
  lab: 'trainer/cli.ts',
  engine: 'trainer/engines/onnx/main.ts',
  moduleHost: 'trainer/sandbox/moduleHostMain.ts',
  syncModule: 'trainer/sandbox/syncModuleMain.ts'
}

export async function build() {
  const { build: bundle } = await import('esbuild')
  const common = { absWorkingDir: root, bundle: true, sourcemap: 'linked', logLevel: 'warning', target: 'node20', platform: 'node', mainFields: ['module', 'main'] }
  // What bundled CommonJS dependencies take for granted and ES modules lack.
  const banner = {
    js: [
      "import { createRequire as __createRequire } from 'node:module'",
      "import { dirname as __dirnameOf } from 'node:path'",
      "import { fileURLToPath as __fileOf } from 'node:url'",
      'const require = __createRequire(import.meta.url), __filename = __fileOf(import.meta.url), __dirname = __dirnameOf(__filename)'
    ].join(';')
  }
  await bundle({ ...common, entryPoints: processes, outdir: 'dist', format: 'esm', outExtension: { '.js': '.mjs' }, external: native, banner })
  await bundle({ ...common, entryPoints: { extension: 'extension/extension.ts' }, outdir: 'dist', format: 'cjs', outExtension: { '.js': '.cjs' }, external: native })
  await writeSchema(bundle)
}

async function writeSchema(bundle) {
  const result = await bundle({
    absWorkingDir: root, bundle: true, write: false, platform: 'node', format: 'esm', entryPoints: ['trainer/protocol/jsonSchema.ts']
  })
  const url = `data:text/javascript;base64,${Buffer.from(result.outputFiles[0].contents).toString('base64')}`
  const { runFileJsonSchema } = await import(url)
  writeFileSync(join(root, 'dist', 'run.schema.json'), `${JSON.stringify(runFileJsonSchema(), null, 2)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ensureInstalled } = await import('./prepare.mjs')
  ensureInstalled()
  await build()
}
