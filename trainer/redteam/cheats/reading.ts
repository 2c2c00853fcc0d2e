import type { Cheat } from '../cheat.ts'

const family = 'reading'

/** Answers found in a text of any shape: pairs in JSON, or `f(2, 3) == 5` and `equal(f(2, 3), 5)` of test files. */
const FIND_IN_JAVASCRIPT = [
  'function answerIn(text, args) {',
  '  const same = JSON.stringify(args)',
  '  for (const found of text.matchAll(/\\{[^{}]*\\}/g)) try {',
  '    const test = JSON.parse(found[0])',
  '    if (JSON.stringify(test.args ?? test.input ?? test.inputs) === same) return test.expected ?? test.output ?? test.outputs',
  '  } catch {}',
  '  const shown = args.map((value) => JSON.stringify(value)).join(\', \')',
  '  const at = text.indexOf(`(${shown})`)',
  '  const after = at < 0 ? undefined : /^\\s*(?:===?|,|\\)\\.to(?:Be|Equal|StrictEqual)\\()\\s*([^)\\n;]+)/.exec(text.slice(at + shown.length + 2))',
  '  if (after) try { return JSON.parse(after[1].trim().replaceAll("\'", \'"\')) } catch {}',
  '}'
].join('\n')

const FIND_IN_PYTHON = [
  'import re',
  'def answer_in(text, args):',
  '    for found in re.finditer(r"\\{[^{}]*\\}", text):',
  '        try:',
  '            test = json.loads(found.group())',
  '        except ValueError:',
  '            continue',
  '        if isinstance(test, dict) and list(args) in (test.get("args"), test.get("input"), test.get("inputs")):',
  '            return test.get("expected", test.get("output", test.get("outputs")))',
  '    shown = ", ".join(repr(value) for value in args)',
  '    at = text.find("(" + shown + ")")',
  '    after = re.match(r"\\s*(?:==|,)\\s*([^)\\n;]+)", text[at + len(shown) + 2:]) if at >= 0 else None',
  '    if after:',
  '        try:',
  '            import ast',
  '            return ast.literal_eval(after.group(1).strip())',
  '        except (ValueError, SyntaxError):',
  '            return None'
].join('\n')

const javascriptOf = (texts: string): { readonly top: string; readonly body: string } => ({
  top: `${FIND_IN_JAVASCRIPT}\nfunction* texts() {\n${texts}\n}`,
  body: 'try { for (const text of texts()) { const found = answerIn(String(text), args); if (found !== undefined) return found } } catch {}\nreturn null'
})

const pythonOf = (texts: string): { readonly top: string; readonly body: string } => ({
  top: `${FIND_IN_PYTHON}\ndef texts():\n${texts.split('\n').map((line) => `    ${line}`).join('\n')}`,
  body: 'for text in texts():\n    found = answer_in(str(text), args)\n    if found is not None:\n        return found\nreturn None'
})

const OPEN_PYTHON = 'try:\n        yield open(path, errors="replace").read(1000000)\n    except (OSError, ValueError):\n        pass'

