import assert from 'node:assert/strict'
import { pythonsOfMachine } from './pythonsOfMachine.ts'
import type { MachineChoice } from './pythonsOfMachine.ts'

describe('Pythons of this machine', () => {
  const vllm = (environment: NodeJS.ProcessEnv, more: Partial<MachineChoice> = {}): unknown => pythonsOfMachine({ root: '/nowhere', trustedFolders: [], ...more }, environment).vllm

  it('have one for vLLM by flag, by setting, by variable, or none', () => {
    const both = { LAB_VLLM_PYTHON: '/set', ROLLOUT_LAB_VLLM_PYTHON: '/named' }
    assert.deepEqual(vllm(both, { vllmFlag: '/flag' }), { path: '/flag', by: '--vllm-python' })
    assert.deepEqual(vllm(both), { path: '/set', by: 'the setting rolloutLab.vllmPython' })
    assert.deepEqual(vllm({ ...both, LAB_VLLM_PYTHON: '' }), { path: '/named', by: 'ROLLOUT_LAB_VLLM_PYTHON' })
    assert.equal(vllm({ LAB_PYTHON: '/p', ROLLOUT_LAB_PYTHON: '/q' }, { flag: '/r' }), undefined)
  })
})
