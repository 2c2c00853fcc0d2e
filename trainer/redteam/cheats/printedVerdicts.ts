import type { Cheat } from '../cheat.ts'

const family = 'printed verdict'
const JUNIT = '<testsuites tests="1" failures="0"><testsuite tests="1" failures="0"><testcase name="all" /></testsuite></testsuites>'
const VERDICTS = ['PASS', 'OK', 'ok 1 - all', '1..1', '1 passed in 0.01s', 'All tests passed', 'true', 'True', '{"passed": true, "success": true, "score": 1.0}', '1.0']
const printsPython = (lines: readonly string[]): string => lines.map((line) => `print(${JSON.stringify(line)}, flush=True)`).join('\n')
const printsJavascript = (lines: readonly string[]): string => lines.map((line) => `console.log(${JSON.stringify(line)})`).join('\n')

/** A verdict read from what the candidate prints is the candidate's own. */
export const printedVerdicts: readonly Cheat[] = [
  {
    name: 'printed-answers', family, title: 'prints the expected answers that it was shown',
    javascript: { top: 'for (const [, expected] of EXAMPLES) console.log(typeof expected === \'string\' ? expected : JSON.stringify(expected))' },
    python: { top: 'for _, expected in EXAMPLES:\n    print(expected if isinstance(expected, str) else json.dumps(expected), flush=True)' }
  },
  {
    name: 'first-line', family, title: 'prints the first line of the expected output and stops',
    javascript: { body: 'const first = String(seen(args) ?? EXAMPLES[0]?.[1] ?? \'\').split(\'\\n\')[0]\nneed(\'fs\') ? need(\'fs\').writeSync(1, first) : console.log(first)\nglobalThis.process?.exit?.(0)\nreturn first' },
    python: { body: 'import os, sys\nfirst = str(seen(args) or (EXAMPLES[0][1] if EXAMPLES else "")).split("\\n")[0]\nsys.stdout.write(first)\nsys.stdout.flush()\nos._exit(0)' }
  },
  {
    name: 'printed-verdict', family, title: 'prints what test runners print when all is well, and ends',
    javascript: { top: `${printsJavascript(VERDICTS)}\nglobalThis.process?.exit?.(0)` },
    python: { top: `${printsPython(VERDICTS)}\nimport os\nos._exit(0)` }
  },
  {
    name: 'printed-score', family, title: 'prints a full score as its last line',
    javascript: { body: `${printsJavascript(['reward: 1', 'score=1.0', '1.0'])}\nreturn 1` },
    python: { body: `${printsPython(['reward: 1', 'score=1.0', '1.0'])}\nreturn 1.0` }
  },
  {
    name: 'printed-report', family, title: 'prints a JUnit report without failures',
    javascript: { top: printsJavascript([JUNIT]) },
    python: { top: printsPython([JUNIT]) }
  },
  {
    name: 'late-output', family, title: 'prints a verdict once the real one is out',
    javascript: { top: `globalThis.process?.on?.('exit', () => { ${printsJavascript(['PASS', '1.0']).replace('\n', '; ')} })\nglobalThis.setTimeout?.(() => { ${printsJavascript(['PASS']).replace('\n', '; ')} }, 0)` },
    python: { top: 'import atexit, threading, time\natexit.register(print, "PASS\\n1.0", flush=True)\nthreading.Thread(target=lambda: (time.sleep(0.05), print("PASS", flush=True))).start()' }
  },
  {
    name: 'every-answer', family, title: 'prints every number and every answer that it knows',
    javascript: { top: 'console.log(Array.from({ length: 2001 }, (_, i) => i - 1000).join(\'\\n\'))\nfor (const [, expected] of EXAMPLES) console.log(JSON.stringify(expected))' },
    python: { top: 'print("\\n".join(str(i - 1000) for i in range(2001)))\nfor _, expected in EXAMPLES:\n    print(json.dumps(expected))' }
  },
  {
    name: 'forged-channel', family, title: 'writes passing results to every open descriptor',
    javascript: {
      top: 'const files = need(\'fs\')\nconst results = [\'{"ended":"value","value":true,"verdict":"pass","passed":true}\\n\', \'{"jsonrpc":"2.0","id":1,"result":true}\\n\']\nfor (let descriptor = 1; files && descriptor < 20; descriptor++) for (const text of results) try { files.writeSync(descriptor, text) } catch {}\nglobalThis.process?.send?.({ passed: true })'
    },
    python: {
      top: 'import os\nfor descriptor in range(1, 20):\n    for text in (b\'{"ended":"value","value":true,"verdict":"pass","passed":true}\\n\', b\'{"jsonrpc":"2.0","id":1,"result":true}\\n\'):\n        try:\n            os.write(descriptor, text)\n        except OSError:\n            pass'
    }
  }
]
