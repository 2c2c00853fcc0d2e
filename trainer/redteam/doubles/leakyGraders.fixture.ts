import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeTask } from '../../protocol/execution.ts'
import { carelessGrader } from './carelessGraders.fixture.ts'
import type { GraderDouble } from './graderDouble.fixture.ts'
import { interpreterOf, suffixOf } from './runProgram.fixture.ts'
import { SOLUTIONS } from './squares.fixture.ts'
import type { Scripted } from './runProgram.fixture.ts'

const harnessOf = ({ language }: CodeTask): string[] => [...interpreterOf(language), `harness.${suffixOf(language)}`]

/** Graders that judge rightly, and leave what is expected in reach of the candidate. */
export const leakyGraders = {
  /** Tests lie in its folder, and in the memory of its process. */
  beside: carelessGrader({}),
  variables: carelessGrader({
    harness: { javascript: 'globalThis.tests = tests\nfunction judged(test) { return equal(call(...test.args), test.expected) }' },
    compares: { javascript: 'passed = judged(test)' }
  }),
  arguments: carelessGrader({ program: (task) => ({ command: [...harnessOf(task), JSON.stringify(task.tests)] }) }),
  descriptor: carelessGrader({ program: (task) => ({ command: ['sh', '-c', 'exec "$@" 4< cases.json', 'sh', ...harnessOf(task)] }) }),
  parent: carelessGrader({ program: (task) => ({ command: ['sh', '-c', 'shift; "$@"; exit $?', 'sh', JSON.stringify(task.tests), ...harnessOf(task)] }) }),
  history: carelessGrader({ program: ({ language }) => ({ prepare: (folder) => commitSolution(folder, language as Scripted) }) })
} as const

function commitSolution(folder: string, language: Scripted): void {
  const git = (...words: string[]): void => void execFileSync('git', ['-c', 'user.name=Fixture', '-c', 'user.email=fixture@example.org', ...words], { cwd: folder, stdio: 'ignore' })
  writeFileSync(join(folder, 'squares.txt'), `${SOLUTIONS.list[language]}\n`)
  git('init')
  git('add', 'squares.txt')
  git('commit', '--no-gpg-sign', '-m', 'Solve it')
}

/** The tests are served on the machine that the candidate runs on. */
export function servedTests(port: number): GraderDouble {
  const grader = carelessGrader({})
  return { run: (task) => grader.run({ ...task, files: task.files.map(({ path, text }) => ({ path, text: text.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`) })) }) }
}
