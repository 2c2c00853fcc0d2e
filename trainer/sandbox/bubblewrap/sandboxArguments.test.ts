import assert from 'node:assert/strict'
import { capabilities, environmentArguments, namespaces } from './sandboxArguments.ts'

describe('arguments of bubblewrap', () => {
  it('take every namespace, also that of users where we are not root', () => {
    const kinds = ['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try']
    for (const asRoot of [true, false]) assert.deepEqual(kinds.filter((kind) => !namespaces(asRoot).includes(kind)), [])
    assert.equal(namespaces(true).includes('--unshare-user'), false)
    assert.deepEqual(namespaces(false).slice(0, 5), ['--unshare-user', '--uid', '65534', '--gid', '65534'])
  })

  it('end the sandbox with its parent, in a session of its own, with an empty environment', () => {
    for (const asRoot of [true, false]) {
      for (const flag of ['--die-with-parent', '--new-session', '--clearenv']) assert.ok(namespaces(asRoot).includes(flag), flag)
    }
  })

  it('set what is named and keep no capability but the named ones', () => {
    assert.deepEqual(environmentArguments({ LANG: 'C', A: 'b c' }), ['--setenv', 'LANG', 'C', '--setenv', 'A', 'b c'])
    assert.deepEqual(capabilities(['CAP_KILL']), ['--cap-drop', 'ALL', '--cap-add', 'CAP_KILL'])
    assert.deepEqual(capabilities([]), ['--cap-drop', 'ALL'])
  })
})
