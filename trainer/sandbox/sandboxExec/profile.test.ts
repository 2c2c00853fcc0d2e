import assert from 'node:assert/strict'
import { PROFILE, profileArguments } from './profile.ts'

describe('the profile of sandbox-exec', () => {
  it('denies what it does not name, and the network whatever it names', () => {
    assert.match(PROFILE, /^\(version 1\)\n\(deny default\)/)
    assert.match(PROFILE, /\(deny network\*\)\n$/)
    assert.doesNotMatch(PROFILE, /allow (network|mach|ipc|iokit|default)/)
  })

  it('lets nothing be written but the scratch folder', () => {
    assert.deepEqual(PROFILE.match(/\(allow file-write\*.*\)/g), ['(allow file-write* (subpath (param "SCRATCH")) (literal "/dev/null"))'])
  })

  it('has balanced brackets and a value for each parameter', () => {
    const count = (what: RegExp): number => PROFILE.match(what)?.length ?? 0
    assert.equal(count(/\(/g), count(/\)/g))
    const given = profileArguments({ python: '/p', prefix: '/q', program: '/r', scratch: '/s' })
    const used = new Set([...PROFILE.matchAll(/param "(\w+)"/g)].map(([, name]) => name))
    assert.deepEqual([...used].sort(), given.flatMap((each) => (/^(\w+)=/.exec(each)?.[1] ?? [])).sort())
  })

  it('takes paths as parameters, so that none can add to the profile', () => {
    const evil = '/tmp/x")) (allow default) ((literal "'
    const given = profileArguments({ python: evil, prefix: evil, program: evil, scratch: evil })
    assert.equal(given[1], PROFILE)
    assert.equal(given.filter((each) => each.includes('allow default')).every((each) => /^\w+=/.test(each)), true)
  })
})
