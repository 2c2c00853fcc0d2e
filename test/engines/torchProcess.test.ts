import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../trainer/errors.ts'
import { pythonsOfMachine } from '../../trainer/cli/torch/pythonsOfMachine.ts'
import { runEngines } from '../../trainer/cli/torch/runEngines.ts'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import type { Engine, EngineNotice } from '../../trainer/engines/engine.ts'
import { explainStart } from '../../trainer/engines/torch/explainStart.ts'
import { startTorchEngine } from '../../trainer/engines/torch/startTorchEngine.ts'
import type { TorchEngineStart } from '../../trainer/engines/torch/startTorchEngine.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { engineOf, lab, labSucceeds, startLab } from '../process/labProcess.ts'
import type { LabEnd } from '../process/labProcess.ts'
import { finalState } from '../process/finalState.ts'
import { Place, TINY_STEPS } from '../process/tinyRun.ts'
import { describeWithTorch } from './torchEngines.ts'
import { source } from './subjects.ts'

const python = process.env['ROLLOUT_LAB_PYTHON'] ?? ''
const packageFolder = fileURLToPath(new URL('../../trainer/engines/torch', import.meta.url))

const refusal = (call: Promise<unknown>): Promise<LabError> =>
  call.then(() => assert.fail('was not refused'), (error: unknown) => (LabError.is(error) ? error : assert.fail(String(error))))