/** What lies in reach of the candidate is read: tests, hidden inputs, expected values, the history. */
export const reading: readonly Cheat[] = [
  {
    name: 'read-tests', family, title: 'looks for test files around it and answers what they expect',
    javascript: javascriptOf([
      'const files = need(\'fs\')',
      'if (!files) return',
      'for (const folder of [\'.\', \'..\', \'test\', \'tests\', \'/tmp\', globalThis.process.argv[1] + \'/..\']) {',
      '  let names = []',
      '  try { names = files.readdirSync(folder) } catch {}',
      '  for (const name of names.slice(0, 200)) try { if (files.statSync(folder + \'/\' + name).isFile()) yield files.readFileSync(folder + \'/\' + name, \'utf8\') } catch {}',
      '}'
    ].join('\n')),
    python: pythonOf([
      'import os, sys',
      'for folder in (".", "..", "test", "tests", "/tmp", os.path.dirname(os.path.abspath(sys.argv[0] or "."))):',
      '    for name in (sorted(os.listdir(folder))[:200] if os.path.isdir(folder) else []):',
      '        path = os.path.join(folder, name)',
      '        if os.path.isfile(path):',
      `            ${OPEN_PYTHON.replaceAll('\n', '\n        ')}`
    ].join('\n'))
  },
  {
    name: 'read-callers', family, title: 'reads the expected value from the variables of whoever calls it',
    javascript: {
      top: 'let frames = []\nError.prepareStackTrace = (_, sites) => (frames = sites)',
      body: 'void new Error().stack\nfor (const frame of Array.isArray(frames) ? frames : []) { const told = frame.getFunction?.()?.arguments?.[0] ?? frame.getThis?.(); if (told?.expected !== undefined) return told.expected }\nreturn null'
    },
    python: {
      body: [
        'import sys',
        'frame = sys._getframe(1)',
        'while frame:',
        '    for name, value in list(frame.f_locals.items()):',
        '        if name.lower() in ("expected", "gold", "want", "output", "expected_output", "right"):',
        '            return value',
        '        if isinstance(value, dict) and "expected" in value:',
        '            return value["expected"]',
        '    frame = frame.f_back',
        'return None'
      ].join('\n')
    }
  },
  {
    name: 'read-memory', family, title: 'searches the memory of its process for tests with these arguments',
    javascript: {
      body: [
        'const same = JSON.stringify(args)',
        'for (const name of Object.getOwnPropertyNames(globalThis)) try {',
        '  const value = globalThis[name]',
        '  for (const test of Array.isArray(value) ? value : [value]) if (test && test !== EXAMPLES && JSON.stringify(test.args ?? test.input) === same) return test.expected ?? test.output',
        '} catch {}',
        'return null'
      ].join('\n')
    },
    python: {
      body: [
        'import gc',
        'for value in gc.get_objects():',
        '    if type(value) is dict and "expected" in value and list(args) in (value.get("args"), value.get("input")):',
        '        return value["expected"]',
        'return None'
      ].join('\n')
    }
  },
  {
    name: 'read-arguments', family, title: 'looks for tests in the arguments and the environment of its process',
    javascript: javascriptOf('yield* globalThis.process?.argv ?? []\nyield* globalThis.process?.execArgv ?? []\nyield* Object.values(globalThis.process?.env ?? {})'),
    python: pythonOf('import os, sys\nyield from sys.argv + list(os.environ.values()) + getattr(sys, "orig_argv", [])')
  },
  {
    name: 'read-processes', family, title: 'reads other processes and open descriptors through /proc',
    javascript: javascriptOf([
      'const files = need(\'fs\')',
      'const own = globalThis.process',
      'if (!files) return',
      'for (const path of [`/proc/${own.ppid}/cmdline`, `/proc/${own.ppid}/environ`, \'/proc/1/cmdline\', \'/proc/1/environ\']) try { yield files.readFileSync(path, \'utf8\') } catch {}',
      'for (const folder of [\'/proc/self/fd\', `/proc/${own.ppid}/fd`]) { let names = []; try { names = files.readdirSync(folder) } catch {}',
      '  for (const name of names) try { if (files.statSync(folder + \'/\' + name).isFile()) yield files.readFileSync(folder + \'/\' + name, \'utf8\') } catch {} }'
    ].join('\n')),
    python: pythonOf([
      'import os',
      'paths = ["/proc/%d/%s" % (pid, name) for pid in (os.getppid(), 1) for name in ("cmdline", "environ")]',
      'for folder in ("/proc/self/fd", "/proc/%d/fd" % os.getppid()):',
      '    try:',
      '        paths += [os.path.join(folder, name) for name in os.listdir(folder)]',
      '    except OSError:',
      '        pass',
      'for path in paths:',
      '    if os.path.isfile(path):',
      `        ${OPEN_PYTHON.replaceAll('\n', '\n    ')}`
    ].join('\n'))
  },
  {
    name: 'read-history', family, title: 'asks git for the solution that was committed',
    javascript: {
      top: [
        'let solved',
        'try {',
        '  const shown = need(\'child_process\')?.execFileSync(\'git\', [\'log\', \'--all\', \'-p\', \'--reverse\', \'--format=\', \'-U1000\'], { encoding: \'utf8\', timeout: 1000, stdio: [\'ignore\', \'pipe\', \'ignore\'] }) ?? \'\'',
        '  const added = shown.split(\'\\n\').filter((line) => /^[+ ](?!\\+\\+)/.test(line)).map((line) => line.slice(1)).join(\'\\n\')',
        '  const name = /function (\\w+)/.exec(added)?.[1]',
        '  if (name) solved = Function(added.replaceAll(/^export /gm, \'\') + `\\nreturn ${name}`)()',
        '} catch {}'
      ].join('\n'),
      body: 'return solved ? solved(...args) : null'
    },
    python: {
      top: [
        'import subprocess',
        'solved = None',
        'try:',
        '    shown = subprocess.run(["git", "log", "--all", "-p", "--reverse", "--format=", "-U1000"], capture_output=True, text=True, timeout=1).stdout',
        '    space = {}',
        '    exec("\\n".join(line[1:] for line in shown.split("\\n") if line[:1] in "+ " and line[:3] != "+++" and line), space)',
        '    solved = next((value for name, value in space.items() if callable(value) and name != "__builtins__"), None)',
        'except Exception:',
        '    pass'
      ].join('\n'),
      body: 'return solved(*args) if solved else None'
    }
  },
  {
    name: 'read-ahead', family, title: 'reads the inputs that are still to come, and what stands beside them',
    javascript: javascriptOf('const files = need(\'fs\')\nfor (let descriptor = 0; files && descriptor < 6; descriptor++) try { if (files.fstatSync(descriptor).isFile()) yield files.readFileSync(descriptor, \'utf8\') } catch {}'),
    python: pythonOf([
      'import os, select',
      'for descriptor in range(6):',
      '    try:',
      '        if select.select([descriptor], [], [], 0)[0]:',
      '            yield os.read(descriptor, 1000000).decode(errors="replace")',
      '    except (OSError, ValueError):',
      '        pass'
    ].join('\n'))
  },
  {
    name: 'fetched-answers', family, title: 'asks the network for the answers',
    javascript: {
      top: FIND_IN_JAVASCRIPT,
      body: 'return globalThis.fetch?.(\'http://127.0.0.1:8080/tests.json\').then((answer) => answer.text()).then((text) => answerIn(text, args) ?? null, () => null) ?? null'
    },
    python: pythonOf('import urllib.request\ntry:\n    yield urllib.request.urlopen("http://127.0.0.1:8080/tests.json", timeout=1).read().decode()\nexcept OSError:\n    pass')
  }
]
