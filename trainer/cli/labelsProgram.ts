import { Option } from 'commander'
import type { Command } from 'commander'
import { engineName, numberBetween, repeated, wholeNumber } from './arguments.ts'
import { labelsAddCommand } from './commands/labelsAddCommand.ts'
import { labelsAgreementCommand } from './commands/labelsAgreementCommand.ts'
import { labelsCheckCommand } from './commands/labelsCheckCommand.ts'
import { labelsCritiqueCommand } from './commands/labelsCritiqueCommand.ts'
import { labelsListCommand, LISTED_KINDS } from './commands/labelsListCommand.ts'
import { labelsSimulateCommand } from './commands/labelsSimulateCommand.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Host } from './host.ts'
import { addTransferCommands } from './labelsTransferProgram.ts'
import type { Services } from './services.ts'

type Done = (code: ExitCode) => void

const json = (): Option => new Option('--json', 'one JSON object a line on stdout and nothing else there').default(false)
const labelsFolder = (): Option => new Option('--labels <dir>', 'where the labels of the run lie; default: .rollout-lab/labels/<run>')
const several = (flags: string, what: string): Option => new Option(flags, what).argParser(repeated).default([], 'all')

const OPINIONS = `
An opinion is on a step ("step", from 0), on characters ("from", "to") of the completion, or on all of it:
  {"rollout": "t000001.1-000-00", "step": 2, "opinion": {"kind": "stepRating", "rating": -1}}           -1, 0, 1 or "unsure"
  {"rollout": "t000001.1-000-00", "opinion": {"kind": "firstError", "step": 2}}                         null: no step is wrong
  {"rollout": "t000001.1-000-00", "opinion": {"kind": "verdict", "right": false}}
  {"rollout": "t000001.1-000-00", "from": 10, "to": 24, "opinion": {"kind": "critique", "text": "…"}}
  {"rollout": "t000001.1-000-00", "step": 2, "opinion": {"kind": "better", "of": "step", "text": "…"}}  step, answer or trace
  {"rollout": "t000001.1-000-00", "opinion": {"kind": "note", "text": "…"}}
\`labels list <run> --json\` shows every kind as it is kept.`

/** `lab labels …`: what is said of the rollouts of a run. */
export function addLabelCommands(program: Command, host: Host, services: Services, done: Done): void {
  const labels = program.command('labels').description('labels of the rollouts of a run: write, list, check, agreement, critique, simulate, export, import')
  labels.command('add <run>').description('write labels given as JSON lines; each is answered once it is on the disk')
    .requiredOption('--labeler <name>', 'who labels: letters, digits, ".", "_" and "-"')
    .addOption(new Option('--from <file>', 'lines of {rollout, opinion, step | from + to}; - is standard input').default('-'))
    .addOption(labelsFolder())
    .addHelpText('after', OPINIONS)
    .action(async (run, options) => done(await labelsAddCommand(host, run, options)))
  labels.command('list <run>').description('labels as they stand: edits applied, deletions gone, replies beneath')
    .addOption(several('--labeler <name>', 'of this labeler; may be given several times'))
    .addOption(several('--kind <kind>', `${LISTED_KINDS.join(', ')}; may be given several times`))
    .addOption(new Option('--orphans', 'those whose rollout is gone or has another text now').default(false))
    .addOption(labelsFolder()).addOption(json())
    .action(async (run, options) => done(await labelsListCommand(host, run, options)))
  labels.command('check <run>').description('look over the label files: damaged lines, orphans, answers to earlier label sets')
    .addOption(labelsFolder()).addOption(json())
    .action(async (run, options) => done(await labelsCheckCommand(host, run, options)))
  labels.command('agreement <run>').description('κ, α, F1 and accuracy of those who labelled, each with its interval and definition')
    .addOption(new Option('--disagreements', 'in place of these, what they differ on').default(false))
    .addOption(labelsFolder()).addOption(json())
    .action(async (run, options) => done(await labelsAgreementCommand(host, run, options)))
  addCritiqueCommand(labels, host, services, done)
  addSimulateCommand(labels, host, done)
  addTransferCommands(labels, host, done)
}

function addSimulateCommand(labels: Command, host: Host, done: Done): void {
  labels.command('simulate <run>').description('let a scripted labeler, an oracle with faults, label rollouts: for experiments, and marked as such')
    .addOption(new Option('--count <n>', 'rollouts to label').argParser(wholeNumber('--count', 1)).default(200))
    .addOption(new Option('--name <name>', 'the labeler is called scripted-<name>').default('oracle'))
    .addOption(new Option('--error-rate <p>', 'probability that a judgement comes out wrong').argParser(numberBetween('--error-rate', 0, 1)).default(0))
    .addOption(new Option('--laziness <p>', 'probability that a step is passed over unread').argParser(numberBetween('--laziness', 0, 1)).default(0))
    .option('--whole-traces', 'judge the steps behind the first error too', false)
    .addOption(new Option('--bias <b>', 'errors lean towards leniency (1) or harshness (-1)').argParser(numberBetween('--bias', -1, 1)).default(0))
    .addOption(new Option('--from <kind>', 'rollouts of training or of evaluations; what is held out is not to be trained on').choices(['train', 'evaluation', 'all']).default('train'))
    .addOption(new Option('--which <which>', 'among which rollouts').choices(['all', 'wrong', 'right']).default('all'))
    .addOption(new Option('--seed <n>', 'seed of all draws').argParser(wholeNumber('--seed', 0)).default(1))
    .addOption(labelsFolder()).addOption(json())
    .action(async (run, options) => done(await labelsSimulateCommand(host, run, options)))
}

function addCritiqueCommand(labels: Command, host: Host, services: Services, done: Done): void {
  labels.command('critique <run>').description('let a model write critiques of rollouts; they are printed, nothing is labelled')
    .requiredOption('--model <folder>', 'model folder or checkpoint of a critic')
    .addOption(new Option('--rollout <id>', 'of the run; at least one, may be given several times').argParser(repeated).default([], 'none'))
    .addOption(new Option('--max-tokens <n>', 'tokens of a critique at most').argParser(wholeNumber('--max-tokens', 1)).default(256))
    .addOption(new Option('--temperature <t>', '0 = greedy').argParser(numberBetween('--temperature', 0, Infinity)).default(0))
    .addOption(new Option('--seed <n>', 'seed of all draws').argParser(wholeNumber('--seed', 0)).default(1))
    .addOption(new Option('--engine <name>', 'engine to run the model: onnx or torch').argParser(engineName).default('onnx'))
    .addOption(new Option('--threads <n>', 'CPU threads; 0 = all cores').argParser(wholeNumber('--threads', 0)).default(0))
    .addOption(new Option('--python <path>', 'the Python that runs PyTorch, for the engine torch'))
    .addOption(json())
    .action(async (run, options) => done(await labelsCritiqueCommand(host, services, run, options)))
}
