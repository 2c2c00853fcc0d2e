import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../../errors.ts'
import type { ProbePython, PythonReport } from '../probePython.ts'
import { torchAttempts } from './choosePackages.ts'
import type { Accelerator } from './choosePackages.ts'
import type { InstallerKind } from './installer.ts'
import { requireRoom } from './requireRoom.ts'
import { runTool } from './runTool.ts'
import type { RunTool } from './runTool.ts'
import { INCOMPLETE, setUpTorch } from './setUpTorch.ts'
import type { SetupEvent, TorchSetup } from './setUpTorch.ts'

const ALL = { torch: '2.13.0', transformers: '5.23.0', safetensors: '0.8.0', pip: '25' }
const reportOf = (more: Partial<PythonReport> = {}): PythonReport =>
  ({ version: '3.12.4', prefix: '/p', isEnvironment: true, packages: ALL, devices: [{ kind: 'cpu', name: 'CPU' }], ...more })

describe('setting up PyTorch', () => {
  let folder: string
  let bin: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'setup-'))
    bin = join(folder, 'bin')
    mkdirSync(bin)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const env = (): string => join(folder, 'data', 'env')

  /** A machine with these programs on the PATH, whose tools do what `venv` does and otherwise only say what they were asked. */
  function machine(programs: readonly string[], more: Partial<TorchSetup> = {}, fails: (command: string) => boolean = () => false) {
    for (const name of programs) writeFileSync(join(bin, name), '')
    const asked: string[] = []
    const events: SetupEvent[] = []
    const run: RunTool = async (program, args, { onLine, signal }) => {
      const command = [program.replace(`${bin}/`, '').replace(env(), 'ENV'), ...args.map((each) => each.replace(env(), 'ENV'))].join(' ')
      asked.push(command)
      onLine(`did ${args.length} things`)
      if (fails(command) || signal.aborted) throw new LabError('engine', 'setup/tool-failed', `${command} failed`, { remedy: 'mend' })
      if (!args.includes('venv')) return
      mkdirSync(join(env(), 'bin'), { recursive: true })
      writeFileSync(join(env(), 'pyvenv.cfg'), '')
      writeFileSync(join(env(), 'bin', 'python'), '')
    }
    const probe: ProbePython = async () => ({ kind: 'answered', report: reportOf() })
    const setup: TorchSetup = {
      folder: env(), accelerator: 'default', packages: [], report: (event) => events.push(event), signal: new AbortController().signal, environment: { PATH: bin }, run, probe, ...more
    }
    return { setup, asked, events }
  }
  const OTHERS = 'transformers>=5,<6 safetensors>=0.5,<1 peft>=0.18,<1 accelerate>=1.10,<2 jinja2>=3.1'

  it('makes an environment with Python’s own venv and pip, and tries it', async () => {
    const { setup, asked, events } = machine(['python3'])
    const { python, report } = await setUpTorch(setup)
    assert.deepEqual([python, report.packages['torch']], [join(env(), 'bin', 'python'), '2.13.0'])
    const install = 'ENV/bin/python -I -m pip install --progress-bar off'
    assert.deepEqual(asked, ['python3 -I -m venv ENV', `${install} torch>=2.11,<2.14`, `${install} torch>=2.11,<2.14 ${OTHERS}`])
    assert.deepEqual(events.flatMap((event) => (event.kind === 'step' ? [[event.done, event.of]] : [])), [[0, 4], [1, 4], [2, 4], [3, 4], [4, 4]])
    assert.equal(events.filter(({ kind }) => kind === 'output').length, 3)
    assert.equal(existsSync(join(env(), INCOMPLETE)), false)
  })

  it('takes uv where it is there, and what it finds for the device', async () => {
    const { setup, asked } = machine(['python3', 'uv'], { accelerator: 'cuda', platform: 'linux' })
    await setUpTorch(setup)
    assert.deepEqual(asked.slice(0, 2), ['uv venv --no-project --python >=3.10,<3.15 ENV', 'uv pip install --python ENV/bin/python --torch-backend=auto torch>=2.11,<2.14'])
  })

  it('takes other versions and more packages where they are asked for', async () => {
    const { setup, asked } = machine(['python3'], { packages: ['torch==2.11.0', 'transformers==5.1.0', 'pytest==9.2.0'] })
    await setUpTorch(setup)
    assert.match(asked[1]!, / torch==2\.11\.0$/)
    assert.match(asked[2]!, / torch==2\.11\.0 safetensors\S+ peft\S+ accelerate\S+ jinja2\S+ transformers==5\.1\.0 pytest==9\.2\.0$/)
  })

  it('goes to the next index where one cannot be reached, and says so', async () => {
    const { setup, asked, events } = machine(['python3'], { accelerator: 'cpu', platform: 'linux' }, (command) => command.includes('--index-url'))
    await setUpTorch(setup)
    assert.deepEqual(asked.slice(1, 3).map((command) => command.includes('--index-url')), [true, false])
    assert.ok(events.some((event) => event.kind === 'output' && event.text.includes('--index-url')))
  })

  it('completes an environment that is there, and never removes one that it did not make', async () => {
    const { setup, asked } = machine(['python3', 'uv'], {}, (command) => command.includes('transformers'))
    mkdirSync(join(env(), 'bin'), { recursive: true })
    for (const name of ['pyvenv.cfg', 'mine', join('bin', 'python')]) writeFileSync(join(env(), name), '')
    await assert.rejects(setUpTorch(setup), /failed/)
    assert.equal(asked.some((command) => command.includes('venv ENV')), false)
    assert.ok(existsSync(join(env(), 'mine')) && !existsSync(join(env(), INCOMPLETE)))
    const cancelled = new AbortController()
    cancelled.abort()
    await assert.rejects(setUpTorch({ ...setup, signal: cancelled.signal }), (error) => LabError.is(error, 'setup/cancelled'))
    assert.ok(existsSync(join(env(), 'mine')))
  })

  it('removes what it had begun where it is cancelled', async () => {
    const stop = new AbortController()
    const { setup } = machine(['python3'], { signal: stop.signal }, (command) => { if (command.includes('pip install')) stop.abort(); return false })
    await assert.rejects(setUpTorch(setup), (error) => LabError.is(error, 'setup/cancelled'))
    assert.equal(existsSync(env()), false)
  })

  it('begins anew where an earlier set-up broke off, unless that one goes on', async () => {
    const broken = machine(['python3'], {}, (command) => command.includes('pip install'))
    await assert.rejects(setUpTorch(broken.setup), (error) => LabError.is(error, 'setup/tool-failed'))
    assert.ok(existsSync(join(env(), INCOMPLETE)))
    const again = machine(['python3'])
    await setUpTorch(again.setup)
    assert.equal(again.asked[0], 'python3 -I -m venv ENV')
    writeFileSync(join(env(), INCOMPLETE), String(process.ppid))
    await assert.rejects(setUpTorch(again.setup), (error) => LabError.is(error, 'setup/running'))
  })

  it('refuses a folder that is something else, a machine without Python, and an environment that does not work', async () => {
    mkdirSync(env(), { recursive: true })
    writeFileSync(join(env(), 'letters.txt'), '')
    await assert.rejects(setUpTorch(machine(['python3']).setup), (error) => LabError.is(error, 'setup/occupied'))
    assert.ok(existsSync(join(env(), 'letters.txt')))
    rmSync(env(), { recursive: true })
    const old: ProbePython = async () => ({ kind: 'answered', report: reportOf({ version: '3.8.1' }) })
    await assert.rejects(setUpTorch(machine(['python3'], { probe: old }).setup), (error) => LabError.is(error, 'engine/no-python') && /python3 is 3\.8\.1/.test(error.message))
    const torn: ProbePython = async (_, options) => ({ kind: 'answered', report: reportOf(options?.devices ? { broken: 'OSError: libgomp' } : {}) })
    await assert.rejects(setUpTorch(machine(['python3'], { probe: torn }).setup), (error) => LabError.is(error, 'engine/broken-package') && /libgomp/.test(error.message))
    assert.throws(() => requireRoom('/no/such/folder', 'cuda', () => 1e9), (error) => LabError.is(error, 'setup/no-room') && /about 9\.0 GB; \/ has 1\.0 GB/.test(error.message))
  })
})

