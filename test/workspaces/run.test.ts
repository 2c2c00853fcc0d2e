import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine } from '../../trainer/cli/commandLine.fixture.ts'
import type { ExecutedLine } from '../../trainer/cli/commands/executeCommand.ts'
import type { ProblemEvent } from '../../trainer/cli/commands/makeProblemsCommand.ts'
import { EXIT } from '../../trainer/cli/exitCodes.ts'
import { writeModel } from '../../trainer/engines/fake/modelFolder.ts'
import { emptyTables, POSITIONS } from '../../trainer/engines/fake/tabularPolicy.ts'
import { workspaceEnvironment } from '../../trainer/environments/workspace.ts'
import { readTaskset } from '../../trainer/environments/workspaceTaskset.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { commitAll, fingerprint, git } from '../../trainer/workspaces/repository.fixture.ts'
import { pythonWithPytest, sampleWorkspace, scratchFolder } from './places.ts'
import { NO_PYTEST, NO_SANDBOX, workspaceSandbox } from './sandboxes.ts'

const TASKSET = 'lab/mined.problems.jsonl'
const RUN: RunFileInput = {
  name: 'mined', engine: 'fake', model: 'model', recipe: 'execution-grpo', environment: { name: 'workspace', options: { path: 'mined.problems.jsonl', wallSeconds: 20 } },
  steps: 1, problemsPerStep: 1, groupSize: 4, sampling: { maxTokens: 2 }, filter: { dropZeroVariance: false }, evaluation: { problems: 1, samples: 1, k: [1] }
}

