import { RANGES, ROW_COLUMNS } from './rowFiles.ts'
import type { ExportKind } from './rowFiles.ts'

/** `dataset_info` of a kind, as YAML lines of a list. Without it a reader guesses from the first megabytes, which may hold no value of a column. */
export function datasetInfo(kind: ExportKind): string[] {
  const features = kind === 'prm800k' ? PRM800K : Object.entries(ROW_COLUMNS[kind]).map(([name, type]) => ofSql(name, type))
  return [`- config_name: ${kind}`, '  features:', ...features.flatMap((feature) => linesOf(feature, '  '))]
}

interface Feature {
  readonly name: string
  /** Of a list, of what is in it. */
  readonly type: string | readonly Feature[]
  readonly list?: true
}

const DTYPES: Readonly<Record<string, string>> = { VARCHAR: 'string', BOOLEAN: 'bool' }

function ofSql(name: string, type: string): Feature {
  if (type === RANGES) return { name, list: true, type: [place('from'), place('to')] }
  const item = DTYPES[type.replace('[]', '')]
  if (item === undefined) throw new Error(`no feature is known for the SQL type ${type}`)
  return { name, type: item, ...(type.endsWith('[]') && { list: true }) }
}

function linesOf({ name, type, list }: Feature, indent: string): string[] {
  const head = `${indent}- name: ${name}`
  if (typeof type === 'string') return [head, `${indent}  ${list ? 'list' : 'dtype'}: ${type}`]
  return [head, `${indent}  ${list ? 'list' : 'struct'}:`, ...type.flatMap((inner) => linesOf(inner, `${indent}  `))]
}

const text = (name: string): Feature => ({ name, type: 'string' })
const flag = (name: string): Feature => ({ name, type: 'bool' })
const place = (name: string): Feature => ({ name, type: 'int32' })
const whole = (name: string): Feature => ({ name, type: 'int64' })

/** What `prm800kRecords` writes. */
const PRM800K: readonly Feature[] = [
  text('labeler'), text('timestamp'), whole('generation'), flag('is_quality_control_question'), flag('is_initial_screening_question'),
  {
    name: 'question', type: [
      text('problem'), text('ground_truth_solution'), text('ground_truth_answer'), { name: 'pre_generated_steps', type: 'string', list: true }, text('pre_generated_answer'),
      { name: 'pre_generated_verifier_score', type: 'float64' }
    ]
  },
  {
    name: 'label', type: [
      { name: 'steps', list: true, type: [{ name: 'completions', list: true, type: [text('text'), whole('rating'), flag('flagged')] }, text('human_completion'), whole('chosen_completion')] },
      whole('total_time'), text('finish_reason')
    ]
  }
]
