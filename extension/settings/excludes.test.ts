import assert from 'node:assert/strict'
import { excludesOf, lacksExcludes } from './excludes.ts'

describe('a runs folder that VS Code would watch and search', () => {
  it('is one inside of the workspace that is not the usual one', () => {
    assert.deepEqual(excludesOf('/w/out/runs', ['/v', '/w']), { watcher: '**/out/runs/**', search: '**/out/runs', workspaceFolder: '/w', runsFolder: 'out/runs' })
    assert.equal(excludesOf('/w/.rollout-lab/runs', ['/w']), undefined)
    assert.equal(excludesOf('/w/part/.rollout-lab/runs', ['/w']), undefined)
    assert.equal(excludesOf('/data/runs', ['/w']), undefined)
    assert.equal(excludesOf('/w/my.rollout-lab/runs', ['/w'])?.search, '**/my.rollout-lab/runs')
  })

  it('is left out where both settings name it, switched off or not', () => {
    const excludes = excludesOf('/w/out', ['/w'])!
    assert.equal(lacksExcludes(excludes, undefined, undefined), true)
    assert.equal(lacksExcludes(excludes, { '**/out/**': true }, {}), true)
    assert.equal(lacksExcludes(excludes, { '**/out/**': true }, { '**/out': false }), false)
  })
})
