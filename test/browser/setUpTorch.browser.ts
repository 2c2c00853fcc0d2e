import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const RUN = {
  name: 'with-torch', engine: 'torch', model: 'models/small', environment: { name: 'arithmetic-chain' }, steps: 1, problemsPerStep: 2, groupSize: 2, threads: 1,
  sampling: { maxTokens: 8 }, evaluation: { problems: 0 }
}
/** What a Python says of itself, as far as the search for one goes. */
const REPORT = {
  version: '3.12.1', prefix: '/p', isEnvironment: true, devices: [{ kind: 'cpu', name: 'CPU' }],
  packages: { torch: '2.13.0', transformers: '5.23.0', safetensors: '0.8.0', peft: '0.21.2', pip: null }
}

describe('PyTorch', function () {
  this.timeout(180_000)
  let machine: string
  let session: Session
  let workbench: Workbench

  /** A machine without PyTorch, whose uv makes environments of programs that only say what a Python would. */
  before(async () => {
    machine = mkdtempSync(join(tmpdir(), 'rollout-lab-torch-'))
    const program = (name: string, ...lines: string[]): string => {
      const path = join(machine, name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'))
      chmodSync(path, 0o755)
      return path
    }
    const python = program('python', `echo 'rollout-lab-python:${JSON.stringify(REPORT)}'`)
    program('bin/uv', `if [ "$1" = venv ]; then for folder; do :; done; mkdir -p "$folder/bin"; touch "$folder/pyvenv.cfg"; cp '${python}' "$folder/bin/python"; fi`, 'echo "did $1"')
    // VS Code asks the user's shell for the PATH.
    const shell = program('sh', 'for command; do :; done', 'exec /bin/sh -c "$command"')
    session = await startSession({
      environment: { SHELL: shell, ROLLOUT_LAB_PYTHON: '', VIRTUAL_ENV: '', CONDA_PREFIX: '', XDG_DATA_HOME: join(machine, 'data'), PATH: [join(machine, 'bin'), process.env['PATH']].join(delimiter) }
    })
    cpSync(join(ROOT, 'samples/models/arithmetic-chain'), join(session.workspace, 'models/small'), { recursive: true })
    writeFileSync(join(session.workspace, 'with-torch.run.json'), JSON.stringify(RUN))
    workbench = await session.open()
  })
  after(async () => {
    await session.close()
    rmSync(machine, { recursive: true, force: true })
  })
  pictureFailures(() => workbench)

  const environment = (): string => join(machine, 'data', 'rollout-lab', 'pytorch')
  const dialog = () => workbench.page.locator('.monaco-dialog-box')
  const press = (label: string) => dialog().locator('.monaco-button', { hasText: label }).click()
  const runs = () => readdirSync(session.runsFolder).filter((name) => name.startsWith('with-torch'))
  const start = async (): Promise<void> => {
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('with-torch.run.json')
    await dialog().filter({ hasText: 'finds no Python with PyTorch' }).waitFor()
  }

  it('is missed by a run that needs it, which does not start where people decline', async () => {
    await start()
    await workbench.picture('torch-missing')
    await press('Cancel')
    await dialog().waitFor({ state: 'detached' })
    assert.deepEqual([runs(), existsSync(environment())], [[], false])
  })

  it('is set up from there, and the run starts with it', async () => {
    await start()
    await press('Set Up PyTorch…')
    await workbench.pick('A new environment for all my runs')
    await workbench.pick('the smallest download')
    await workbench.notifications().filter({ hasText: 'PyTorch 2.13.0 is set up; it computes on the CPU.' }).waitFor()
    assert.deepEqual(readdirSync(environment()).sort(), ['bin', 'pyvenv.cfg'])
    for (; runs().length === 0; await workbench.page.waitForTimeout(50));
    // What stands for a Python here cannot run the engine: the run has begun, and says so.
    const events = join(session.runsFolder, runs()[0]!, 'events.jsonl')
    for (; !existsSync(events) || !readFileSync(events, 'utf8').includes('runFailed'); await workbench.page.waitForTimeout(50));
    assert.match(readFileSync(events, 'utf8'), /"code":"engine\/no-start"/)
  })
})
