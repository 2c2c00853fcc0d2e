import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRun, temporaryFolder, writeLabels } from '../../labels/exports/run.fixture.ts'
import { critique, firstError, label, MODEL, trace, verdict } from '../../labels/rows/rows.fixture.ts'
import { commandLine } from '../commandLine.fixture.ts'

const right = trace('r1', ['1 + 1 = 2', '2 + 2 = 4'])
const wrong = trace('r2', ['1 + 1 = 3', '3 + 2 = 5'], '5')
const RUN = '.rollout-lab/runs/one'

describe('lab labels export and import', () => {
  const folder = temporaryFolder()
  const lab = (...args: string[]) => commandLine(folder, ['labels', ...args])

  before(async () => {
    await makeRun(join(folder, RUN), [right, wrong])
    writeLabels(join(folder, '.rollout-lab/labels/one'), [label(right, verdict(true)), label(wrong, firstError(0)), label(wrong, critique('No.')), label(wrong, verdict(true), { source: MODEL })])
  })

  it('writes data beside the labels and says what was left out', async () => {
    const { code, out } = await lab('export', RUN)
    assert.equal(code, 0)
    assert.match(out, /critiques\.jsonl +1\n +solutions\.jsonl +1\n +steps\.jsonl +1\n/)
    assert.match(out, /1 for solutions +from a model/)
    assert.match(out, /Rows by source: human 3\n +Written to \.rollout-lab\/datasets\/one--\d{8}-\d{6}\n/)
  })

  it('answers with the manifest where it is asked for JSON', async () => {
    const { out } = await lab('export', RUN, '--kind', 'solutions', '--include-models', '--labeler', 'ada', '--format', 'parquet', '--out', 'data', '--json')
    const { folder: written, manifest } = JSON.parse(out)
    assert.deepEqual([written, manifest.files.map(({ file }: { file: string }) => file), manifest.options], ['<folder>/data', ['solutions.parquet', 'lineage.jsonl'], { includeHeldOut: false, includeModelSources: true, labelers: ['ada'] }])
    assert.deepEqual(readdirSync(join(folder, 'data')).sort(), ['README.md', 'lineage.jsonl', 'manifest.json', 'solutions.parquet'])
  })

  it('refuses kinds that do not exist, folders in use, runs without labels and runs that are gone', async () => {
    const fault = async (...args: string[]) => {
      const { code, err } = await lab('export', ...args)
      return [code, err.split('\n')[0]]
    }
    assert.deepEqual(await fault(RUN, '--kind', 'poems'), [2, 'error: --kind is "poems".'])
    assert.deepEqual(await fault(RUN, '--out', '.rollout-lab'), [2, 'error: The folder <folder>/.rollout-lab is not empty.'])
    assert.deepEqual(await fault(RUN, '--kind', 'preferences'), [2, 'error: No label of the run gives a row of preferences.'])
    assert.deepEqual(await fault(RUN, '--labels', 'nowhere'), [2, 'error: The run one has no labels.'])
    assert.deepEqual(await fault('gone'), [2, 'error: There is no run directory gone.'])
    assert.deepEqual(await fault(RUN, '--minimum-agreement', '2'), [2, 'error: --minimum-agreement is "2".'])
  })

  it('takes labels over into a new run, and into the run that they come from', async () => {
    await lab('export', RUN, '--kind', 'prm800k', '--out', 'prm')
    const made = await lab('import', 'prm/prm800k.jsonl', '--format', 'prm800k')
    assert.match(made.out, /2 labels of 1 traces, by ada\n +Made the run \.rollout-lab\/runs\/imported--prm800k--/)
    const attached = JSON.parse((await lab('import', 'prm/prm800k.jsonl', '--format', 'prm800k', '--run', RUN, '--json')).out)
    assert.deepEqual([attached.run, attached.labels, attached.unmatched], [`<folder>/${RUN}`, 2, { traces: 0, lines: [] }])
    assert.match((await lab('import', 'prm/prm800k.jsonl', '--format', 'prm800k', '--run', RUN)).out, /0 labels of 1 traces, by nobody new\n +2 labels were there already/)
  })

  it('names line and field of what it cannot import', async () => {
    writeFileSync(join(folder, 'bad.jsonl'), readFileSync(join(folder, 'prm/prm800k.jsonl'), 'utf8').replace('"rating":-1', '"rating":-2'))
    const { code, err } = await lab('import', 'bad.jsonl', '--format', 'prm800k')
    assert.equal(code, 2)
    assert.match(err, /Nothing was imported from .*bad\.jsonl: line 1, label\.steps\[0\]\.completions\[0\]\.rating is -2: expected one of -1\|0\|1\|null\.\n {2}at .*bad\.jsonl:1\n/)
    assert.equal((await lab('import', 'missing.jsonl', '--format', 'prm800k')).code, 2)
    assert.equal((await lab('import', 'bad.jsonl', '--format', 'csv')).code, 2)
    assert.equal((await lab('import', 'bad.jsonl', '--format', 'prm800k', '--run', RUN, '--out', 'x')).code, 2)
  })
})
