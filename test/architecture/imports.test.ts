import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { mayImport, packageZones, zoneOf } from '../../scripts/zones.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const fromRoot = (path: string): string => relative(root, path).replaceAll('\\', '/')

function sourceFiles(): string[] {
  return ['extension', 'webviews', 'trainer', 'samples']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => fromRoot(join(entry.parentPath, entry.name)))
}

function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true).importedFiles.map((found) => found.fileName)
}

const packageOf = (source: string): string => source.split('/').slice(0, source.startsWith('@') ? 2 : 1).join('/')

describe('architecture: imports', () => {
  const files = sourceFiles()

  it('puts every source file into a zone', () => {
    assert.deepEqual(files.filter((file) => zoneOf(file) === undefined), [])
    assert.ok(files.length > 50)
  })

  it('lets folders import only what the zones allow', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((source) => source.startsWith('.'))
        .map((source) => fromRoot(resolve(root, dirname(file), source)))
        .filter((target) => !mayImport(file, target))
        .map((target) => `${file} → ${target}`)
    )
    assert.deepEqual(wrong, [])
  })

  it('keeps guarded packages in their folders', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .map(packageOf)
        .filter((name) => name in packageZones)
        .filter((name) => !packageZones[name]?.some((zone) => file === zone || file.startsWith(`${zone}/`)))
        .map((name) => `${file} → ${name}`)
    )
    assert.deepEqual(wrong, [])
  })

  it('keeps algorithms and graders free of IO, clocks and chance', () => {
    const pure = files.filter((file) => /^trainer\/(algorithms|graders)\//.test(file) && !file.endsWith('.test.ts'))
    const impure = pure.filter((file) => importsOf(file).some((source) => source.startsWith('node:')) || /\b(Date\.now|Math\.random|new Date)\b/.test(readFileSync(join(root, file), 'utf8')))
    assert.deepEqual(impure, [])
  })

  it('finds a forbidden import where there is one', () => {
    assert.equal(mayImport('trainer/algorithms/grpo.ts', 'trainer/stores/runDirectory.ts'), false)
    assert.equal(mayImport('trainer/engines/onnx/graph/graph.ts', 'trainer/engines/fake/fakeEngine.ts'), false)
    assert.equal(mayImport('webviews/run.ts', 'extension/extension.ts'), false)
    assert.equal(mayImport('trainer/orchestrator/rlStep.ts', 'trainer/engines/onnx/onnxEngine.ts'), false)
  })
})
