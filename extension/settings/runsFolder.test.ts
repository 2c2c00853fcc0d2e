import assert from 'node:assert/strict'
import { folderOfFile, otherRunsFolder, runsFolderOf } from './runsFolder.ts'

describe('the runs folder', () => {
  it('starts at the workspace folder, unless it is absolute', () => {
    assert.equal(runsFolderOf('', '/w', '/s'), '/w/.rollout-lab/runs')
    assert.equal(runsFolderOf(' out ', '/w', '/s'), '/w/out')
    assert.equal(runsFolderOf('/data/../runs', '/w', '/s'), '/runs')
  })

  it('lies in the storage of the extension where there is no folder', () => {
    assert.equal(runsFolderOf('', undefined, '/s'), otherRunsFolder('/s'))
  })
})

describe('the workspace folder of a file', () => {
  it('is the innermost that holds it', () => {
    assert.equal(folderOfFile('/w/a/b/x.run.json', ['/w', '/w/a', '/v']), '/w/a')
  })

  it('is none where no folder holds it, however alike the names', () => {
    assert.equal(folderOfFile('/wide/x.run.json', ['/w']), undefined)
    assert.equal(folderOfFile('/w', ['/w']), undefined)
    assert.equal(folderOfFile('/x', ['/w/a']), undefined)
  })
})
