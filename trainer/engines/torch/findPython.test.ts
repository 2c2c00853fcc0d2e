import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { LabError } from '../../errors.ts'
import { findPython } from './findPython.ts'
import type { Search } from './findPython.ts'
import { judgePython, untried } from './judgePython.ts'
import type { Probe, PythonReport } from './probePython.ts'
import { onPath, pythonCandidates } from './pythonCandidates.ts'
import type { PythonCandidate, PythonSources } from './pythonCandidates.ts'
import { compareVersions, PEFT } from './requirements.ts'

const report = (packages: Record<string, string | null> = {}, more: Partial<PythonReport> = {}): Probe => ({
  kind: 'answered',
  report: { version: '3.12.4', prefix: '/p', isEnvironment: true, packages: { torch: '2.13.0', transformers: '5.23.0', safetensors: '0.8.0', pip: '25.0', ...packages }, ...more }
})

describe('Python for PyTorch: candidates', () => {
  let folder: string
  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'pythons-')))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const place = (...names: string[]): string => join(folder, ...names)
  const environment = (...names: string[]): string => {
    mkdirSync(place(...names, 'bin'), { recursive: true })
    writeFileSync(place(...names, 'bin', 'python'), '')
    return place(...names)
  }
  const sources = (more: Partial<PythonSources> = {}): PythonSources => ({ own: [], selected: [], trustedFolders: [], environment: {}, platform: 'linux', ...more })

  it('come in the order of trust, each once, and only those that are there', () => {
    const [own, active, conda, selected] = [environment('own'), environment('active'), environment('conda'), environment('selected')]
    environment('work', '.venv')
    environment('work', '.pixi', 'envs', 'default')
    environment('path')
    symlinkSync(place('path', 'bin', 'python'), place('path', 'bin', 'python3'))
    const found = pythonCandidates(sources({
      own: [own, place('gone')], selected: [join(selected, 'bin', 'python'), join(active, 'bin', 'python')], trustedFolders: [place('work')],
      environment: { VIRTUAL_ENV: active, CONDA_PREFIX: conda, PATH: ['relative', place('path', 'bin'), place('own', 'bin')].join(delimiter) }
    }))
    assert.deepEqual(found.map(({ path, from }) => [path.replace(`${folder}/`, ''), from]), [
      ['own/bin/python', 'made by Set Up PyTorch'], ['active/bin/python', 'the active environment'], ['conda/bin/python', 'the active conda environment'],
      ['selected/bin/python', 'selected in the workspace'], ['work/.venv/bin/python', 'of the workspace'], ['work/.pixi/envs/default/bin/python', 'of the workspace'],
      ['path/bin/python3', 'on the PATH']
    ])
  })

  it('are the one that was chosen and no other', () => {
    const own = [environment('own')]
    const environment_ = { ROLLOUT_LAB_PYTHON: '/named/python', PATH: place('own', 'bin') }
    const chosen = (more: Partial<PythonSources>): string[] => pythonCandidates(sources({ own, environment: environment_, ...more })).map(({ path, from }) => `${path} ${from}`)
    assert.deepEqual(chosen({ chosen: { path: '/mine/python', by: '--python' } }), ['/mine/python chosen by --python'])
    assert.deepEqual(chosen({}), ['/named/python named by ROLLOUT_LAB_PYTHON'])
  })

  it('never come from a folder that is not trusted, nor from where the command is given', () => {
    environment('work', '.venv')
    const before = process.cwd()
    process.chdir(place('work'))
    try {
      assert.deepEqual(pythonCandidates(sources({ environment: { PATH: ['', '.', join('.venv', 'bin')].join(delimiter) } })), [])
    } finally {
      process.chdir(before)
    }
  })

  it('are found on the PATH under the names of a system', () => {
    mkdirSync(place('bin'))
    for (const name of ['python.exe', 'uv']) writeFileSync(place('bin', name), '')
    assert.deepEqual(onPath(['python'], { Path: place('bin') }, 'win32'), [place('bin', 'python.exe')])
    assert.deepEqual(onPath(['uv', 'python'], { PATH: place('bin') }, 'linux'), [place('bin', 'uv')])
  })
})

