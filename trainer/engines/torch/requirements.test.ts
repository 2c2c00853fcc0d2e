import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { OLDEST_PYTHON, PEFT, REQUIRED, specifier, VLLM } from './requirements.ts'

describe('requirements of the PyTorch engine', () => {
  it('are those of its package', () => {
    const project = readFileSync(new URL('./pyproject.toml', import.meta.url), 'utf8')
    const dependencies = JSON.parse(/^dependencies = (\[.*\])$/m.exec(project)?.[1] ?? '[]') as string[]
    assert.deepEqual(dependencies, REQUIRED.map(specifier))
    assert.deepEqual(JSON.parse(/^lora = (\[.*\])$/m.exec(project)?.[1] ?? '[]'), [specifier(PEFT)])
    assert.match(project, new RegExp(`^requires-python = ">=${OLDEST_PYTHON}"$`, 'm'))
    const worker = readFileSync(new URL('./rollout_lab/sampling/vllm/worker.py', import.meta.url), 'utf8')
    assert.match(worker, new RegExp(`^OLDEST = \\(${VLLM.atLeast.replace('.', ', ')}\\)$`, 'm'))
  })
})
