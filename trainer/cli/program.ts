import { Command, CommanderError, Option } from 'commander'
import { engineName, jsonObject, numberBetween, repeated, repeatedOf, sha256, shareAbove0, textNotEmpty, wholeNumber, wholeNumbers } from './arguments.ts'
import { compactCommand } from './commands/compactCommand.ts'
import { demoCommand } from './commands/demoCommand.ts'
import { doctorCommand } from './commands/doctorCommand.ts'
import { executeCommand } from './commands/executeCommand.ts'
import { evalCommand } from './commands/evalCommand.ts'
import { hostCommand } from './commands/hostCommand.ts'
import { redTeamCommand } from './commands/redTeamCommand.ts'
import { rescoreCommand } from './commands/rescoreCommand.ts'
import { resumeCommand } from './commands/resumeCommand.ts'
import { rewardInputCommand } from './commands/rewardInputCommand.ts'
import { runCommand } from './commands/runCommand.ts'
import { runsCommand } from './commands/runsCommand.ts'
import { sampleCommand } from './commands/sampleCommand.ts'
import { schemaCommand } from './commands/schemaCommand.ts'
import { scoreCommand } from './commands/scoreCommand.ts'
import { trustCommand, trustListCommand, trustRevokeCommand } from './commands/trustCommand.ts'
import { setupTorchCommand } from './commands/setupTorchCommand.ts'
import { typesCommand } from './commands/typesCommand.ts'
import { ACCELERATORS } from '../engines/torch/setup/choosePackages.ts'
import { StepAggregate } from '../protocol/runFile.ts'
import { environmentNames } from '../environments/registry.ts'
import { EVALUATION_DEFAULTS, EVALUATION_SAMPLING } from './evaluationSetup.ts'
import { EXIT } from './exitCodes.ts'
import type { ExitCode } from './exitCodes.ts'
import { givenFile } from './givenPlaces.ts'
import { addHelpCommands, HELP_TEXTS, pointToHelp } from './helpTexts.ts'
import type { Host } from './host.ts'
import { addLabelCommands } from './labelsProgram.ts'
import { printError } from './printError.ts'
import { addProblemCommands } from './problemsProgram.ts'
import type { Services } from './services.ts'

/** Runs the command line; errors are printed, the exit code comes back. */
export async function runCommandLine(args: readonly string[], host: Host, services: Services): Promise<ExitCode> {
  let code: ExitCode = EXIT.finished
  const program = commandLine(host, services, (result) => (code = result))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.finished : EXIT.usage
    return printError(host, error)
  }
}

type Done = (code: ExitCode) => void

function commandLine(host: Host, services: Services, done: Done): Command {
  const program = new Command('lab')
    .description('Reinforcement learning on reasoning language models: run, look, go on.')
    .option('-V, --version', 'print the version of this program')
    .showSuggestionAfterError()
    .configureHelp(HELP_TEXTS)
    .exitOverride()
    .configureOutput({ writeOut: (text) => void host.stdout.write(text), writeErr: (text) => void host.stderr.write(text) })
  program.on('option:version', () => {
    host.stdout.write(`${services.program.version}\n`)
    throw new CommanderError(EXIT.finished, 'commander.version', 'the version was printed')
  })
  program.hook('preAction', (_, command) => choosePythons(host, services, command.opts()))
  addRunCommands(program, host, services, done)
  addModelCommands(program, host, services, done)
  addTaskCommands(program, host, services, done)
  addLabelCommands(program, host, services, done)
  addTrustCommands(program, host, services, done)
  addMachineCommands(program, host, services, done)
  addHelpCommands(program)
  pointToHelp(program, host.command)
  return program
}

/** Commands that start engines take it alike. */
function choosePythons(host: Host, services: Services, { python, vllmPython }: { readonly python?: unknown; readonly vllmPython?: unknown }): void {
  const given = (path: string, place: string): string => givenFile(host, path, { place, remedy: 'Name the program itself, such as .venv/bin/python; `lab doctor` says which ones are found.' })
  if (typeof python === 'string') services.choosePython(given(python, '--python'), 'torch')
  if (typeof vllmPython === 'string') services.choosePython(given(vllmPython, '--vllm-python'), 'vllm')
}

