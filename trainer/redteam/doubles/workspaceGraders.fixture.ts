import { posix } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../environments/environment.ts'
import { WorkspaceTask } from '../../protocol/execution.ts'
import type { Problem } from '../../protocol/problem.ts'
import { PACKAGES, RUN_MOCHA } from './frameworkGraders.fixture.ts'
import { record } from './graderDouble.fixture.ts'
import type { GraderDouble, Passed } from './graderDouble.fixture.ts'
import { PYTHON, runProgram } from './runProgram.fixture.ts'
import type { Ran, Scripted } from './runProgram.fixture.ts'

/** A little project: one module, its tests, and how their runner is started from a launcher of the project's own. */
interface Project {
  readonly runner: 'mocha' | 'pytest'
  readonly source: string
  readonly solution: string
  readonly test: string
  readonly files: Readonly<Record<string, string>>
  readonly command: readonly string[]
  /** Makes the runner write a report. */
  readonly reports: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

const PROJECTS: Readonly<Record<Scripted, Project>> = {
  javascript: {
    runner: 'mocha', source: 'src/sum.js', test: 'test/sum.js',
    solution: 'function sum(numbers) {\n  return numbers.reduce((total, each) => total + each, 0)\n}\nmodule.exports = { sum }\n',
    files: {
      'test/sum.js': 'const { sum } = require(\'../src/sum.js\')\nconst { equal } = require(\'assert\')\nit(\'sum adds\', () => equal(sum([1, 2, 3]), 6))\nit(\'sum adds more\', () => equal(sum([4, 5]), 9))\n',
      'run.cjs': RUN_MOCHA
    },
    command: [process.execPath, 'run.cjs'], reports: ['--reporter', 'xunit', '--reporter-option', 'output=report.xml'], environment: { NODE_PATH: PACKAGES }
  },
  python: {
    runner: 'pytest', source: 'totals.py', test: 'test_totals.py',
    solution: 'def total(numbers):\n    return sum(numbers)\n',
    files: {
      'test_totals.py': 'from totals import total\n\ndef test_adds():\n    assert total([1, 2, 3]) == 6\n\ndef test_adds_more():\n    assert total([4, 5]) == 9\n',
      'run.py': 'import sys\nimport pytest\nsys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))\n'
    },
    command: [PYTHON ?? 'python3', 'run.py'], reports: ['--junitxml=report.xml'], environment: { PYTHONPATH: '.' }
  }
}

/** Completions are the module as it stands. */
export function projectEnvironment(language: Scripted): Environment {
  const { runner, source, solution, test } = PROJECTS[language]
  const problem: Problem = { id: `project-${runner}`, environment: 'project', prompt: 'Write it.', params: {} }
  return {
    name: 'project', title: 'Project', description: 'For tests.', options: z.unknown(), mix: z.unknown(), vocabulary: [],
    generate: () => problem,
    solution: () => solution,
    demonstrate: () => solution,
    render: () => ({ spans: [], wellFormed: true, why: 'a module' }),
    grade: (completion) => ({ correct: false, score: 0, answer: completion, why: 'for its tests' }),
    checkSteps: () => [],
    code: {
      feedback: () => '',
      task: (text) => WorkspaceTask.parse({
        kind: 'workspace', repository: '/none', commit: '0'.repeat(40), folder: '', files: [{ path: source, text }], editable: [source], runner: { name: runner },
        testFiles: [test], failToPass: runner === 'mocha' ? ['sum adds', 'sum adds more'] : ['test_adds', 'test_adds_more'], passToPass: []
      })
    }
  }
}

/** Writes all that the candidate left into a copy of the project, runs its tests there and believes what the run says. */
function workspaceGrader(language: Scripted, more: readonly string[], reads: (ran: Ran) => Passed): GraderDouble {
  const { files, command, environment } = PROJECTS[language]
  return { run: async (task) => {
    const left = Object.fromEntries(task.files.map(({ path, text }) => [inside(path), text]))
    const passed = reads(await runProgram({ command: [...command, ...more], environment, files: { ...files, ...left }, results: ['report.xml'] }))
    const names = task.kind === 'workspace' ? [...task.failToPass, ...task.passToPass] : []
    return record(task, names.map((name) => ({ name, visible: true, fresh: false })), names.map(() => passed))
  } }
}

/** As a path below the folder is meant, wherever it leads: `src/../test/x` is the test. */
const inside = (path: string): string => posix.join('/', path).slice(1)

const hasPasses = (report: string | undefined): boolean => report !== undefined && /<testcase/.test(report) && !/<(failure|error)\b/.test(report) && !/(failures|errors)="[1-9]/.test(report)

export const workspaceGraders = (language: Scripted): { readonly exitCode: GraderDouble; readonly report: GraderDouble } => ({
  exitCode: workspaceGrader(language, [], ({ code }) => code === 0),
  report: workspaceGrader(language, PROJECTS[language].reports, ({ results }) => hasPasses(results['report.xml']))
})
