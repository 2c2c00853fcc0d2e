import type { ToolRanges } from '../../protocol/labelRows.ts'
import { codePointSpan } from '../formats/codePoints.ts'
import type { RowSegment } from './rowRollout.ts'

/** Where a tool answered in a text; undefined where none did. */
export function toolRanges({ text, spans }: Pick<RowSegment, 'text' | 'spans'>): ToolRanges | undefined {
  const tools = spans.filter(({ kind }) => kind === 'tool').sort((a, b) => a.from - b.from)
  return tools.length === 0 ? undefined : tools.map(({ from, to }) => codePointSpan(text, from, to))
}

/** The same of both sides of a pair, as fields of its row. */
export function toolOfSides(chosen: Pick<RowSegment, 'text' | 'spans'>, rejected: RowSegment): { readonly chosenTool?: ToolRanges; readonly rejectedTool?: ToolRanges } {
  const [chosenTool, rejectedTool] = [toolRanges(chosen), toolRanges(rejected)]
  return { ...(chosenTool && { chosenTool }), ...(rejectedTool && { rejectedTool }) }
}
