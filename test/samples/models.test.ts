import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { startEngine } from '../../trainer/cli/engines.ts'
import type { Engine } from '../../trainer/engines/engine.ts'
import { findEnvironment } from '../../trainer/environments/registry.ts'
import { loadSample, modelFolders, runFiles, samplesFolder } from './sampleFiles.ts'

const LARGEST_MEGABYTES = 8

/** Parameters as the header of the weights states them. */
function parametersIn(file: string): number {
  const bytes = readFileSync(file)
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, { shape?: number[] }>
  return Object.values(header).reduce((sum, { shape }) => sum + (shape?.reduce((product, size) => product * size, 1) ?? 0), 0)
}

describe('samples: models', function () {
  this.timeout(60_000)
  let engine: Engine
  before(async () => (engine = await startEngine('onnx', { threads: 1, microBatchTokens: 256 }, () => assert.fail('needs no Python'))))
  after(() => engine.close())

  it('are found', () => assert.ok(modelFolders.length >= 4, modelFolders.join()))

  for (const name of modelFolders) {
    it(`${name} loads as its config.json says`, async () => {
      const folder = join(samplesFolder, 'models', name)
      const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>
      const model = await engine.loadModel({ kind: 'folder', folder })
      assert.deepEqual([model.architecture], config['architectures'])
      assert.equal(model.vocabularySize, config['vocab_size'])
      assert.equal(model.contextLength, config['max_position_embeddings'])
      assert.equal(model.parameters, parametersIn(join(folder, 'model.safetensors')))
      const megabytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 1e6
      assert.ok(megabytes < LARGEST_MEGABYTES, `${megabytes.toFixed(1)} MB`)
      assert.ok(!readdirSync(folder).some((file) => file.startsWith('optimizer')))
    })

    const users = runFiles.filter((file) => readFileSync(join(samplesFolder, file), 'utf8').includes(`models/${name}"`))
    it(`${name} has a token for every word of the environments that use it`, async () => {
      assert.ok(users.length > 0, 'no run file uses it')
      await engine.loadModel({ kind: 'folder', folder: join(samplesFolder, 'models', name) })
      for (const file of users) {
        const { environment, environments = [] } = loadSample(file).run
        const named = [...(environment ? [environment] : []), ...environments]
        assert.ok(named.length > 0)
        for (const { name: of } of named) {
          const tokens = await engine.encode(findEnvironment(of).vocabulary)
          assert.deepEqual(tokens.filter(({ length }) => length !== 1), [])
        }
      }
    })
  }
})