describe('problems of a repository', function () {
  this.timeout(300_000)
  let repository: string

  before(async function () {
    if ((await workspaceSandbox()) === undefined) {
      console.log(`Left out: ${NO_SANDBOX}.`)
      return this.skip()
    }
    repository = sampleWorkspace('workspace-mocha')
  })

  const lab = async (...args: string[]): Promise<ProblemEvent[]> => {
    const { code, out, err } = await commandLine(repository, [...args, '--json'])
    assert.equal(code, EXIT.finished, err)
    return out.trimEnd().split('\n').map((line) => JSON.parse(line) as ProblemEvent)
  }

  it('are mined from the history, each commit tried both ways', async () => {
    const before = fingerprint(join(repository, '.git'))
    const events = await lab('problems', 'mine', '--commits', '2', '--revision', 'HEAD~2', '--out', TASKSET)
    assert.deepEqual(events.map((event) => (event.type === 'commit' ? [event.subject, event.leftOut, event.tests] : event.type === 'written' && event.problems)), [
      ['Merge ranges that touch', null, 1], ['Wrap lines at a width', null, 1], 2
    ])
    assert.equal(fingerprint(join(repository, '.git')), before)
    const rows = readFileSync(join(repository, TASKSET), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(rows.map(({ repository, commit, boundary, failToPass, editable }) => [repository, commit, boundary, failToPass, editable]), [
      ['..', git(repository, 'rev-parse', 'HEAD~2'), 'data', ['ranges merges ranges that touch'], ['src/ranges.js']],
      ['..', git(repository, 'rev-parse', 'HEAD~3'), 'data', ['words wraps lines at a width'], ['src/words.js']]
    ])
    assert((rows[0]!['passToPass'] as string[]).includes('ranges merges ranges that overlap'))
  })

  it('are mined from a history of pytest too', async function () {
    if (pythonWithPytest() === undefined) {
      console.log(`Left out: ${NO_PYTEST}.`)
      return this.skip()
    }
    const { code, out, err } = await commandLine(sampleWorkspace('workspace-pytest'), ['problems', 'mine', '--commits', '1'])
    assert.deepEqual([code, out.split('\n').map((line) => line.replace(/^[0-9a-f]{10} /, ''))], [EXIT.finished, [' 2 tests fail before and pass after  (Refuse to take more than an account holds)', '1 problems of 1 commits in mined.problems.jsonl', '']], err)
  })

  it('name the files that pytest finds tests in, where no name tells them as tests', async function () {
    if (pythonWithPytest() === undefined) {
      console.log(`Left out: ${NO_PYTEST}.`)
      return this.skip()
    }
    const folder = scratchFolder()
    commitAll(folder, {
      'pytest.ini': '[pytest]\npythonpath = .\npython_files = checks.py\n', 'double.py': 'def double(n):\n    return 2 * n\n',
      'app/checks.py': 'from double import double\n\ndef test_one():\n    assert double(1) == 2\n'
    }, 'first')
    const { code, err } = await commandLine(folder, ['problems', 'make-function', 'double.py', '--name', 'double'])
    assert.equal(code, EXIT.finished, err)
    const { testFiles, failToPass } = JSON.parse(readFileSync(join(folder, 'workspace.problems.jsonl'), 'utf8')) as Record<string, unknown>
    assert.deepEqual([testFiles, failToPass], [['app/checks.py'], ['app/checks.py::test_one']])
  })

  it('train a model in a run, whose programs the tests of the pinned commit judge', async () => {
    await writePolicy(join(repository, 'lab', 'model'), join(repository, TASKSET))
    writeFileSync(join(repository, 'lab', 'mined.run.json'), JSON.stringify(RUN))
    const { code, err } = await commandLine(join(repository, 'lab'), ['run', 'mined.run.json', '--out', 'run'])
    assert.equal(code, EXIT.finished, err)
    const run = await openRun(join(repository, 'lab', 'run'))
    try {
      const rollouts = (await run.rollouts.readStep({ kind: 'train', step: 1 })) ?? []
      assert.equal(rollouts.length, 4)
      for (const { segments, reward, executions } of rollouts) {
        const right = !segments[0]!.text.includes('WRONG')
        assert.deepEqual([reward.total, executions?.[0]?.tests.every(({ verdict }) => verdict === 'pass')], [Number(right), right], segments[0]!.text)
      }
      assert.equal(new Set(rollouts.map(({ reward }) => reward.total)).size, 2)
    } finally {
      run.close()
    }
  })

  it('are judged again where git may be asked about their repository, and else not', async () => {
    const rollout = await firstRollout(join(repository, 'lab', 'run'))
    const execute = async (...args: string[]): Promise<ExecutedLine['execution']> => {
      const { code, out, err } = await commandLine(join(repository, 'lab'), ['execute', 'run', '--rollout', rollout.id, ...args])
      assert.equal(code, EXIT.finished, err)
      return (JSON.parse(out) as ExecutedLine).execution
    }
    for (const args of [[], ['--git', scratchFolder()]]) assert.match((await execute(...args)).failure ?? '', /Git is not asked about /)
    const { failure, tests } = await execute('--git', '..')
    assert.equal(failure, null)
    assert.deepEqual(tests.map(({ verdict }) => verdict), rollout.executions![0]!.tests.map(({ verdict }) => verdict))
  })

  it('are made from a function that tests cover', async () => {
    const [made] = await lab('problems', 'make-function', 'src/ranges.js', '--name', 'parseRanges', '--out', 'lab/function.problems.jsonl')
    assert(made?.type === 'made')
    assert.deepEqual([made.title, made.added, made.failToPass.includes('ranges parses ranges')], ['parseRanges (src/ranges.js)', true, true])
    const row = JSON.parse(readFileSync(join(repository, 'lab/function.problems.jsonl'), 'utf8')) as { files: { text: string }[]; hole: { from: number; to: number } }
    assert.match(row.files[0]!.text.slice(row.hole.from, row.hole.to), /not written yet/)
  })

  it('are made from a failing test once it is committed', async () => {
    const test = join(repository, 'test/words.test.js')
    writeFileSync(test, readFileSync(test, 'utf8').replace(/\}\)\n$/, "\n  it('counts nothing in nothing', () => {\n    assert.equal(countWords(null), 0)\n  })\n})\n"))
    const args = ['problems', 'make-test', 'test/words.test.js', '--out', 'lab/test.problems.jsonl']
    const refused = await commandLine(repository, args)
    assert.deepEqual([refused.code, /changes that no commit holds/.test(refused.err)], [EXIT.usage, true], refused.err)
    git(repository, 'commit', '--quiet', '--all', '-m', 'Ask for nothing')
    const [made] = await lab(...args)
    assert(made?.type === 'made')
    assert.deepEqual([made.failToPass, made.passToPass.length, made.boundary], [['words counts nothing in nothing'], 5, 'data'])
  })
})

async function firstRollout(directory: string): Promise<Rollout> {
  const run = await openRun(directory)
  try {
    return (await run.rollouts.readStep({ kind: 'train', step: 1 }))![0]!
  } finally {
    run.close()
  }
}

/** A policy that says the right answer to the one problem that is trained on, or a wrong one, each a token, and then ends. */
async function writePolicy(folder: string, taskset: string): Promise<void> {
  const opened = await readTaskset(taskset)
  const environment = workspaceEnvironment(opened, { path: taskset })
  const answers = opened.filter(({ split }) => split === 'train').map(({ problem }) => environment.solution(problem)).flatMap((right) => [right, right.replace('```\n', '```\nthrow new Error("WRONG")\n')])
  const words = opened.flatMap(({ problem }) => problem.prompt.split(' '))
  const vocabulary = ['<eos>', ...new Set([...answers, ...words].filter((word) => word !== ''))]
  const tables = emptyTables(vocabulary.length)
  for (let token = 0; token < vocabulary.length; token++) {
    for (let at = 0; at < POSITIONS; at++) tables.position[at * vocabulary.length + token] = (at === 0 ? token > 0 && token <= answers.length : token === 0) ? 20 : 0
  }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await writeModel(folder, { vocabulary, contextLength: 4096, tables, hasHead: false })
}
