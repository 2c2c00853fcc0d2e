import assert from 'node:assert/strict'
import { isKnownRun } from './knownRuns.ts'

describe('isKnownRun', () => {
  const folders = ['/w/.rollout-lab/runs']

  it('knows runs directly inside a runs folder', () => {
    assert.ok(isKnownRun('/w/.rollout-lab/runs/a--b--c', folders))
    assert.ok(isKnownRun('/w/.rollout-lab/runs/a', ['/w/.rollout-lab/runs/']))
  })

  it('knows nothing else', () => {
    for (const run of ['/etc', '/w/.rollout-lab/runs', '/w/.rollout-lab/runs/a/b', '/w/.rollout-lab/runs/../../x', '/w/.rollout-lab/runs/.', '/w/.rollout-lab/runs/a/', 'a', '', '/w/.rollout-lab/runs-other/a']) {
      assert.ok(!isKnownRun(run, folders), run)
    }
    assert.ok(!isKnownRun('/etc/passwd', []))
  })
})
