import assert from 'node:assert/strict'
import { evaluationArgs } from './evaluationArgs.ts'

const asked = { checkpoint: '/runs/a/checkpoints/step-000002', directory: '/runs/a', engine: 'torch', problems: 50, samples: 4, threads: 2 } as const

describe('the command that evaluates a checkpoint', () => {
  it('names the run, its engine and how thoroughly', () => {
    assert.equal(evaluationArgs(asked, {}).join(' '), 'eval /runs/a/checkpoints/step-000002 --as-run /runs/a --engine torch --problems 50 --samples 4 --threads 2 --json')
  })

  it('hands on what people consented to, and nothing else', () => {
    assert.deepEqual(evaluationArgs(asked, { trustedModules: ['a'.repeat(64)] }).slice(-2), ['--json', `--trust-module=${'a'.repeat(64)}`])
    assert.deepEqual(evaluationArgs(asked, { unsafeSandbox: true }).slice(-2), ['--json', '--unsafe-sandbox'])
  })
})
