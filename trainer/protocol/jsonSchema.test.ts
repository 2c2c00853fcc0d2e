import assert from 'node:assert/strict'
import { runFileJsonSchema } from './jsonSchema.ts'

interface Schema {
  readonly $ref?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

describe('the schema of run files', () => {
  const schema = runFileJsonSchema() as Schema

  /** Fields that are no objects and that nothing describes, with their paths. */
  function undescribed(node: Schema, path: string, described: boolean): string[] {
    // What is referred to is any JSON value, which the field that holds it describes.
    if (node.$ref !== undefined) return described || node.description !== undefined ? [] : [path]
    const said = described || node.description !== undefined
    const choices = node.anyOf ?? node.oneOf
    if (choices) return choices.flatMap((choice) => undescribed(choice, path, said))
    if (node.properties) return Object.entries(node.properties).flatMap(([name, child]) => undescribed(child, path === '' ? name : `${path}.${name}`, false))
    if (node.items) return [...(said || holdsObjects(node.items) ? [] : [path]), ...undescribed(node.items, `${path}[]`, true)]
    return said ? [] : [path]
  }
  const holdsObjects = (items: Schema): boolean => items.properties !== undefined || (items.anyOf ?? items.oneOf ?? []).some(holdsObjects)

  it('describes every field that holds a value', () => {
    assert.deepEqual([...new Set(undescribed(schema, '', false))], [])
  })

  it('offers the engines that people can choose, and no other', () => {
    assert.deepEqual(schema.properties?.['engine']?.enum, ['onnx', 'torch'])
  })
})
