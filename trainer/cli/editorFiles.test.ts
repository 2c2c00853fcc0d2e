import assert from 'node:assert/strict'
import { runFileJsonSchema } from '../protocol/jsonSchema.ts'
import { REWARDS } from '../rewards/registry.ts'
import { shippedCatalogue } from './catalogue.ts'
import { editorCatalogue, runFileSchema } from './editorFiles.ts'

interface Schema {
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly const?: unknown
  readonly allOf?: readonly Schema[]
  readonly if?: Schema
  readonly then?: Schema
}

/** The field that names an environment which comes with the trainer. */
const nameOf = (schema: Schema): Schema | undefined =>
  schema.properties?.['environment']?.anyOf?.map(({ properties }) => properties?.['name']).find((name) => name?.description?.includes('countdown'))

describe('what editors offer', () => {
  it('names every environment where one is chosen', () => {
    for (const schema of [runFileSchema() as Schema, runFileJsonSchema() as Schema]) {
      const words = nameOf(schema)?.description?.split(/[^\w-]+/) ?? []
      assert.deepEqual([...shippedCatalogue.environments, 'module'].filter((name) => !words.includes(name)), [])
    }
    assert.deepEqual(nameOf(runFileSchema() as Schema)?.anyOf?.[0]?.enum, [...shippedCatalogue.environments, 'module'])
  })

  it('names the engines that people can choose', () => {
    assert.deepEqual((runFileSchema() as Schema).properties?.['engine']?.enum, ['onnx', 'torch'])
    assert.deepEqual(editorCatalogue().engines, ['onnx', 'torch'])
  })

  it('describes the options of every environment and of every reward by its name', () => {
    const { properties } = runFileSchema() as Schema
    const options = (choices: readonly Schema[] | undefined): Map<unknown, Schema | undefined> =>
      new Map((choices ?? []).flatMap(({ allOf = [] }) => allOf.map(({ if: when, then }) => [when?.properties?.['name']?.const, then?.properties?.['options']])))
    const environments = options(properties?.['environment']?.anyOf)
    assert.deepEqual([...environments.keys()], shippedCatalogue.environments)
    assert.ok(environments.get('jsonl')?.properties?.['promptColumn'])
    const rewards = options(properties?.['rewards']?.items?.anyOf)
    assert.deepEqual([...rewards.keys()], Object.keys(REWARDS))
    assert.ok(rewards.get('length')?.properties?.['budget'])
    assert.deepEqual(rewards.get('format')?.properties, {})
  })
})