describe('where torch comes from', () => {
  const from = async (accelerator: Accelerator, platform: NodeJS.Platform, installer: InstallerKind = 'pip', drivers: readonly string[] = []): Promise<string[]> =>
    (await torchAttempts({ accelerator, installer, platform, run: async (program) => { if (!drivers.includes(program)) throw new Error('absent') } })).map(({ args }) => args.slice(0, 2).join(' '))
  const index = (name: string): string => `--index-url https://download.pytorch.org/whl/${name}`

  it('is the index of the device, where the plain one has another', async () => {
    assert.deepEqual(await from('cuda', 'linux'), [''])
    assert.deepEqual(await from('cuda', 'win32'), [index('cu130')])
    assert.deepEqual(await from('cpu', 'linux'), [index('cpu'), ''])
    assert.deepEqual(await from('cuda', 'darwin'), [''])
    assert.ok((await from('rocm', 'linux')).every((args) => args.startsWith(index('rocm'))))
    assert.deepEqual(await from('cpu', 'linux', 'uv'), ['--torch-backend=cpu', ''])
  })

  it('goes by the drivers of the machine unless it is told', async () => {
    assert.deepEqual(await from('auto', 'linux', 'pip', ['nvidia-smi']), [''])
    assert.deepEqual(await from('default', 'win32'), [''])
    const [first] = await torchAttempts({ accelerator: 'cpu', indexUrl: 'https://mirror.example/simple', installer: 'pip', run: async () => undefined })
    assert.deepEqual(first?.args, ['--index-url', 'https://mirror.example/simple'])
  })
})

