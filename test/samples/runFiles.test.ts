import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'jsonc-parser'
import { runFileSchema } from '../../trainer/cli/editorFiles.ts'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import { RunFileError } from '../../trainer/runFiles/runFileError.ts'
import { loadSample, runFiles, samplesFolder, TO_FILL_IN } from './sampleFiles.ts'

const textOf = (name: string): string => readFileSync(join(samplesFolder, name), 'utf8')
const toFillIn = (name: string): boolean => (parse(textOf(name)) as { model?: unknown }).model === TO_FILL_IN

describe('samples: run files', () => {
  it('are found', () => assert.ok(runFiles.length >= 10, runFiles.join()))

  for (const name of runFiles) {
    it(`${name} is valid, and all that it names exists`, () => {
      const { run } = loadSample(name, toFillIn(name) ? ['model={}'] : [])
      assert.deepEqual(RunFile.parse(run), run)
    })

    it(`${name} names the schema that its editor validates it with`, () => {
      const { $schema } = parse(textOf(name)) as { $schema?: string }
      assert.ok($schema !== undefined)
      assert.equal(join(samplesFolder, name, '..', $schema), join(samplesFolder, '..', 'dist', 'run.schema.json'))
    })
  }

  it('say where a model has to be filled in', () => {
    assert.throws(() => loadSample('jsonl/dataset.run.json'), (error) => error instanceof RunFileError && error.message.includes(TO_FILL_IN) && /dataset\.run\.json:6:12/.test(error.place ?? ''))
  })
})

describe('the schema of run files', () => {
  it('is built as generated', () => {
    const built = readFileSync(fileURLToPath(new URL('../../dist/run.schema.json', import.meta.url)), 'utf8')
    assert.deepEqual(JSON.parse(built), runFileSchema())
  })
})
