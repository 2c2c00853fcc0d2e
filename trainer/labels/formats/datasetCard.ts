import path from 'node:path'
import type { LabelManifest } from '../../protocol/labelRows.ts'
import { datasetInfo } from './datasetFeatures.ts'
import { LINEAGE_FILE, MANIFEST_FILE } from './rowFiles.ts'
import type { ExportKind } from './rowFiles.ts'

const TOOL = 'where a tool answered between the turns of a rollout, in code points; trainers that know no such places learn its words as the model’s own'

const COLUMNS: Readonly<Record<string, string>> = {
  critiques: '`prompt`, `response`, `critique`, `verdict` (absent where the labeler gave none): critique fine-tuning',
  solutions: `\`prompt\`, \`rendered\` (true where a chat template made the prompt), \`completion\`, \`tool\` (${TOOL}): traces that were judged right or written by a labeler`,
  steps: '`prompt`, `completions`, `labels`: the steps of a trace, up to the first that nobody judged; they join to the trace without a separator (`step_separator=""` in TRL)',
  preferences: [
    '`prompt`, `rendered` (as of solutions), `chosen`, `rejected`, `rationale` (absent where nobody gave one)',
    '`continues` (true where both sides are a step of a trace that goes on, so that no end of text belongs behind them)',
    '`chosenTool` and `rejectedTool` (as `tool` of solutions)'
  ].join(', '),
  prm800k: 'one labelled solution a line, in the shape of PRM800K'
}

/** README.md of an exported folder: `datasets.load_dataset(folder, kind)` reads which file is which from its head. */
export function datasetCard({ files, run, sources }: LabelManifest): string {
  const data = files.filter(({ kind }) => kind !== 'lineage')
  // All configurations of a folder are read by one reader: beside Parquet, PRM800K's JSON Lines are to be loaded by themselves.
  const ending = path.extname(data[0]?.file ?? '')
  const together = data.filter(({ file }) => path.extname(file) === ending)
  const configs = together.map(({ kind, file }) => `- config_name: ${kind}\n  data_files: ${file}`)
  const infos = together.flatMap(({ kind }) => datasetInfo(kind as ExportKind))
  const rows = data.map(({ kind, file, rows: count }) => `- \`${file}\`, ${count} rows: ${COLUMNS[kind]}`)
  const from = Object.entries(sources).map(([source, count]) => `- \`${plain(source)}\`: ${count}`)
  return [
    '---', 'configs:', ...configs, 'dataset_info:', ...infos, '---', '', `# Labels of \`${plain(run.directory)}\``, '', ...rows, '',
    'Rows by source, which each row also names in `sources`; the terms of a model’s provider may forbid training on what it wrote:', '', ...from, '',
    `\`${LINEAGE_FILE}\` says of which labels and rollouts each row was made (places in code points), \`${MANIFEST_FILE}\` holds the hashes of all files.`, ''
  ].join('\n')
}

/** Names come from label files, which are anybody's. */
const plain = (name: string): string => name.replace(/[^\p{L}\p{N} ._:/@+-]/gu, '?').slice(0, 200)
