import type { MetricMeaning } from '../protocol/dashboard.ts'
import type { ChartSpec } from './chartList.ts'
import type { LineSource } from './chartList.ts'

type Definitions = Readonly<Record<string, MetricMeaning>>

/** What a chart shows, for its hover: a paragraph per line with definition, unit and denominator. */
export function meaningOf(spec: ChartSpec, definitions: Definitions, overSeeds: boolean): string {
  const lines = spec.lines.flatMap((line) => meaningOfLine(line, definitions))
  const seeds = overSeeds ? ['Seeds of one study: their mean, with Student’s 95 % interval over the n seeds that have a value at the step.'] : []
  return [...lines, ...(spec.about === undefined ? [] : [spec.about]), ...seeds].join('\n\n')
}

function meaningOfLine(line: LineSource, definitions: Definitions): string[] {
  if (line.from === 'evaluation') return []
  const meaning = Object.hasOwn(definitions, line.name) ? definitions[line.name] : undefined
  if (!meaning) return []
  const over = meaning.denominator === 'none' ? '' : ` Over: ${meaning.denominator}.`
  return [`${meaning.title}: ${meaning.definition} Unit: ${meaning.unit}.${over}`]
}
