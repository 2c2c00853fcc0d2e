import assert from 'node:assert/strict'
import { HOSTILE } from './hostile/battery.ts'
import { describeHostile } from './hostileSuite.ts'
import { workingBackends } from './workingBackends.ts'

describe('the battery of hostile programs', () => {
  it('has at least 60, each with a name of its own', () => {
    const names = Object.values(HOSTILE).flatMap((programs) => programs.map(({ name }) => name))
    assert.ok(names.length >= 60, `${names.length}`)
    assert.equal(new Set(names).size, names.length)
  })
})

for (const tried of await workingBackends('hostile programs')) describeHostile(tried)
