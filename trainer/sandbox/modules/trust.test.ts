import assert from 'node:assert/strict'
import { rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { readModuleSources } from './moduleSources.ts'
import type { ModuleSources } from './moduleSources.ts'
import { approve, isApproved, NotApprovedError, requireTrust, requireTrustOfAll, revoke } from './trust.ts'
import { Workspace } from './workspace.fixture.ts'

const refusal = (code: string) => (error: unknown) => LabError.is(error, code)

describe('module sources and trust', () => {
  let workspace: Workspace
  let user: Workspace
  const read = (path = 'reward.ts') => readModuleSources(path, workspace.folder)
  const options = (trustWorkspace = false) => ({ approvalsFile: join(user.folder, 'config', 'approved.json'), trustWorkspace })

  beforeEach(() => {
    workspace = new Workspace()
    user = new Workspace()
    workspace.write('reward.ts', `import { helper } from './parts/helper.ts'\nexport const reward = { score: () => ({ score: helper(), why: '' }) }`)
    workspace.write('parts/helper.ts', `export { helper } from './deeper.js'`)
    workspace.write('parts/deeper.ts', `export const helper = (): number => 1`)
  })
  afterEach(() => {
    workspace.remove()
    user.remove()
  })

  it('reads the module with all that it imports by relative path', () => {
    const names = Object.keys(read().sources).map((url) => url.slice(url.lastIndexOf('/') + 1))
    assert.deepEqual(names.sort(), ['deeper.ts', 'helper.ts', 'reward.ts'])
  })

  it('hashes contents and names, not the place of the workspace', () => {
    const before = read().hash
    assert.match(before, /^[0-9a-f]{64}$/)
    const elsewhere = new Workspace()
    for (const name of ['reward.ts', 'parts/helper.ts', 'parts/deeper.ts']) elsewhere.write(name, sourceOf(name))
    assert.equal(readModuleSources('reward.ts', elsewhere.folder).hash, before)
    elsewhere.remove()
  })
  const sourceOf = (name: string): string => Object.entries(read().sources).find(([url]) => url.endsWith(name))?.[1] ?? ''

  it('asks again when any file of it changes by a byte', () => {
    approve(read(), options().approvalsFile, new Date(0))
    assert.ok(requireTrust(read(), options()))
    workspace.write('parts/deeper.ts', `export const helper = (): number => 2`)
    assert.throws(() => requireTrust(read(), options()), refusal('trust/not-approved'))
  })

  it('tells of all that nobody approved at once, and of what was let run besides', () => {
    for (const name of ['a.ts', 'b.ts', 'c.ts']) workspace.write(name, `export const name = '${name}'`)
    const [a, b, c] = [read('a.ts'), read('b.ts'), read('c.ts')]
    approve(b, options().approvalsFile, new Date(0))
    const refused = (modules: readonly ModuleSources[], trustedModules: readonly string[] = []): NotApprovedError => {
      try {
        requireTrustOfAll(modules, { ...options(), trustedModules })
      } catch (error) {
        if (error instanceof NotApprovedError) return error
      }
      throw new assert.AssertionError({ message: 'nothing was refused' })
    }
    const both = refused([a, b, c])
    assert.deepEqual(both.modules, [{ file: a.entry, hash: a.hash }, { file: c.entry, hash: c.hash }])
    assert.equal(both.message, `2 modules are code of the workspace that nobody has approved:\n  ${a.entry} (SHA-256 ${a.hash})\n  ${c.entry} (SHA-256 ${c.hash})`)
    const one = refused([a, b, c], [a.hash])
    assert.deepEqual([one.modules, one.place], [[{ file: c.entry, hash: c.hash }], c.entry])
    assert.match(one.message, /It is none of what was let run this once/)
    requireTrustOfAll([a, b, c], { ...options(), trustedModules: [a.hash, c.hash] })
  })

  it('asks again when an import leads to another file, though no file changed', () => {
    workspace.write('kind.ts', 'export const kind = 1')
    workspace.write('harsh.ts', 'export const kind = 2')
    workspace.write('linked.ts', `import { kind as a } from './a.ts'\nimport { kind as b } from './b.ts'\nexport const reward = { score: () => ({ score: a - b, why: '' }) }`)
    const link = (a: string, b: string): string => {
      for (const [name, target] of [['a.ts', a], ['b.ts', b]] as const) {
        rmSync(join(workspace.folder, name), { force: true })
        symlinkSync(join(workspace.folder, target), join(workspace.folder, name))
      }
      return read('linked.ts').hash
    }
    const before = link('kind.ts', 'harsh.ts')
    assert.notEqual(link('harsh.ts', 'kind.ts'), before)
    assert.equal(link('kind.ts', 'harsh.ts'), before)
  })

  it('tells which of two files that import each other is the one that runs', () => {
    workspace.write('one.ts', `import './two.ts'`)
    workspace.write('two.ts', `import './one.ts'`)
    assert.notEqual(read('one.ts').hash, read('two.ts').hash)
  })

  it('refuses without approval, naming the module, its hash and the way out', () => {
    assert.throws(() => requireTrust(read(), options()), (error) =>
      LabError.is(error, 'trust/not-approved') && error.message.includes(read().hash) && error.remedy.includes('--trust-workspace'))
  })

  it('--trust-workspace approves for the run and keeps nothing', () => {
    assert.ok(requireTrust(read(), options(true)))
    assert.equal(isApproved(read(), options().approvalsFile), false)
  })

  it('lets what people were shown run this once, keeps nothing, and refuses what has changed since', () => {
    const shown = { ...options(), trustedModules: [read().hash] }
    assert.ok(requireTrust(read(), shown))
    assert.equal(isApproved(read(), shown.approvalsFile), false)
    workspace.write('parts/deeper.ts', `export const helper = (): number => 2`)
    assert.throws(() => requireTrust(read(), shown), (error) =>
      LabError.is(error, 'trust/not-approved') && error.message.includes(read().hash) && error.message.includes('has changed since'))
  })

  it('keeps the list for its user alone, and takes approvals back', () => {
    const { approvalsFile } = options()
    approve(read(), approvalsFile, new Date(0))
    approve(read(), approvalsFile, new Date(1))
    if (process.platform !== 'win32') assert.equal(statSync(approvalsFile).mode & 0o077, 0)
    revoke(read().hash, approvalsFile)
    assert.equal(isApproved(read(), approvalsFile), false)
  })

  it('says so when the list is damaged, instead of taking it for empty', () => {
    const approvalsFile = user.write('approved.json', '{"version":1,"approved":[{"hash":"*"}]}')
    assert.throws(() => isApproved(read(), approvalsFile), refusal('trust/approvals-unreadable'))
  })

  it('refuses what lies outside of the workspace, also behind a link or an import', () => {
    const secret = user.write('outside.ts', 'export const reward = 1')
    assert.throws(() => read(secret), refusal('trust/outside-workspace'))
    symlinkSync(secret, join(workspace.folder, 'link.ts'))
    assert.throws(() => read('link.ts'), refusal('trust/outside-workspace'))
    workspace.write('importer.ts', `import './link.ts'`)
    assert.throws(() => read('importer.ts'), refusal('trust/outside-workspace'))
  })

  it('refuses what is missing, too large, no file or of another kind', () => {
    assert.throws(() => read('missing.ts'), refusal('trust/module-unreadable'))
    assert.throws(() => read(workspace.write('reward.py', '')), refusal('trust/module-kind'))
    assert.throws(() => read(workspace.write('big.js', ' '.repeat(2 ** 20 + 1))), refusal('trust/module-too-large'))
    workspace.write('folder.ts/x', '')
    assert.throws(() => read('folder.ts'), refusal('trust/module-unreadable'))
  })

  it('is not moved by a file that changes after it was read', () => {
    const approved = requireTrust(read(), options(true))
    writeFileSync(approved.entry, 'changed')
    assert.ok(approved.sources[approved.entryUrl]?.includes('helper'))
  })
})
