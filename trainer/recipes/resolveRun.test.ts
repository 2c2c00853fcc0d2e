import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LabError } from '../errors.ts'
import { mergeSettings } from './mergeSettings.ts'
import { RECIPES } from './registry.ts'
import { resolveRun } from './resolveRun.ts'

const model = 'models/base'

describe('resolveRun', () => {
  for (const recipe of RECIPES) {
    it(`resolves the recipe ${recipe.name}`, () => {
      const run = resolveRun({ model, recipe: recipe.name })
      assert.equal(run.recipe, recipe.name)
      assert.ok(recipe.description.length > 20 && recipe.paper.length > 20)
    })
  }

  it('gives each recipe a name of its own', () => {
    assert.equal(new Set(RECIPES.map(({ name }) => name)).size, RECIPES.length)
  })

  it('needs the rows that a recipe of fine-tuning is described to learn from', () => {
    const described = RECIPES.filter(({ defaults }) => defaults.algorithm?.name === 'sft').map(({ name, description, rows }) =>
      [name, /`data` of kind (\w+)/.exec(description)?.[1], rows?.join()])
    assert.deepEqual(described, [['sft', undefined, undefined], ['sft-labels', 'solutions', 'solutions'], ['cft', 'critiques', 'critiques']])
  })

  it('puts defaults under the recipe, the recipe under the file and the file under the overrides', () => {
    const file = { model, recipe: 'dapo', algorithm: { name: 'grpo', clipHigh: 0.3 }, optimizer: { learningRate: 1e-3 } }
    const run = resolveRun(file, { optimizer: { learningRate: 5e-5 } })
    assert.deepEqual(run.algorithm, {
      name: 'grpo', scale: 'group', ratio: 'token', clipLow: 0.2, clipHigh: 0.3, normalisation: 'tokenMean'
    })
    assert.equal(run.optimizer.learningRate, 5e-5)
    assert.equal(run.optimizer.weightDecay, 0)
    assert.equal(run.filter.dropAllWrong, true)
  })

  it('punishes length in dapo by half of what an answer is worth, as the paper does with answers of 1 and −1', () => {
    const { rewards } = resolveRun({ model, recipe: 'dapo' })
    assert.deepEqual(rewards.map(({ name, weight }) => [name, weight]), [['answer', 1], ['length', 0.5]])
  })

  it('replaces an algorithm of another name instead of mixing options', () => {
    const run = resolveRun({ model, recipe: 'dapo', algorithm: { name: 'rloo' } })
    assert.deepEqual(run.algorithm, { name: 'rloo', normalisation: 'tokenMean' })
  })

  it('replaces arrays whole', () => {
    const run = resolveRun({ model, recipe: 'dapo', rewards: [{ name: 'format' }] })
    assert.deepEqual(run.rewards.map(({ name }) => name), ['format'])
  })

  it('takes the outermost name as a label', () => {
    assert.equal(resolveRun({ model, name: 'a', steps: 3 }, { name: 'b' }).steps, 3)
  })

  it('refuses an unknown recipe and a bad field by code', () => {
    assert.throws(() => resolveRun({ model, recipe: 'grpoo' }), (error) => LabError.is(error, 'runFile/unknown-recipe'))
    assert.throws(() => resolveRun({ model, steps: -1 }), (error) => LabError.is(error, 'runFile/invalid') && /steps/.test(error.message))
    assert.throws(() => resolveRun({ model, recipe: 7 }), (error) => LabError.is(error, 'runFile/invalid'))
    assert.throws(() => resolveRun(null), (error) => LabError.is(error, 'runFile/invalid'))
  })

  it('refuses a polluting key rather than applying it', () => {
    const hostile: unknown = JSON.parse(`{"model":"${model}","recipe":"grpo","optimizer":{"__proto__":{"polluted":true}}}`)
    assert.throws(() => resolveRun(hostile), (error) => LabError.is(error, 'runFile/invalid'))
    assert.equal('polluted' in {}, false)
  })
})

describe('mergeSettings', () => {
  it('is the identity over nothing and changes neither side', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), (settings) => {
      const before = structuredClone(settings)
      assert.deepEqual(mergeSettings(settings, {}), mergeSettings({}, settings))
      assert.deepEqual(settings, before)
    }))
  })

  it('is associative where no names differ', () => {
    const settings = fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('c', 'd'), fc.integer())))
    fc.assert(fc.property(settings, settings, settings, (a, b, c) => {
      fc.pre([a, b, c].every((one) => ['a', 'b'].every((key) => one[key] === undefined || typeof one[key] === 'object')))
      assert.deepEqual(mergeSettings(mergeSettings(a, b), c), mergeSettings(a, mergeSettings(b, c)))
    }))
  })
})