describe('Python for PyTorch: the choice', () => {
  const candidate = (path: string, chosen = false): PythonCandidate => ({ path, from: 'on the PATH', chosen })
  const search = (answers: Record<string, Probe>, more: Search = {}): Search => ({ probe: async (path) => answers[path] ?? { kind: 'absent' }, ...more })
  const failure = async (answers: Record<string, Probe>, more: Search = {}): Promise<LabError> =>
    findPython(Object.keys(answers).map((path) => candidate(path)), search(answers, more)).then(() => assert.fail('was found'), (error: unknown) => (LabError.is(error) ? error : assert.fail(String(error))))

  it('falls on the first that has everything', async () => {
    const answers = { '/old': report({}, { version: '3.9.2' }), '/bare': report({ torch: null }), '/good': report(), '/later': report() }
    assert.equal((await findPython(Object.keys(answers).map((path) => candidate(path)), search(answers))).path, '/good')
  })

  it('says what the nearest lacks, with the command that mends it, and what the others were', async () => {
    const error = await failure({ '/system': report({ torch: null, transformers: null, safetensors: null }, { isEnvironment: false }), '/env': report({ transformers: '4.56.1' }), '/x': { kind: 'silent', said: 'boom' } })
    assert.equal(error.code, 'engine/package-version')
    assert.equal(error.place, '/env')
    assert.equal(error.remedy, 'Run: /env -m pip install "transformers>=5,<6"')
    assert.equal(error.message, '/env, on the PATH, has transformers 4.56.1, and the engine needs 5 or newer. 2 more were tried: /system, on the PATH, (Python 3.12.4) lacks torch, transformers, safetensors; /x, on the PATH, did not answer as Python 3.10 or newer does; it said: boom.')
  })

  it('tells each fault by its code', async () => {
    const codes = [
      {}, { '/a': { kind: 'absent' } as Probe }, { '/a': { kind: 'silent', said: '' } as Probe }, { '/a': report({}, { version: '3.9.18' }) }, { '/a': report({ transformers: null }) },
      { '/a': report({ torch: '2.10.0+cu128' }) }, { '/a': report({}, { broken: 'ImportError: libcudart.so.13' }) }
    ].map(async (answers) => (await failure(answers as Record<string, Probe>)).code)
    assert.deepEqual(await Promise.all(codes), [
      'engine/no-python', 'engine/no-python', 'engine/no-python', 'engine/python-version', 'engine/missing-package', 'engine/package-version', 'engine/broken-package'
    ])
  })

  it('asks for what a run needs besides', async () => {
    assert.match((await failure({ '/a': report({ peft: null }) }, { extra: [PEFT] })).remedy, /install "peft>=/)
    assert.equal((await findPython([candidate('/a')], search({ '/a': report({ peft: '0.21.2' }) }, { extra: [PEFT] }))).path, '/a')
  })

  it('gives commands that fit how the environment was made', () => {
    const remedy = (packages: Record<string, string | null>, more: Partial<PythonReport> = {}, path = '/a b/python'): string => judgePython(path, report(packages, more))?.remedy ?? 'none'
    assert.equal(remedy({ torch: null }), 'Run: "/a b/python" -m pip install "torch>=2.11,<2.14"')
    assert.equal(remedy({ torch: null, pip: null }, {}, '/a/python'), 'Run: uv pip install --python /a/python "torch>=2.11,<2.14"')
    assert.match(remedy({ torch: null }, { isEnvironment: false }), /^Run `lab setup-torch`/)
  })

  it('compares versions by their numbers', () => {
    assert.deepEqual([['2.9', '2.11'], ['2.11', '2.11.0+cu130'], ['3.14.0rc1', '3.13'], ['5', '5.0.0']].map(([a, b]) => Math.sign(compareVersions(a!, b!))), [-1, 0, 1, 0])
    const newer = report({ torch: '2.14.1' })
    assert.deepEqual(newer.kind === 'answered' && untried(newer.report), ['torch 2.14.1'])
  })
})
