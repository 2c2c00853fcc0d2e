import { Option } from 'commander'
import type { Command } from 'commander'
import { jsonObject, wholeNumber } from './arguments.ts'
import { makeFunctionCommand, makeTestCommand, mineCommand } from './commands/makeProblemsCommand.ts'
import { problemsCommand } from './commands/problemsCommand.ts'
import type { ExitCode } from './exitCodes.ts'
import { environmentNames } from '../environments/registry.ts'
import type { Host } from './host.ts'
import type { Services } from './services.ts'

const json = (): Option => new Option('--json', 'one JSON object a line on stdout and nothing else there').default(false)
const out = (name: string, what = 'file of problems, to which those that it lacks are added'): Option => new Option('--out <file>', what).default(name)
const runner = (): Option => new Option('--runner <name>', 'what runs the tests; default: what is installed').choices(['mocha', 'vitest', 'jest', 'pytest'])
const command = (): Option => new Option('--command <words...>', 'another command that runs the tests, with --report; `node` and `python` are those of this program')
const report = (): Option => new Option('--report <file>', 'the JUnit file that the command writes, relative to the project')
const seconds = (): Option => new Option('--seconds <n>', 'time of one run of the tests').argParser(wholeNumber('--seconds', 1)).default(60)

/** `lab problems …`. */
export function addProblemCommands(program: Command, host: Host, services: Services, done: (code: ExitCode) => void): void {
  const problems = program.command('problems').description('problems of an environment, or of your own code')
  problems.command('draw', { isDefault: true }).description('problems of an environment as JSON lines')
    .argument('<environment>', `one of ${environmentNames().join(', ')}`)
    .addOption(new Option('--split <name>', 'train, held-out or tuning').default('train'))
    .addOption(new Option('--count <n>', 'how many').argParser(wholeNumber('--count', 0)).default(10))
    .addOption(new Option('--options <json>', 'options of the environment').argParser(jsonObject('--options')).default({}, '{}'))
    .addOption(new Option('--seed <n>', 'seed of all draws').argParser(wholeNumber('--seed', 0)).default(1))
    .action(async (environment, options) => done(await problemsCommand(host, services, environment, options)))
  problems.command('mine [folder]').description('problems from the git history: commits whose tests fail before and pass after, each tried both ways')
    .addOption(new Option('--commits <n>', 'commits that are looked at').argParser(wholeNumber('--commits', 1)).default(50))
    .addOption(new Option('--revision <name>', 'where to begin').default('HEAD'))
    .addOption(new Option('--most-files <n>', 'source files that a commit may change').argParser(wholeNumber('--most-files', 1)).default(4))
    .addOption(out('mined.problems.jsonl', 'file of problems, which must not exist')).addOption(new Option('--replace', 'write over a file that exists').default(false)).addOption(runner()).addOption(command()).addOption(report()).addOption(seconds()).addOption(json())
    .action(async (folder, options) => done(await mineCommand(host, services, folder ?? '.', options)))
  problems.command('make-function <file>').description('a problem from a function that tests cover: its body is to be written')
    .addOption(new Option('--name <name>', 'the function')).addOption(new Option('--line <n>', 'a line that it holds').argParser(wholeNumber('--line', 1)))
    .addOption(out('workspace.problems.jsonl')).addOption(runner()).addOption(command()).addOption(report()).addOption(seconds()).addOption(json())
    .action(async (file, options) => done(await makeFunctionCommand(host, services, file, options)))
  problems.command('make-test <file>').description('a problem from a test that fails: it is to pass')
    .addOption(new Option('--name <text>', 'only tests whose full name holds this'))
    .addOption(new Option('--edit <files...>', 'files that may change; default: what the test file imports'))
    .addOption(out('workspace.problems.jsonl')).addOption(runner()).addOption(command()).addOption(report()).addOption(seconds()).addOption(json())
    .action(async (file, options) => done(await makeTestCommand(host, services, file, options)))
}