const json = (): Option => new Option('--json', 'one JSON object a line on stdout and nothing else there').default(false)
const trust = (): Option => new Option('--trust-workspace', 'let the modules that the run file names run, as they now are').default(false)
const trustModule = (): Option =>
  new Option('--trust-module <sha256>', 'let a module of this content run; may be given several times').argParser(repeatedOf(sha256('--trust-module'))).default([], 'none')
const git = (): Option =>
  new Option('--git <folder>', 'ask git about repositories in and around this folder, as their problems need; may be given several times').argParser(repeated).default([], 'none')
const acceptPaidCheats = (): Option => new Option('--accept-paid-cheats <names...>', 'cheats that the rewards may pay, as `lab redteam` names them').default([], 'none')
const unsafeSandbox = (): Option =>
  new Option('--unsafe-sandbox', 'where no sandbox works, run Python programs as plain processes: they can do whatever you can').default(false)
const set = (): Option =>
  new Option('--set <path=value>', 'change a field of the run file, such as steps=40').argParser(repeated).default([], 'none')
const engine = (): Option =>
  new Option('--engine <name>', 'engine to run the model: onnx or torch').argParser(engineName).default('onnx')
const threads = (): Option => new Option('--threads <n>', 'CPU threads; 0 = all cores').argParser(wholeNumber('--threads', 0)).default(0)
const seed = (): Option => new Option('--seed <n>', 'seed of all draws').argParser(wholeNumber('--seed', 0)).default(1)
const python = (): Option => new Option('--python <path>', 'the Python that runs PyTorch, for the engine torch; default: the first that has it, see lab doctor')
const vllmPython = (): Option => new Option('--vllm-python <path>', 'a Python that has vLLM, which then samples for the engine torch on a GPU; default: ROLLOUT_LAB_VLLM_PYTHON')
const environmentOptions = (): Option =>
  new Option('--options <json>', 'options of the environment').argParser(jsonObject('--options')).default({}, '{}')

function addRunCommands(program: Command, host: Host, services: Services, done: Done): void {
  program.command('run <file>').description('train what a run file (*.run.json) says')
    .addOption(set())
    .addOption(new Option('--seed <n>', 'seed instead of the run file’s').argParser(wholeNumber('--seed', 0)))
    .addOption(new Option('--seeds <n>', 'several runs, one after another, and the mean of their gains').argParser(wholeNumber('--seeds', 1)))
    .addOption(new Option('--out <dir>', 'directory of the run, which must not exist; default: a new one under .rollout-lab/runs'))
    .addOption(json())
    .addOption(new Option('--dry-run', 'say what would be done and start nothing').default(false))
    .addOption(trust())
    .addOption(new Option('--no-git', 'do not ask git about the folder of the run file: for folders that are not trusted'))
    .addOption(acceptPaidCheats()).addOption(unsafeSandbox()).addOption(python()).addOption(vllmPython())
    .action(async (file, options) => done(await runCommand(host, services, file, options)))
  program.command('resume <dir>').description('go on with a run that was stopped or killed').addOption(json()).addOption(trust()).addOption(unsafeSandbox()).addOption(python()).addOption(vllmPython())
    .action(async (directory, options) => done(await resumeCommand(host, services, directory, options)))
  program.command('host', { hidden: true }).description('the trainer of one run, for the extension: order on stdin, answer on stdout')
    .action(async () => done(await hostCommand(host, services)))
  program.command('runs').description('list the runs in .rollout-lab/runs of this folder, no others').addOption(json())
    .action((options) => done(runsCommand(host, services, options)))
  program.command('compact <dir>').description('make a run that another program recorded smaller, and quick to open').addOption(json())
    .action(async (directory, options) => done(await compactCommand(host, directory, options)))
  program.command('demo').description('train a sample and show it learning')
    .addOption(new Option('--sample <name>', 'which sample').default('arithmetic-chain'))
    .addOption(set())
    .addOption(new Option('--out <dir>', 'directory of the run, which must not exist'))
    .addOption(json())
    .action(async (options) => done(await demoCommand(host, services, options)))
}

