import assert from 'node:assert/strict'
import { pythonLaunch } from './pythonLaunch.ts'
import { forkingFilters } from './syscallFilter.ts'

const PYTHON = { program: '/opt/python/bin/python3', folders: ['/opt/python'], version: '3.12.0' }

describe('the worker in bubblewrap', () => {
  const { command, environment, reusable } = pythonLaunch(PYTHON)
  const inside = command.slice(command.indexOf('--') + 1)

  it('is given nothing of our environment but the way to bubblewrap', () => {
    assert.deepEqual(Object.keys(environment), ['PATH'])
    assert.ok(command.includes('--clearenv'))
  })

  it('serves one candidate after another, each in namespaces, with the filter of system calls', () => {
    assert.equal(reusable, true)
    assert.deepEqual([inside[0], inside.includes('namespaces')], [PYTHON.program, true])
    assert.deepEqual(inside.slice(-2), [forkingFilters()?.forker, forkingFilters()?.candidate].map((each) => each?.toString('base64')))
  })

  it('sees the installation of Python and its own program, and can write nothing', () => {
    const writable = command.filter((argument) => ['--bind', '--bind-try', '--dev-bind'].includes(argument))
    assert.equal(writable.filter((argument) => argument !== '--dev-bind').length, 0)
    assert.equal(command[command.indexOf('/opt/python') - 1], '--ro-bind')
    assert.ok(command.join(' ').includes('--remount-ro / '))
  })

  it('keeps the rights to make namespaces, and as root to change the user, no others', () => {
    const added = command.flatMap((argument, i) => (argument === '--cap-add' ? [command[i + 1]] : []))
    const asRoot = process.getuid?.() === 0
    assert.deepEqual(added, ['CAP_SYS_ADMIN', ...(asRoot ? ['CAP_SETUID', 'CAP_SETGID', 'CAP_KILL'] : [])])
    const [first, second] = [command, pythonLaunch(PYTHON).command].map((args) => args[args.indexOf('warm') + 1])
    assert.ok(asRoot ? first !== second && Number(first) >= 1_500_000_000 : first === '0')
  })
})