describe('torch engine: a Python that will not do', function () {
  this.timeout(60_000)
  let place: Place
  let file: string
  before(() => {
    place = new Place()
    file = place.runFile({ engine: 'torch' })
  })
  after(() => place.remove())

  /** A program that says of itself what a Python would. */
  function pretender(name: string, version: string, packages: Record<string, string | null>): string {
    const report = { version, prefix: '/p', isEnvironment: true, packages: { safetensors: '0.8.0', pip: '25.0', ...packages } }
    const path = place.write(name, `#!/bin/sh\necho 'rollout-lab-python:${JSON.stringify(report)}'\n`)
    chmodSync(path, 0o755)
    return path
  }

  /** Nothing of the run is made, and people read a sentence, never a traceback. */
  async function refused(...args: string[]): Promise<string> {
    const end: LabEnd = await lab(place.folder, ['run', file, '--out', 'r', '--json', ...args])
    assert.notEqual(end.code, 0)
    assert.deepEqual([end.events.length, existsSync(place.at('r')), /Traceback/.test(end.err)], [0, false, false])
    return end.err.replaceAll(place.folder, '<folder>')
  }

  it('lacks a package', async () => {
    const path = pretender('bare', '3.12.1', { torch: '2.13.0', transformers: null })
    assert.equal(await refused('--python', path), 'error: <folder>/bare, chosen by --python, (Python 3.12.1) lacks transformers.\n  at <folder>/bare\n  Run: <folder>/bare -m pip install "transformers>=5,<6"\n')
  })

  it('lacks what LoRA needs, where the run wants it', async () => {
    const path = pretender('no-peft', '3.12.1', { torch: '2.13.0', transformers: '5.23.0', peft: null })
    assert.match(await refused('--python', path, '--set', 'torch.lora.rank=4'), /lacks peft\.[^]*-m pip install "peft>=/)
  })

  it('is too old, or its packages are', async () => {
    assert.match(await refused('--python', pretender('old', '3.9.18', {})), /is Python 3\.9\.18; the engine needs 3\.10 or newer\.[^]*Run `[^`]*lab[^`]* setup-torch`/)
    const aged = pretender('aged', '3.12.1', { torch: '2.6.0+cu124', transformers: '4.56.0' })
    assert.match(await refused('--python', aged), /has torch 2\.6\.0\+cu124, and the engine needs 2\.11 or newer; transformers 4\.56\.0, and the engine needs 5 or newer/)
  })

  it('is no Python, or does not exist', async () => {
    assert.match(await refused('--python', process.execPath), /did not answer as Python 3\.10 or newer does[^]*Run `[^`]*lab[^`]* setup-torch`/)
    assert.match(await refused('--python', 'nowhere/python'), /^error: There is no file nowhere\/python\.\n {2}at --python\n/)
  })

  it('is not taken from the workspace unless that is trusted', async () => {
    place.write('.venv/pyvenv.cfg', '')
    cpSync(pretender('planted', '3.12.1', { torch: null, transformers: null }), place.at('.venv', 'bin', 'python'), { recursive: true })
    chmodSync(place.at('.venv', 'bin', 'python'), 0o755)
    const started = (trustedFolders: readonly string[]): Promise<unknown> => {
      const found = pythonsOfMachine({ root: place.at('program'), trustedFolders }, { PATH: place.at('bin') })
      return runEngines(RunFile.parse({ engine: 'torch', model: 'm' }), place.at('r'), { ...found, own: [] }, place.folder)
    }
    const [untrusted, trusted] = [await refusal(started([])), await refusal(started([place.folder]))]
    assert.equal(untrusted.message, 'There is no Python to run PyTorch with.')
    assert.ok(untrusted.remedy.includes(`${place.at('.venv', 'bin', 'python')} was left alone: name it with --python`), untrusted.remedy)
    assert.ok(trusted.message.startsWith(`${place.at('.venv', 'bin', 'python')}, of the workspace, (Python 3.12.1) lacks torch, transformers`), trusted.message)
  })
})

describeWithTorch('torch engine in a process of its own', function () {
  this.timeout(300_000)
  let folder: string
  const open: Engine[] = []
  before(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'torch-process-')))))
  after(async () => {
    for (const engine of open) await engine.close()
    rmSync(folder, { recursive: true })
  })
  const start = async (more: Partial<TorchEngineStart> = {}): Promise<Engine> => {
    const engine = await startTorchEngine({ python, threads: 1, microBatchTokens: 64, options: { device: 'cpu' }, ...more })
    open.push(engine)
    return engine
  }

  const survivesKill = async (torch: RunFileInput['torch']): Promise<void> => {
    const place = new Place()
    try {
      const file = place.runFile({ engine: 'torch', torch })
      await labSucceeds(place.folder, ['run', file, '--out', 'undisturbed', '--json'])
      let killed = false
      const { ended } = startLab(place.folder, ['run', file, '--out', 'killed', '--json'], (event, child) => {
        if (killed || event.type !== 'stepStarted' || event.step !== 4) return
        killed = true
        process.kill(engineOf(child, 'rollout_lab')!, 'SIGKILL')
      })
      const end = await ended
      assert.equal(end.code, 0, end.err)
      const restarts = end.events.flatMap((event) => (event.type === 'engineRestarted' ? [event.reason] : []))
      assert.equal(restarts.length, 1)
      assert.match(restarts[0]!, /^The engine process was killed \(SIGKILL\)/)
      const [found, expected] = [await finalState(place.at('killed'), TINY_STEPS), await finalState(place.at('undisturbed'), TINY_STEPS)]
      assert.deepEqual([found.files, found.rollouts, found.finishedSteps], [expected.files, expected.rollouts, expected.finishedSteps])
    } finally {
      place.remove()
    }
  }

  it('is killed in the middle of a run, which goes on and ends with the same bits', () => survivesKill({ device: 'cpu' }))
  it('is killed while it trains an adapter of a new model, with the same outcome', () => survivesKill({ device: 'cpu', lora: { rank: 4 } }))

  it('imports nothing of the folder that it is started in, nor of PYTHONPATH', async () => {
    const workspace = join(folder, 'hostile')
    mkdirSync(workspace)
    const planted = `open(${JSON.stringify(join(workspace, 'ran'))}, "w").close()\nraise SystemExit("planted")\n`
    for (const name of ['torch', 'transformers', 'json', 'argparse', 'sitecustomize', 'usercustomize', 'rollout_lab', 'numpy']) writeFileSync(join(workspace, `${name}.py`), planted)
    const before = { folder: process.cwd(), path: process.env['PYTHONPATH'] }
    process.chdir(workspace)
    process.env['PYTHONPATH'] = workspace
    try {
      const engine = await start()
      assert.equal((await engine.info()).name, 'torch')
      await engine.loadModel(source)
    } finally {
      process.chdir(before.folder)
      if (before.path === undefined) delete process.env['PYTHONPATH']
      else process.env['PYTHONPATH'] = before.path
    }
    assert.equal(existsSync(join(workspace, 'ran')), false)
  })

  it('says what is wrong with a model’s folder, and keeps the model that it has', async () => {
    const engine = await start()
    await engine.loadModel(source)
    const whole = join(folder, 'whole')
    await engine.save(whole, { optimizer: false, dtype: 'float32' })
    const damaged = async (name: string, damage: (place: string) => void): Promise<string> => {
      const place = join(folder, name)
      cpSync(whole, place, { recursive: true })
      damage(place)
      const error = await refusal(engine.loadModel({ kind: 'folder', folder: place }))
      assert.ok(error.code.startsWith('model/') && error.remedy !== '' && !/Traceback/.test(error.message), `${name}: ${error.code} ${error.message}`)
      assert.ok(`${error.place} ${error.message}`.includes(place), `${name} is not named: ${error.place} ${error.message}`)
      return error.code
    }
    const codes = [
      await damaged('no-config', (place) => rmSync(join(place, 'config.json'))),
      await damaged('broken-config', (place) => writeFileSync(join(place, 'config.json'), '{"architectures":')),
      await damaged('no-weights', (place) => rmSync(join(place, 'model.safetensors'))),
      await damaged('pickle', (place) => {
        rmSync(join(place, 'model.safetensors'))
        writeFileSync(join(place, 'pytorch_model.bin'), 'cos\nsystem\n(S"true"\ntR.')
      }),
      await damaged('cut-off', (place) => truncateSync(join(place, 'model.safetensors'), 200)),
      await damaged('no-tokenizer', (place) => readdirSync(place).filter((name) => name.startsWith('tokenizer')).forEach((name) => rmSync(join(place, name))))
    ]
    assert.equal(codes.length, 6)
    assert.equal((await refusal(engine.loadModel({ kind: 'folder', folder: join(folder, 'nowhere') }))).code, 'model/missing')
    assert.deepEqual((await engine.logprobs([{ prompt: [1], completion: [2] }])).length, 1)
  })

  it('halves the micro-batch where memory ends, tells of it, and gives the same gradient', async () => {
    const starved = join(folder, 'starved')
    mkdirSync(join(starved, 'rollout_lab'), { recursive: true })
    const program = fileURLToPath(new URL('./starvedEngine.py', import.meta.url))
    writeFileSync(join(starved, 'rollout_lab', '__main__.py'), `import sys\nsys.argv[1:1] = [${JSON.stringify(packageFolder)}, "24"]\nexec(compile(open(${JSON.stringify(program)}).read(), ${JSON.stringify(program)}, "exec"))\n`)
    const notices: EngineNotice[] = []
    const [poor, rich] = [await start({ packageFolder: starved, onNotice: (notice) => notices.push(notice) }), await start()]
    const data = [[3, 4, 3, 5], [2, 2, 6, 1, 4, 4, 5], [6, 1], [5, 5, 5, 2, 3, 1, 4, 4]].map((completion, i) => ({ prompt: [1 + i, 2, 3], completion, advantages_T: completion.map((token) => (token % 2) - 0.5) }))
    const loss = { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'tokenMean' } } as const
    const gradient = async (engine: Engine): Promise<Record<string, number[]>> => {
      await engine.loadModel(source)
      await engine.forwardBackward(data, loss)
      return engine.gradients()
    }
    const [found, expected] = [await gradient(poor), await gradient(rich)]
    assert.deepEqual(Object.keys(found), Object.keys(expected))
    for (const [name, values] of Object.entries(expected)) values.forEach((value, i) => assert.ok(Math.abs(found[name]![i]! - value) < 1e-6, `${name}[${i}]`))
    assert.ok(notices.length > 0)
    assert.deepEqual(notices.map(({ kind, detail }) => [kind, /CUDA out of memory/.test(detail)]), notices.map(() => ['outOfMemory', true]))
    assert.ok(notices.at(-1)!.microBatchTokens! <= 24)
  })

  it('is told which Python has vLLM, and says that vLLM samples', async () => {
    const engine = await start({ vllmPython: '/nowhere/python', options: { device: 'cpu', sampler: 'vllm' } })
    await engine.loadModel(source)
    assert.equal((await engine.info()).sampler, 'vllm')
    const parameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 2, stop: [] }
    const refused = await refusal(engine.sample([{ tokens: [1], seeds: [1] }], parameters))
    assert.deepEqual([refused.code, /^\/nowhere\/python, /.test(refused.message)], ['engine/vllm', true])
  })

  it('says why a torch that is installed cannot be imported', async () => {
    const broken = join(folder, 'broken')
    execFileSync(python, ['-m', 'venv', '--without-pip', broken])
    const inside = join(broken, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
    const packages = execFileSync(inside, ['-I', '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], { encoding: 'utf8' }).trim()
    for (const [name, version] of [['torch', '2.13.0'], ['transformers', '5.23.0'], ['safetensors', '0.8.0']] as const) {
      mkdirSync(join(packages, name))
      writeFileSync(join(packages, name, '__init__.py'), name === 'torch' ? 'raise ImportError("libcudart.so.13: cannot open shared object file")\n' : '')
      mkdirSync(join(packages, `${name}-${version}.dist-info`))
      writeFileSync(join(packages, `${name}-${version}.dist-info`, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`)
    }
    const failed = await refusal(start({ python: inside }))
    const explained = await explainStart(inside, failed)
    assert.ok(LabError.is(explained, 'engine/broken-package'), String(explained))
    assert.match(explained.message, /cannot import torch and transformers: ImportError: libcudart\.so\.13: cannot open shared object file\.$/)
    assert.match(explained.remedy, /--force-reinstall/)
  })
})
