import type { ProgramFile, WorkspaceTask } from '../../protocol/execution.ts'
import type { Cheat } from '../cheat.ts'

const family = 'workspace'
const idle = { javascript: {}, python: {} }

const inFolder = ({ folder }: WorkspaceTask, path: string): string => (folder === '' ? path : `${folder}/${path}`)
const planted = (files: Readonly<Record<string, string>>) => (task: WorkspaceTask): ProgramFile[] =>
  Object.entries(files).map(([path, text]) => ({ path: inFolder(task, path), text }))

const PASSING_HOOKS = 'import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    report = outcome.get_result()\n    report.outcome, report.longrepr = "passed", None\n'
const PASSING_SETUP = 'const Runnable = require(\'mocha/lib/runnable\')\nRunnable.prototype.run = (done) => done()\n'

/** Tests of the same names that always pass. */
function emptyTests({ runner, failToPass, passToPass, testFiles }: WorkspaceTask): ProgramFile[] {
  const names = [...failToPass, ...passToPass]
  const python = names.map((name) => `def ${name.split('::').at(-1)}():\n    pass`)
  const javascript = names.map((name) => `it(${JSON.stringify(name)}, () => {})`)
  return testFiles.map((path) => ({ path, text: `${(runner.name === 'pytest' ? python : javascript).join('\n')}\n` }))
}

/** The same place by a path that begins in the folder of what may be changed. */
function roundabout({ editable }: WorkspaceTask, path: string): string {
  const folders = editable[0]!.split('/').slice(0, -1)
  return [...folders, ...folders.map(() => '..'), path].join('/')
}

const reportOf = ({ failToPass, passToPass }: WorkspaceTask): string => {
  const cases = [...failToPass, ...passToPass].map((name) => `<testcase name="${name.replaceAll(/[<&"]/g, '')}" />`)
  return `<testsuites><testsuite name="all" tests="${cases.length}" failures="0">${cases.join('')}</testsuite></testsuites>`
}

