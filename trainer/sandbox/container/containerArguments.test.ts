import assert from 'node:assert/strict'
import { CANDIDATE_UID, containerArguments } from './containerArguments.ts'

describe('arguments of a container', () => {
  const args = containerArguments('name', '/program/of/the/worker')
  const of = (option: string): string | undefined => args[args.indexOf(option) + 1]

  it('shut the network, the system and new privileges', () => {
    assert.deepEqual([of('--network'), of('--ipc'), of('--security-opt'), of('--cap-drop')], ['none', 'none', 'no-new-privileges', 'ALL'])
    assert.ok(args.includes('--read-only'))
  })

  it('show one folder of the machine, read-only', () => {
    assert.deepEqual(args.filter((argument) => ['--volume', '-v', '--mount', '--device', '--privileged'].includes(argument)), ['--volume'])
    assert.equal(of('--volume'), '/program/of/the/worker:/lab:ro')
  })

  it('limit memory without swap, processes and the private folder', () => {
    assert.equal(of('--memory'), of('--memory-swap'))
    assert.match(of('--pids-limit')!, /^\d+$/)
    assert.match(of('--tmpfs')!, /^\/tmp:.*noexec.*size=\d+m,nr_inodes=\d+/)
  })

  it('fetch no image and leave no container', () => {
    assert.equal(of('--pull'), 'never')
    assert.ok(args.includes('--rm'))
  })

  it('leave the worker only what it needs to make candidates another user’s', () => {
    assert.deepEqual(args.flatMap((argument, i) => (argument === '--cap-add' ? [args[i + 1]] : [])), ['SETUID', 'SETGID', 'KILL'])
    assert.ok(CANDIDATE_UID > 0)
  })
})
