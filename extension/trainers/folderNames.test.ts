import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FolderNames, namedFolders } from './folderNames.ts'

describe('what a window calls the run of a trainer', () => {
  let top = ''
  beforeEach(() => (top = realpathSync(mkdtempSync(join(tmpdir(), 'names-')))))
  afterEach(() => rmSync(top, { recursive: true }))

  const namesOf = (runsFolders: readonly string[], workspaceFolders: readonly string[]) => new FolderNames(() => namedFolders(runsFolders, workspaceFolders))

  it('starts at a runs folder of the settings that is a link, wherever it lies', () => {
    mkdirSync(join(top, 'disk', 'runs'), { recursive: true })
    symlinkSync(join(top, 'disk', 'runs'), join(top, 'link'))
    assert.equal(namesOf([join(top, 'link')], []).shown(join(top, 'disk', 'runs', 'a')), join(top, 'link', 'a'))
  })

  it('starts there too where the link lies in a workspace and leads elsewhere in it', () => {
    mkdirSync(join(top, 'w', 'store'), { recursive: true })
    symlinkSync(join(top, 'w', 'store'), join(top, 'w', 'runs'))
    const names = namesOf([join(top, 'w', 'runs')], [join(top, 'w')])
    assert.equal(names.shown(join(top, 'w', 'store', 'a')), join(top, 'w', 'runs', 'a'))
    assert.equal(names.shown(join(top, 'w', 'other', 'a')), join(top, 'w', 'other', 'a'))
  })

  it('starts at the workspace folder for what lies in no runs folder', () => {
    mkdirSync(join(top, 'w'))
    symlinkSync(join(top, 'w'), join(top, 'link'))
    assert.equal(namesOf(['/gone'], [join(top, 'link')]).shown(join(top, 'w', 'x', 'a')), join(top, 'link', 'x', 'a'))
  })
})
