import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { SandboxProbe } from '../../trainer/sandbox/sandbox.ts'
import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'

const root = join(import.meta.dirname, '../..')
const NODE = [process.execPath, '--import', 'tsx']
/** A user without rights, where we are root; else whoever we are. */
const NOBODY = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all', '--'] : []
/** A container that forbids namespaces of its own, as many do. */
const NO_NAMESPACES = ['bwrap', '--unshare-user', '--disable-userns', '--bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--']

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (command: readonly string[]): Promise<Ended> => new Promise((resolve) => {
  const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }
  execFile(command[0]!, command.slice(1), { cwd: root, env: environment, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
    resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }))
})

const [here, readable, nested] = await Promise.all([
  bubblewrapBackend().probe(), run([...NOBODY, ...NODE, '-e', '0']), run([...NOBODY, ...NO_NAMESPACES, 'true'])
])

if (!here.works) console.log(`  bubblewrap for other users: untested here (${here.detail}).`)
else {
  describe('bubblewrap for other users', () => {
    if (NOBODY.length === 0) console.log('  bubblewrap as another user: untested here (we are not root; the other tests run without its rights already).')
    else if (readable.code !== 0) console.log(`  bubblewrap as another user: untested here (${readable.stderr.trim().split('\n')[0]}).`)
    else {
      it('keeps the hostile programs in where we are not root', async () => {
        const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
        const { code, stdout, stderr } = await run([...NOBODY, ...NODE, mocha, '--fgrep', 'in bubblewrap', 'test/sandbox/hostile.test.ts'])
        assert.equal(code, 0, stdout.slice(-4000) + stderr.slice(-2000))
        assert.match(stdout, /hostile programs in bubblewrap\n[^]*fork bomb/)
      }).timeout(600_000)
    }

    if (nested.code !== 0) console.log(`  bubblewrap without namespaces: untested here (${nested.stderr.trim()}).`)
    else {
      it('is said not to work, and why, where namespaces are forbidden', async () => {
        const { stdout, stderr } = await run([...NOBODY, ...NO_NAMESPACES, ...NODE, 'test/sandbox/probe.fixture.ts'])
        const probe = JSON.parse(stdout || `"${stderr}"`) as SandboxProbe
        assert.deepEqual([probe.name, probe.works], ['bubblewrap', false])
        assert.match(probe.detail, /namespace|permitted|space left/i)
        assert.match(probe.remedy, /user namespaces/)
      })
    }
  })
}