function addModelCommands(program: Command, host: Host, services: Services, done: Done): void {
  program.command('eval <model>').description('held-out pass@k of a model folder or checkpoint')
    .addOption(new Option('--environment <name>', `environment to draw problems from: ${environmentNames().join(', ')}`))
    .addOption(environmentOptions())
    .addOption(new Option('--as-run <dir>', 'instead: as this run is evaluated, its environments, sampling, turns, seed and engine; what else is given changes that'))
    .addOption(new Option('--problems <n>', `held-out problems; default: ${EVALUATION_DEFAULTS.problems}`).argParser(wholeNumber('--problems', 1)))
    .addOption(new Option('--samples <n>', `completions of each; default: ${EVALUATION_DEFAULTS.samples}`).argParser(wholeNumber('--samples', 1)))
    .addOption(new Option('--k <list>', 'k of pass@k; default: 1, 4 and 16, up to --samples').argParser(wholeNumbers('--k', 1)))
    .addOption(new Option('--temperature <t>', `0 = greedy; default: ${EVALUATION_DEFAULTS.temperature}`).argParser(numberBetween('--temperature', 0, Infinity)))
    .addOption(new Option('--max-tokens <n>', `tokens of a completion at most; default: ${EVALUATION_SAMPLING.maxTokens}`).argParser(wholeNumber('--max-tokens', 1)))
    .addOption(new Option('--seed <n>', `seed of all draws; default: ${EVALUATION_DEFAULTS.seed}`).argParser(wholeNumber('--seed', 0)))
    .addOption(new Option('--engine <name>', 'engine to run the model: onnx or torch; default: onnx').argParser(engineName))
    .addOption(threads()).addOption(python()).addOption(vllmPython()).addOption(json())
    .addOption(new Option('--rerank <folder>', 'a step reward model: best of n and weighted majority beside the majority vote'))
    .addOption(new Option('--aggregate <how>', 'how it makes one score of the steps of a trace').choices(StepAggregate.options).default('min'))
    .addOption(trust()).addOption(trustModule()).addOption(git()).addOption(unsafeSandbox())
    .action(async (model, options) => done(await evalCommand(host, services, model, options)))
  program.command('sample <model>').description('completions of one prompt, shown while they are written')
    .requiredOption('--prompt <text>', 'what the model is given')
    .addOption(new Option('--n <n>', 'how many completions').argParser(wholeNumber('--n', 1)).default(1))
    .addOption(temperature())
    .addOption(maxTokens())
    .addOption(new Option('--top-k <k>', 'among the k most likely tokens; 0 = all').argParser(wholeNumber('--top-k', 0)).default(0))
    .addOption(new Option('--top-p <p>', 'within the smallest set of this probability; 1 = all').argParser(shareAbove0('--top-p')).default(1))
    .addOption(new Option('--min-p <p>', 'drop tokens below this share of the likeliest; 0 = none').argParser(numberBetween('--min-p', 0, 1)).default(0))
    .addOption(new Option('--stop <text>', 'a text that ends the completion; may be given several times').argParser(repeatedOf(textNotEmpty('--stop'))).default([], 'none'))
    .addOption(new Option('--raw', 'take the prompt as it stands although the model has a chat template').default(false))
    .addOption(seed()).addOption(engine()).addOption(threads()).addOption(python()).addOption(vllmPython()).addOption(json())
    .addOption(new Option('--partial', 'with --json: also what is added to a completion, while it is written').default(false))
    .action(async (model, { temperature, maxTokens, topK, topP, minP, stop, ...options }) =>
      done(await sampleCommand(host, services, model, { ...options, sampling: { temperature, maxTokens, topK, topP, minP, stop } })))
}

const temperature = (): Option =>
  new Option('--temperature <t>', '0 = greedy').argParser(numberBetween('--temperature', 0, Infinity)).default(1)
const maxTokens = (): Option =>
  new Option('--max-tokens <n>', 'tokens of a completion at most').argParser(wholeNumber('--max-tokens', 1)).default(64)

