import assert from 'node:assert/strict'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathTo, readOnly, systemMounts } from './systemMounts.ts'

/** Folders that arguments show from the machine, by the kind of mount. */
function shown(args: readonly string[]): { readonly from: string; readonly kind: string }[] {
  return args.flatMap((kind, i) => (/bind/.test(kind) ? [{ kind, from: args[i + 1]! }] : []))
}

describe('what a sandbox of bubblewrap shows of the machine', () => {
  it('is the system’s programs read-only and five devices', () => {
    const mounts = shown(systemMounts())
    for (const { kind, from } of mounts) {
      assert.match(from, kind === '--dev-bind' ? /^\/dev\/(null|zero|full|random|urandom)$/ : /^(\/usr|\/bin|\/sbin|\/lib\w*|\/nix\/store|\/etc\/ld\.so\.cache|\/etc\/alternatives)$/)
      assert.ok(['--dev-bind', '--ro-bind', '--ro-bind-try'].includes(kind), kind)
    }
    assert.equal(mounts.filter(({ kind }) => kind === '--dev-bind').length, 5)
  })

  it('is no home, not even where an installation claims to lie in one', () => {
    assert.deepEqual(readOnly(['/', homedir(), dirname(homedir()), 'relative/folder']), [])
    const inside = join(homedir(), '.pyenv', 'versions', '3.12')
    assert.deepEqual(shown(readOnly([inside, inside])), [{ kind: '--ro-bind', from: inside }])
  })

  it('shows what lies in the system once', () => {
    assert.deepEqual(readOnly(['/usr', '/usr/local', '/bin']), [])
  })

  it('opens the folders on the way to another user', () => {
    assert.deepEqual(pathTo('/a/b/c'), ['--perms', '0755', '--dir', '/a', '--perms', '0755', '--dir', '/a/b'])
    assert.deepEqual(pathTo('/tmp/x'), [])
  })
})
