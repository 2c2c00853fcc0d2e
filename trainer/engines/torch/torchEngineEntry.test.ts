import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunFile } from '../../protocol/runFile.ts'
import { startChild } from '../engineChannel.ts'
import { packageFolder, pythonVariables } from './pythonEnvironment.ts'
import { torchEngineEntry } from './torchEngineEntry.ts'

const VLLM_PYTHON = 'ROLLOUT_LAB_VLLM_PYTHON'

/** What a program in the place of Python finds in its environment under the name. */
async function found(name: string): Promise<string> {
  const entry = torchEngineEntry(process.execPath)
  const child = startChild({ ...entry, execArgv: ['-p'], file: `process.env[${JSON.stringify(name)}] ?? ''` }, [])
  const said: Buffer[] = []
  child.stdout!.on('data', (part: Buffer) => said.push(part))
  await once(child, 'close')
  return Buffer.concat(said).toString().trim()
}

describe('torch engine entry: the Python that has vLLM', () => {
  const before = process.env[VLLM_PYTHON]
  afterEach(() => {
    if (before === undefined) delete process.env[VLLM_PYTHON]
    else process.env[VLLM_PYTHON] = before
  })

  it('comes from the environment of this machine, under the name that the sampler reads', async () => {
    const reader = readFileSync(join(packageFolder(), 'rollout_lab', 'sampling', 'vllm', 'process.py'), 'utf8')
    assert.ok(reader.includes(`PYTHON_VARIABLE = "${VLLM_PYTHON}"`))
    process.env[VLLM_PYTHON] = '/machine/vllm/python'
    assert.equal(await found(VLLM_PYTHON), '/machine/vllm/python')
  })

  it('comes from nowhere else', async () => {
    delete process.env[VLLM_PYTHON]
    assert.equal(await found(VLLM_PYTHON), '')
    assert.equal(pythonVariables({ [VLLM_PYTHON]: '/other/python' })[VLLM_PYTHON], undefined)
    for (const torch of [{ vllmPython: '/hostile' }, { environment: { [VLLM_PYTHON]: '/hostile' } }]) {
      assert.equal(RunFile.safeParse({ engine: 'torch', model: 'm', torch }).success, false)
    }
  })
})
