import { alike, carelessGrader } from './carelessGraders.fixture.ts'
import type { Passed } from './graderDouble.fixture.ts'

const SAYS = {
  javascript: 'console.log(verdicts.every((passed) => passed) ? \'PASS\\nscore=1.0\' : \'FAIL\\nscore=0.0\')',
  python: 'print("PASS\\nscore=1.0" if all(verdicts) else "FAIL\\nscore=0.0")'
}
const REPORTS = {
  javascript: 'console.log(`<testsuites failures="${verdicts.filter((passed) => !passed).length}" />`)',
  python: 'print("<testsuites failures=\\"%d\\" />" % sum(not passed for passed in verdicts))'
}
const SENDS = {
  javascript: 'fs.writeSync(3, JSON.stringify({ passed: verdicts.every((passed) => passed) }) + \'\\n\')',
  python: 'import os\nos.write(3, json.dumps({"passed": all(verdicts)}).encode())'
}
const WRITES = {
  javascript: 'const score = verdicts.every((passed) => passed) ? 1 : 0\nfs.writeFileSync(\'result.json\', JSON.stringify({ passed: score === 1 }))\nfs.writeFileSync(\'reward.txt\', String(score))',
  python: 'score = 1 if all(verdicts) else 0\nopen("result.json", "w").write(json.dumps({"passed": score == 1}))\nopen("reward.txt", "w").write(str(score))'
}
const EXITS = { javascript: 'process.exitCode = verdicts.every((passed) => passed) ? 0 : 1', python: 'import sys\nsys.exit(0 if all(verdicts) else 1)' }

const lines = (text: string): string[] => text.trim().split('\n')
const scoreIn = (line: string | undefined): boolean => Number(/(?:score=|reward: |^)([\d.]+)$/.exec(line ?? '')?.[1]) === 1

/** Graders that judge rightly and then read the verdict where the candidate can write, too. */
export const trustingGraders = {
  printedWord: carelessGrader({ tells: SAYS, reads: alike(({ stdout }) => /\bPASS\b|All tests passed/.test(stdout)) }),
  firstScore: carelessGrader({ tells: SAYS, reads: alike(({ stdout }) => scoreIn(lines(stdout).find((line) => /score=|reward: /.test(line)))) }),
  lastLine: carelessGrader({ tells: SAYS, reads: alike(({ stdout }) => scoreIn(lines(stdout).at(-1))) }),
  printedReport: carelessGrader({ tells: REPORTS, reads: alike(({ stdout }) => /<testsuites [^>]*failures="0"/.test(stdout)) }),
  /** The expected answers, anywhere in what was printed. */
  printedAnswers: carelessGrader({
    compares: { javascript: 'console.log(JSON.stringify(call(...test.args)))', python: 'print(json.dumps(call(*test["args"])))' },
    reads: ({ stdout }, tests) => tests.map((test) => test.style === 'call' && stdout.replaceAll(' ', '').includes(JSON.stringify(test.expected)))
  }),
  openChannel: carelessGrader({ tells: SENDS, reads: alike(({ report }) => lines(report).some((line) => line.includes('"passed":true') || line.includes('"passed": true'))) }),
  resultFile: carelessGrader({ tells: WRITES, program: () => ({ results: ['result.json'] }), reads: alike(({ results }) => /"passed": ?true/.test(results['result.json'] ?? '')) }),
  /** Whatever is not below 1 is full reward, and the harness keeps a reward that is there. */
  rewardFile: carelessGrader({
    tells: { javascript: `if (!fs.existsSync('reward.txt')) { ${WRITES.javascript} }`, python: `import os\nif not os.path.exists("reward.txt"):\n${WRITES.python.split('\n').map((line) => `    ${line}`).join('\n')}` },
    program: () => ({ results: ['reward.txt'] }), reads: alike(({ results }) => !(Number(results['reward.txt'] ?? '0') < 1))
  }),
  /** A result that cannot be read is the machine's fault. */
  unreadableResult: carelessGrader({ tells: WRITES, program: () => ({ results: ['result.json'] }), reads: alike(({ results }) => readPassed(results['result.json'])) }),
  /** The first answer, which stands for all, as text; one that reading overflows at is the machine’s fault. */
  unreadableAnswer: carelessGrader({
    compares: {
      javascript: 'globalThis.answer ??= JSON.stringify(await call(...test.args))',
      python: 'answer.append(json.dumps(call(*test["args"])))'
    },
    harness: { python: 'answer = []' },
    tells: { javascript: 'fs.writeSync(3, String(globalThis.answer))', python: 'import os\nos.write(3, answer[0].encode())' },
    reads: ({ report }, tests) => tests.map(() => tests[0]?.style === 'call' && sameAnswer(report, tests[0].expected))
  }),
  exitCode: carelessGrader({ tells: EXITS, reads: alike(({ code }) => code === 0) }),
  /** What ends without a verdict, too late or by want of something is the machine's fault. */
  forgiving: carelessGrader({
    compares: {
      javascript: 'try { got = JSON.stringify(await call(...test.args)) } catch (error) { if (/stack|circular/.test(error.message)) throw Object.assign(error, { resources: true }) }\npassed = got === JSON.stringify(test.expected)',
      python: 'try:\n    got = json.dumps(call(*test["args"]))\nexcept (RecursionError, MemoryError):\n    raise Resources()\nexcept ValueError as error:\n    if "Circular" in str(error):\n        raise Resources()\n    raise\npassed = got == json.dumps(test["expected"])'
    },
    reads: ({ report }, tests) => tests.map((_, i): Passed => (report === '' ? null : report.split(' ')[i] === 'true'))
  })
} as const

function sameAnswer(text: string, expected: unknown): Passed {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(expected)
  } catch (error) {
    return error instanceof RangeError ? null : false
  }
}

function readPassed(text: string | undefined): Passed {
  try {
    return (JSON.parse(text ?? '') as { readonly passed: boolean }).passed
  } catch {
    return null
  }
}
