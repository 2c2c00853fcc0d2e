import assert from 'node:assert/strict'
import { reportPath } from './reportPath.ts'
import { differencesReport, evaluationReport, planReport, setupReport } from './reportTexts.ts'

describe('reports', () => {
  it('have one plain name, whatever they are of', () => {
    assert.equal(reportPath('Dry run of \u202ea/b\\c\u200b\n.run.json'), '/Dry run of a-b-c .run.json.txt')
  })

  it('of the setup', () => {
    const findings = [
      { name: 'Node', state: 'ok', required: true, detail: '20.20.2' },
      { name: 'engine onnx', state: 'broken', required: true, detail: 'no library', remedy: 'Install again' },
      { name: 'GPU', state: 'missing', required: false, detail: 'no nvidia-smi', remedy: 'Nothing to do' }
    ] as const
    const editor = { version: '1.100.0', extension: '0.1.0', remote: undefined, trusted: false, runsFolder: '/w/.rollout-lab/runs' }
    assert.equal(setupReport(findings, false, editor), `Cannot train yet: mend what is marked ✗.

✓  Node         20.20.2
✗  engine onnx  no library (required)
–  GPU          no nvidia-smi

What would mend what is missing (only what is required is needed):
  engine onnx: Install again
  GPU: Nothing to do

VS Code      1.100.0
Rollout Lab  0.1.0
runs on      this machine
workspace    restricted: runs can be read, nothing starts
runs folder  /w/.rollout-lab/runs
`)
  })

  it('of a plan', () => {
    const text = planReport({
      run: { name: 'chain', engine: 'onnx', model: '/m', seed: 1 },
      stages: [
        { name: 'sft', algorithm: 'sft', steps: 100, rolloutsPerStep: 0, tokensPerStep: 0 },
        { name: 'rl', algorithm: 'grpo', steps: 20, rolloutsPerStep: 128, tokensPerStep: 7168 }
      ],
      evaluation: { problems: 300, elsewhere: 100, rollouts: 6800, during: { every: 40, problems: 64 } }, examples: [{ environment: 'chain', prompt: '1 + 1\u001b[31m\n=' }], notices: ['60 problems']
    })
    assert.match(text, /^What the run would do\. Nothing was started and nothing was written\.\n\nrun +chain\n/)
    assert.match(text, /stage rl +grpo, 20 steps of 128 rollouts and at most 7168 tokens\n/)
    assert.match(text, /stage sft +sft, 100 steps on demonstrations\n/)
    assert.match(text, /evaluation +300 held-out problems and 100 of other sets to watch, 6800 completions, before and after; 64 problems every 40 steps\n/)
    assert.match(text, /Note: 60 problems\nOne problem of chain:\n {2}1 \+ 1/)
  })

  it('of an evaluation, each number with its interval and its meaning', () => {
    const text = evaluationReport({
      checkpoint: 'step-000100', run: 'chain',
      result: {
        environment: 'chain', problems: 300, samplesPerProblem: 16, temperature: 1, passAt1: { value: 0.6131, low: 0.589, high: 0.636 },
        passAtK: { 1: { value: 0.6131, low: 0.589, high: 0.636 } }, truncated: 0.01, meanTokens: 31.25
      }
    })
    assert.equal(text, `step-000100 of chain on 300 held-out problems of chain,
16 completions of each at temperature 1.

pass@1       61.3 % [58.9, 63.6]
truncated    1.0 %
mean length  31.3 tokens

pass@k: chance that at least one of k completions of a problem is right (unbiased estimate). Brackets: 95 % interval over problems.
`)
  })

  it('of what tells runs apart', () => {
    const names = new Map([['/1', 'one'], ['/2', 'two'], ['/3', 'three']])
    const differences = [{ path: 'optimizer.learningRate', values: ['0.1', null] }]
    assert.equal(differencesReport(names, { compared: ['/1', '/2'], unreadable: [], differences, same: 40 }), `1 field differs, 40 are the same.

  A  one
  B  two

optimizer.learningRate
  A  0.1
  B  (absent)
`)
    const unreadable = [{ run: '/3', problem: '/3 was written by a newer Rollout Lab. Update Rollout Lab to read it.' }]
    assert.match(differencesReport(names, { compared: ['/1', '/2'], unreadable, differences, same: 40 }), /the same\.\nLeft out: three\. \/3 was written by a newer Rollout Lab\. Update Rollout Lab to read it\.\n\n {2}A {2}one/)
    assert.match(differencesReport(names, { compared: ['/1'], unreadable, differences: [], same: 40 }), /^Fewer than two of these runs can be read.*\nLeft out: three/)
  })
})
