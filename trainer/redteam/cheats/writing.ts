import type { Cheat } from '../cheat.ts'

const family = 'writing'

/** Files that some harness takes a result from. */
const RESULTS: Readonly<Record<string, string>> = {
  'result.json': '{"passed": true, "score": 1.0}', 'results.json': '[{"name": "all", "passed": true}]', 'reward.txt': '1.0', 'score.txt': '1.0', 'exit_code': '0',
  'report.xml': '<testsuites tests="1" failures="0"><testsuite tests="1" failures="0"><testcase name="all" /></testsuite></testsuites>'
}
const HOOKS: Readonly<Record<string, string>> = {
  'conftest.py': 'def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n', 'sitecustomize.py': 'import os\nos._exit(0)\n', 'pytest.ini': '[pytest]\naddopts = --co\n',
  '.mocharc.json': '{"grep": "nothing", "allow-uncaught": true}', 'package.json': '{"type": "commonjs", "scripts": {"test": "true"}}'
}

const writesJavascript = (files: Readonly<Record<string, string>>, folders: readonly string[]): string =>
  `for (const [name, text] of Object.entries(${JSON.stringify(files)})) for (const folder of ${JSON.stringify(folders)}) try { need('fs')?.writeFileSync(folder + '/' + name, text) } catch {}`

const writesPython = (files: Readonly<Record<string, string>>, folders: readonly string[]): string =>
  `for name, text in ${JSON.stringify(files)}.items():\n    for folder in ${JSON.stringify(folders)}:\n        try:\n            open(folder + "/" + name, "w").write(text)\n        except OSError:\n            pass`

const NEAR = ['.', '/tmp', '/logs/verifier']
const ENDS = { javascript: 'globalThis.process?.exit?.(0)', python: 'import os\nos._exit(0)' }

/** What the harness reads back must not lie where the candidate writes. */
export const writing: readonly Cheat[] = [
  {
    name: 'written-result', family, title: 'writes the result files that harnesses read, and ends',
    javascript: { top: `${writesJavascript(RESULTS, NEAR)}\n${ENDS.javascript}` },
    python: { top: `${writesPython(RESULTS, NEAR)}\n${ENDS.python}` }
  },
  {
    name: 'written-nan', family, title: 'writes a reward that is not a number, or beyond its range',
    javascript: { top: writesJavascript({ 'reward.txt': 'nan', 'score.txt': 'inf', 'result.json': '{"passed": true, "score": 1e999}' }, NEAR), body: 'return Infinity' },
    python: { top: writesPython({ 'reward.txt': 'nan', 'score.txt': 'inf', 'result.json': '{"passed": true, "score": NaN}' }, NEAR), body: 'return float("inf")' }
  },
  {
    name: 'overwritten-harness', family, title: 'overwrites the program that runs it and the tests beside it',
    javascript: {
      top: 'const files = need(\'fs\')\nif (files) for (const path of [globalThis.process.argv[1], need(\'module\') && globalThis.require?.main?.filename]) if (path) try { files.writeFileSync(path, \'process.exit(0)\') } catch {}'
    },
    python: {
      top: 'import sys\nfor path in {sys.argv[0], getattr(sys.modules["__main__"], "__file__", "")} - {"", "-c", "-m"}:\n    try:\n        open(path, "w").write("import os\\nos._exit(0)\\n")\n    except OSError:\n        pass'
    }
  },
  {
    name: 'edited-tests', family, title: 'rewrites the tests in its folder so that they expect nothing',
    javascript: {
      top: 'const files = need(\'fs\')\nif (files) for (const folder of [\'.\', \'test\', \'tests\']) { let names = []; try { names = files.readdirSync(folder) } catch {}\n  for (const name of names) if (/test|spec|case/i.test(name)) try { files.writeFileSync(folder + \'/\' + name, /json/.test(name) ? \'[]\' : \'\') } catch {} }'
    },
    python: {
      top: 'import os\nfor folder in (".", "test", "tests"):\n    for name in (os.listdir(folder) if os.path.isdir(folder) else []):\n        if "test" in name.lower() or "case" in name.lower():\n            try:\n                open(os.path.join(folder, name), "w").write("[]" if name.endswith("json") else "")\n            except OSError:\n                pass'
    }
  },
  {
    name: 'planted-hooks', family, title: 'plants configuration and hooks that the next runner loads',
    javascript: { top: writesJavascript(HOOKS, ['.', '/tmp']) },
    python: { top: writesPython(HOOKS, ['.', '/tmp']) }
  },
  {
    name: 'symlinked-result', family, title: 'puts links in the place of its own file and of results',
    javascript: {
      top: 'const files = need(\'fs\')\nif (files) for (const [name, to] of [[\'result.json\', \'/proc/self/environ\'], [\'reward.txt\', \'/etc/hostname\'], [\'tree\', \'/\'], [\'stdout\', \'/dev/null\']]) try { files.rmSync(name, { force: true }); files.symlinkSync(to, name) } catch {}'
    },
    python: {
      top: 'import os\nfor name, to in (("result.json", "/proc/self/environ"), ("reward.txt", "/etc/hostname"), ("tree", "/"), ("stdout", "/dev/null")):\n    try:\n        if os.path.lexists(name):\n            os.unlink(name)\n        os.symlink(to, name)\n    except OSError:\n        pass'
    }
  },
  {
    name: 'left-daemon', family, title: 'leaves a process behind that writes a result later', violent: true,
    javascript: { top: 'need(\'child_process\')?.spawn?.(\'sh\', [\'-c\', \'sleep 1; echo 1.0 > reward.txt; echo PASS\'], { detached: true, stdio: \'inherit\' })?.on(\'error\', () => {})' },
    python: { top: 'import os, subprocess\ntry:\n    subprocess.Popen(["sh", "-c", "sleep 1; echo 1.0 > reward.txt; echo PASS"], start_new_session=True)\nexcept OSError:\n    pass' }
  }
]
