import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { withoutEngine } from '../../scripts/nativeFiles.mjs'
import { packageFor, targets, vsixPath } from '../../scripts/package.mjs'
import { binaryPlatform } from './binaryPlatform.ts'
import { zipEntries } from './zipEntries.ts'
import type { ZipEntry } from './zipEntries.ts'

const LIMIT = 75e6

/** Programs and pages that the extension starts or shows. */
const REQUIRED = [
  'package.json', 'readme.md', 'changelog.md', 'LICENSE.txt', 'dist/extension.cjs', 'dist/lab.mjs', 'dist/engine.mjs', 'dist/queries.mjs',
  'dist/quickjs.mjs', 'dist/sqlite.mjs', 'dist/pythonWorker/main.py', 'dist/workspaceRuntime/host.cjs', 'dist/torchEngine/pyproject.toml', 'dist/torchEngine/rollout_lab/__main__.py', 'dist/torchEngine/rollout_lab/training/optimizer.py', 'dist/run.schema.json',
  'dist/webviews/dashboard.js', 'dist/webviews/inspector.js', 'dist/webviews/playground.js', 'samples/README.md', 'samples/arithmetic-chain/rl.run.json',
  'samples/models/arithmetic-chain/model.safetensors', 'node_modules/onnxruntime-node/package.json', 'node_modules/@duckdb/node-api/package.json'
]
const OWN = /^(package\.json|readme\.md|changelog\.md|ARCHITECTURE\.md|CONTRIBUTING\.md|LOG\.md|bench\/README\.md|LICENSE\.txt|media\/.*|dist\/((webviews|pythonWorker|workspaceRuntime(\/lab_boundary)?|torchEngine(\/[a-z_]+)*)\/)?[^/]+|samples\/.*)$/
/** A sample is a workspace with tests of its own. */
const UNWANTED = /\.(map|tsbuildinfo|test\.ts|pyc)$|^dist\/.*\/test_\w+\.py$|\.rollout-lab/
const NATIVE_PACKAGES = /^node_modules\/(onnxruntime-node|onnxruntime-common|@duckdb\/node-api|@duckdb\/node-bindings(-[a-z0-9]+-[a-z0-9]+)?|detect-libc)\//

describe('packages', function () {
  this.timeout(600_000)

  before(async () => {
    await packageFor(targets)
  })

  for (const target of targets) {
    describe(target, () => {
      let entries: ZipEntry[]
      const names = (): string[] => entries.map(({ name }) => name)
      const find = (name: string): ZipEntry => {
        const entry = entries.find((candidate) => candidate.name === name)
        assert.ok(entry, `${name} is missing`)
        return entry
      }

      before(() => {
        entries = zipEntries(vsixPath(target)).filter(({ name }) => name.startsWith('extension/')).map((entry) => ({ ...entry, name: entry.name.slice('extension/'.length) }))
      })

      it('has everything that the extension starts or shows', () => {
        assert.deepEqual(REQUIRED.filter((name) => !names().includes(name)), [])
      })

      it('has nothing else: no sources of ours, tests, source maps, runs or other packages', () => {
        const allowed = (name: string): boolean => OWN.test(name) || NATIVE_PACKAGES.test(name)
        assert.deepEqual(names().filter((name) => !allowed(name) || UNWANTED.test(name)), [])
      })

      it('carries native binaries of its own platform only, of each native module that has any', () => {
        const binaries = entries.flatMap(({ name, content }) => {
          const platform = binaryPlatform(content()) ?? (/\.(node|so|dylib|dll|exe)(\.\d+)*$/.test(name) ? 'unknown' : undefined)
          return platform === undefined ? [] : [{ name, platform }]
        })
        const own = (platform: string): boolean => platform === target || (platform === 'darwin-universal' && target.startsWith('darwin-'))
        assert.deepEqual(binaries.filter(({ platform }) => !own(platform)), [])
        const missing = ['onnxruntime-node', '@duckdb/node-bindings'].filter((module) => !binaries.some(({ name }) => name.includes(module) && name.endsWith('.node')))
        assert.deepEqual(missing, withoutEngine.includes(target) ? ['onnxruntime-node'] : [])
      })

      it('has a manifest for people who install it, without what only the repository needs', () => {
        const manifest = JSON.parse(find('package.json').content().toString()) as Record<string, unknown>
        for (const key of ['scripts', 'devDependencies', 'private', 'allowScripts']) assert.equal(manifest[key], undefined, key)
        assert.equal(manifest.main, './dist/extension.cjs')
        assert.equal(typeof manifest.icon, 'string', 'no icon')
        find(String(manifest.icon))
      })

      it('refers to files that are there', () => {
        const manifest = find('package.json').content().toString()
        const paths = [...manifest.matchAll(/"(?:\.\/)?((?:media|dist|samples)\/[^"$]+)"/g)].map((match) => match[1] as string)
        assert.deepEqual(paths.filter((path) => !names().includes(path)), [])
      })

      it('links from its README and its change log to what it holds, or to pages of the web', () => {
        const links = ['readme.md', 'changelog.md'].flatMap((name) => [...find(name).content().toString().matchAll(/\]\((?!data:)([^)\s]+)/g)].map((match) => match[1] as string))
        assert.ok(links.length > 0, 'no link')
        assert.deepEqual(links.filter((link) => !/^(https?:|#)/.test(link) && !names().includes(link.replace(/#.*$/, ''))), [])
      })

      it('has a README whose pictures need neither a network nor files beside it', () => {
        const pictures = [...find('readme.md').content().toString().matchAll(/!\[[^\]]*\]\(([^)]{0,40})/g)].map((match) => match[1] as string)
        assert.ok(pictures.length > 0, 'no picture')
        assert.deepEqual(pictures.filter((source) => !source.startsWith('data:image/')), [])
      })

      it(`says for which platform it is and stays under ${LIMIT / 1e6} MB`, () => {
        const [description] = zipEntries(vsixPath(target)).filter(({ name }) => name === 'extension.vsixmanifest')
        assert.match(description?.content().toString() ?? '', new RegExp(`TargetPlatform="${target}"`))
        assert.ok(statSync(vsixPath(target)).size < LIMIT)
      })
    })
  }
})