function addTaskCommands(program: Command, host: Host, services: Services, done: Done): void {
  program.command('score <file>').description('the rewards of a run file on given completions; no model needed')
    .requiredOption('--completions <jsonl>', 'lines of {problemId | prompt + gold | problem, completion}')
    .addOption(set())
    .addOption(new Option('--seed <n>', 'seed of the problems that ids refer to; default: the run file’s').argParser(wholeNumber('--seed', 0)))
    .addOption(trust()).addOption(git()).addOption(unsafeSandbox())
    .action(async (file, options) => done(await scoreCommand(host, services, file, options)))
  program.command('redteam <file>').description('try a battery of cheats on the rewards of a run file; no model needed')
    .addOption(set())
    .addOption(new Option('--problems <n>', 'problems of each environment').argParser(wholeNumber('--problems', 1)).default(2))
    .addOption(new Option('--seed <n>', 'seed of the problems; default: the run file’s').argParser(wholeNumber('--seed', 0)))
    .addOption(acceptPaidCheats()).addOption(trust()).addOption(trustModule()).addOption(git()).addOption(unsafeSandbox()).addOption(json())
    .action(async (file, options) => done(await redTeamCommand(host, services, file, options)))
  program.command('rescore <run>').description('a reward on the rollouts that a run recorded: what would be another; nothing is sampled')
    .requiredOption('--reward <file>', 'a *.reward.ts, .js or .py file, or a module with a reward')
    .addOption(new Option('--function <name>', 'which function of the file; default: as the run names it'))
    .addOption(new Option('--part <name>', 'the recorded part that it stands for; default: the one of its name, else the whole reward'))
    .addOption(new Option('--options <json>', 'options of the reward; default: those of the run').argParser(jsonObject('--options')))
    .addOption(json()).addOption(trust()).addOption(trustModule())
    .action(async (run, options) => done(await rescoreCommand(host, services, run, options)))
  program.command('execute <run>').description('the program of a recorded rollout once more, in the sandbox; nothing is recorded')
    .requiredOption('--rollout <id>', 'id of the rollout')
    .addOption(new Option('--turn <n>', 'which of its programs').argParser(wholeNumber('--turn', 1)).default(1))
    .addOption(git()).addOption(unsafeSandbox())
    .action(async (run, options) => done(await executeCommand(host, services, run, options)))
  program.command('reward-input <run>', { hidden: true }).description('what rewards are given of a recorded rollout, for the extension')
    .requiredOption('--rollout <id>', 'id of the rollout')
    .action(async (run, options) => done(await rewardInputCommand(host, services, run, options)))
  addProblemCommands(program, host, services, done)
}

function addTrustCommands(program: Command, host: Host, services: Services, done: Done): void {
  const trusted = program.command('trust').description('approve modules of a workspace for good, by their content')
  trusted.command('approve <file>', { isDefault: true }).description('a module, or every module that a run file names, as it now is')
    .addOption(new Option('--expect <hash>', 'approve only what has this SHA-256: as it was read, whatever lies there by now').argParser(sha256('--expect')))
    .action((file, options) => done(trustCommand(host, services, file, options)))
  trusted.command('list').description('what is approved').addOption(json())
    .action((options) => done(trustListCommand(host, services, options)))
  trusted.command('revoke <file>').description('take an approval back: of a file, or by the beginning of its hash')
    .action((which) => done(trustRevokeCommand(host, services, which)))
}

function addMachineCommands(program: Command, host: Host, services: Services, done: Done): void {
  program.command('doctor').description('what works on this machine, what is missing and what mends it').addOption(json()).addOption(python()).addOption(vllmPython())
    .action(async (options) => done(await doctorCommand(host, services, options)))
  program.command('setup-torch').description('make an environment with PyTorch for the engine torch')
    .addOption(new Option('--into <dir>', 'folder of the environment; default: one of your own, which every run and the editor find'))
    .addOption(new Option('--device <kind>', 'what torch shall compute on; auto looks for a GPU, default takes the package index’s plain wheel').choices(ACCELERATORS).default('auto'))
    .addOption(new Option('--package <spec>', 'one more package, or another version: torch==2.13.0').argParser(repeated).default([], 'none'))
    .addOption(new Option('--index-url <url>', 'package index of torch itself'))
    .addOption(json())
    .action(async (options) => done(await setupTorchCommand(host, services, options)))
  program.command('types [folder]').description('write the types of user modules into a folder')
    .action((folder) => done(typesCommand(host, services, folder ?? '.')))
  program.command('schema').description('the JSON Schema (draft-07) of run files')
    .action(() => done(schemaCommand(host)))
}