describe('tools of a set-up', () => {
  const run = (code: string, signal = new AbortController().signal, lines: string[] = []): Promise<void> =>
    runTool(process.execPath, ['-e', code], { doing: 'Trying', cwd: tmpdir(), signal, onLine: (line) => lines.push(line) })

  it('are heard line by line, and say last what was wrong and what mends it', async () => {
    const lines: string[] = []
    await run('console.log("one\\u001b[31m"); console.error("two")', undefined, lines)
    assert.deepEqual(lines.sort(), ['one [31m', 'two'])
    await assert.rejects(run('console.error("ERROR: No matching distribution found for torch"); process.exit(1)'), (error) =>
      LabError.is(error, 'setup/tool-failed') && /ended with exit code 1\. It said:\n {2}ERROR: No matching/.test(error.message) && /No wheel of torch fits/.test(error.remedy))
    await assert.rejects(runTool('/no/such/tool', [], { doing: 'Trying', cwd: tmpdir(), signal: new AbortController().signal, onLine: () => undefined }), /could not be started/)
  })

  it('are ended with what they have started', async () => {
    const stop = new AbortController()
    const child = 'require("node:child_process").spawn(process.execPath, ["-e", "console.log(process.pid); setInterval(() => {}, 1e6)"], { stdio: "inherit" }); setInterval(() => {}, 1e6)'
    let pid = 0
    const running = runTool(process.execPath, ['-e', child], { doing: 'Trying', cwd: tmpdir(), signal: stop.signal, onLine: (line) => { pid = Number(line); stop.abort() } })
    await assert.rejects(running, /was ended/)
    // Ends by the runner's own time limit where it lives on.
    for (;;) {
      try {
        process.kill(pid, 0)
        await new Promise((resolve) => setTimeout(resolve, 10))
      } catch {
        return
      }
    }
  })
})
