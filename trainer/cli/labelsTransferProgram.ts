import { Option } from 'commander'
import type { Command } from 'commander'
import { EXPORT_KINDS } from '../labels/formats/rowFiles.ts'
import { IMPORT_FORMATS } from '../labels/imports/readTraces.ts'
import { numberBetween, repeated } from './arguments.ts'
import { labelsExportCommand } from './commands/labelsExportCommand.ts'
import { labelsImportCommand } from './commands/labelsImportCommand.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Host } from './host.ts'

type Done = (code: ExitCode) => void

const json = (): Option => new Option('--json', 'one JSON object on stdout and nothing else there').default(false)
const labelsFolder = (): Option => new Option('--labels <dir>', 'where the labels of the run lie; default: .rollout-lab/labels/<run>')

/** `lab labels export` and `lab labels import`. */
export function addTransferCommands(labels: Command, host: Host, done: Done): void {
  labels.command('export <run>').description('data to train on: rows, where each came from, and a manifest of hashes')
    .addOption(new Option('--kind <kind>', `${EXPORT_KINDS.join(', ')}; may be given several times`).argParser(repeated).default([], 'all but prm800k'))
    .addOption(new Option('--format <format>', 'of the rows; prm800k is always JSON Lines').choices(['jsonl', 'parquet']).default('jsonl'))
    .addOption(new Option('--out <dir>', 'new folder for the files; default: one under .rollout-lab/datasets'))
    .addOption(new Option('--labeler <name>', 'labels of this labeler alone; may be given several times').argParser(repeated).default([], 'all'))
    .addOption(new Option('--include-models', 'also what models suggested; each row names its sources').default(false))
    .addOption(new Option('--include-held-out', 'also labels on evaluation rollouts: training on these spoils the evaluation').default(false))
    .addOption(new Option('--minimum-agreement <share>', 'share of an item’s labelers that must say the same; default: most votes win').argParser(numberBetween('--minimum-agreement', 0, 1)))
    .addOption(labelsFolder()).addOption(json())
    .action(async (run, options) => done(await labelsExportCommand(host, run, options)))
  labels.command('import <file>').description('step labels that others made, as labels of a run')
    .addOption(new Option('--format <format>', 'PRM800K, or TRL’s prompt, completions, labels').choices([...IMPORT_FORMATS]).makeOptionMandatory())
    .addOption(new Option('--run <dir>', 'run whose rollouts the traces are; default: make a run of them'))
    .addOption(new Option('--out <dir>', 'directory of the run that is made, which must not exist'))
    .addOption(new Option('--labeler <name>', 'who labelled, where the file does not say').default('imported'))
    .addOption(new Option('--separator <text>', 'between the steps of TRL’s rows; default: as they stand, or a newline'))
    .addOption(labelsFolder()).addOption(json())
    .action(async (file, options) => done(await labelsImportCommand(host, file, options)))
}
