import assert from 'node:assert/strict'
import { CONTEXT, source, starter, TESTED, WORDS } from './subjects.ts'
import type { Subject } from './subjects.ts'

/** What an engine says of itself and of its model. */
export function declarationContract(subject: Subject): void {
  const start = starter(subject)

  it('declares what it can do', async () => {
    const { name, capabilities } = await (await start()).info()
    assert.equal(name, subject.name)
    assert.equal(new Set(capabilities).size, capabilities.length)
    assert.deepEqual(TESTED.filter((capability) => !capabilities.includes(capability)), subject.lacks)
  })

  it('describes its model', async () => {
    const model = await (await start()).loadModel(source)
    assert.deepEqual([model.vocabularySize, model.contextLength, model.beginOfTextTokens, model.endOfTextTokens, model.hasChatTemplate], [WORDS.length, CONTEXT, [], [0], false])
    assert.ok(model.parameters > 0)
  })

  it('makes the same new model from the same seed', async () => {
    const engine = await start()
    const asked = [{ prompt: [1, 2], completion: [3, 4] }]
    await engine.loadModel(source)
    const first = await engine.logprobs(asked)
    await engine.loadModel({ ...source, seed: 6 })
    assert.notDeepEqual(await engine.logprobs(asked), first)
    await engine.loadModel(source)
    assert.deepEqual(await engine.logprobs(asked), first)
  })

  it('turns text into tokens and back', async () => {
    const engine = await start()
    assert.deepEqual(await engine.encode(['a b f', '', 'c']), [[1, 2, 6], [], [3]])
    assert.deepEqual(await engine.decode([[1, 2, 6], [], [3]]), ['a b f', '', 'c'])
  })
}
