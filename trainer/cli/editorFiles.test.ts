import assert from 'node:assert/strict'
import { runFileJsonSchema } from '../protocol/jsonSchema.ts'
import { shippedCatalogue } from './catalogue.ts'
import { editorCatalogue, editorSchema } from './editorFiles.ts'

interface Schema {
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
}

/** The field that names an environment which comes with the trainer. */
const nameOf = (schema: Schema): Schema | undefined =>
  schema.properties?.['environment']?.anyOf?.map(({ properties }) => properties?.['name']).find((name) => name?.description?.includes('countdown'))

describe('what editors offer', () => {
  it('names every environment where one is chosen', () => {
    for (const schema of [editorSchema() as Schema, runFileJsonSchema() as Schema]) {
      const words = nameOf(schema)?.description?.split(/[^\w-]+/) ?? []
      assert.deepEqual([...shippedCatalogue.environments, 'module'].filter((name) => !words.includes(name)), [])
    }
    assert.deepEqual(nameOf(editorSchema() as Schema)?.anyOf?.[0]?.enum, [...shippedCatalogue.environments, 'module'])
  })

  it('names the engines that people can choose', () => {
    assert.deepEqual((editorSchema() as Schema).properties?.['engine']?.enum, ['onnx', 'torch'])
    assert.deepEqual(editorCatalogue().engines, ['onnx', 'torch'])
  })
})