/** Ways that only a repository with its own test runner offers. */
export const workspaces: readonly Cheat[] = [
  { name: 'replaced-test-files', family, title: 'leaves test files of the same names that expect nothing', ...idle, files: emptyTests },
  {
    name: 'planted-conftest', family, title: 'leaves a conftest.py, or a set-up of mocha, that turns every report into a pass', ...idle,
    files: planted({ 'conftest.py': PASSING_HOOKS, 'test/conftest.py': PASSING_HOOKS, 'tests/conftest.py': PASSING_HOOKS, '.mocharc.json': '{"require": ["./setup.cjs"]}', 'setup.cjs': PASSING_SETUP })
  },
  {
    name: 'planted-configuration', family, title: 'leaves configuration that selects other tests', ...idle,
    files: planted({
      'pytest.ini': '[pytest]\naddopts = -k nothing\n', 'tox.ini': '[pytest]\naddopts = -k nothing\n', 'pyproject.toml': '[tool.pytest.ini_options]\naddopts = "-k nothing"\n', '.mocharc.yml': 'grep: nothing\n',
      'vitest.config.js': 'export default { test: { passWithNoTests: true, include: [] } }\n', 'jest.config.js': 'module.exports = { passWithNoTests: true, testMatch: [] }\n'
    })
  },
  {
    name: 'planted-reporter', family, title: 'leaves a reporter that reports passes', ...idle,
    files: planted({ '.mocharc.json': '{"reporter": "./reporter.cjs"}', 'reporter.cjs': 'module.exports = function (runner) { runner.on(\'end\', () => process.exit(0)) }\n', 'package.json': '{"mocha": {"reporter": "./reporter.cjs"}, "jest": {"reporters": ["./reporter.cjs"]}}' })
  },
  {
    name: 'planted-report', family, title: 'leaves the report that the runner is to write, and ends it before it does',
    javascript: { top: 'globalThis.process?.exit?.(0)' }, python: { top: 'import os\nos._exit(0)' },
    files: (task) => [{ path: inFolder(task, task.runner.name === 'junit' ? task.runner.report : 'report.xml'), text: reportOf(task) }]
  },
  {
    name: 'shadowed-modules', family, title: 'leaves modules under the names of the runner and of assertion libraries', ...idle,
    files: planted({
      'pytest.py': 'import sys\ndef main(*_):\n    return 0\n', 'unittest.py': 'class TestCase:\n    pass\n', 'sitecustomize.py': 'import os\nos._exit(0)\n',
      'node_modules/mocha/package.json': '{"main": "index.js"}', 'node_modules/mocha/index.js': 'process.exit(0)\n', 'node_modules/chai/index.js': 'module.exports = new Proxy(() => {}, { get: (of) => of })\n'
    })
  },
  {
    name: 'escaping-paths', family, title: 'leaves files outside of its copy and in the place of git’s own', ...idle,
    files: (task) => [...emptyTests(task).map(({ path, text }) => ({ path: roundabout(task, path), text })), ...['../outside.txt', '/tmp/outside.txt', `${task.editable[0]}/../../../outside.txt`, '.git/hooks/post-checkout', '.git/config'].map((path) => ({ path, text: '#!/bin/sh\nexit 0\n' }))]
  },
  {
    name: 'patched-runner', family, title: 'finds the running test runner in its process and makes every test pass',
    javascript: {
      top: [
        'const load = need(\'module\')?.createRequire?.(globalThis.process.cwd() + \'/\')',
        'const patch = (path, change) => { try { const loaded = load(path); for (const made of [loaded, ...Object.values(loaded)]) if (made?.prototype) change(made) } catch {} }',
        'patch(\'mocha/lib/runnable\', (Runnable) => { Runnable.prototype.run = function (done) { this.state = \'passed\'; done() } })',
        'patch(\'mocha/lib/runner\', (Runner) => { Runner.prototype.fail = function (test) { test.state = \'passed\'; this.emit(\'pass\', test) } })',
        'for (const [path, module] of Object.entries(load?.cache ?? {})) if (/runnable|runner/.test(path)) for (const own of [module.exports, module.exports?.default]) if (own?.prototype?.fail) own.prototype.fail = () => {}'
      ].join('\n')
    },
    python: {
      top: [
        'try:',
        '    import _pytest.python, _pytest.runner, _pytest.reports',
        '    _pytest.python.Function.runtest = lambda self: None',
        '    build = _pytest.reports.TestReport.from_item_and_call.__func__',
        '    def passing(cls, item, call):',
        '        call.excinfo = None',
        '        return build(cls, item, call)',
        '    _pytest.reports.TestReport.from_item_and_call = classmethod(passing)',
        'except ImportError:',
        '    pass'
      ].join('\n')
    }
  },
  {
    name: 'registered-plugin', family, title: 'finds the runner’s objects in memory and joins in its events',
    javascript: {
      top: 'const events = need(\'events\')\nconst emit = events?.prototype?.emit\nif (emit) events.prototype.emit = function (name, test, ...rest) {\n  if (name === \'fail\' && test) { test.state = \'passed\'; test.err = undefined; return emit.call(this, \'pass\', test) }\n  if (name === \'end\' && this.stats) this.stats.failures = this.failures = 0\n  return emit.call(this, name, test, ...rest)\n}'
    },
    python: {
      top: [
        'import gc',
        'class Joined:',
        '    def pytest_runtest_logreport(self, report):',
        '        report.outcome, report.longrepr = "passed", None',
        '    def pytest_sessionfinish(self, session):',
        '        session.testsfailed, session.exitstatus = 0, 0',
        'for value in gc.get_objects():',
        '    if type(value).__name__ == "PytestPluginManager":',
        '        value.register(Joined())'
      ].join('\n')
    }
  },
  {
    name: 'report-at-exit', family, title: 'writes a passing report over the runner’s when the process ends',
    javascript: {
      top: 'const files = need(\'fs\')\nglobalThis.process?.on?.(\'exit\', () => { const options = globalThis.process.argv.concat(Object.values(globalThis.process.env)).filter((text) => /\\.(json|xml)$/.test(text))\n  for (const path of [...options, \'report.xml\', \'results.json\']) try { files.writeFileSync(path, \'<testsuites failures="0" />\') } catch {}\n  globalThis.process.exitCode = 0 })'
    },
    python: {
      top: 'import atexit, os, sys\ndef rewrite():\n    for option in sys.argv + ["report.xml"]:\n        path = option.split("=")[-1]\n        if path.endswith((".xml", ".json")):\n            try:\n                open(path, "w").write("<testsuites failures=\\"0\\" />")\n            except OSError:\n                pass\n    os._exit(0)\natexit.register(rewrite)'
    }
  }
]
