import type { ProgramFile } from '../protocol/execution.ts'
import { findThinking } from '../renderers/think.ts'
import type { WorkspaceProblem } from './workspaceProblem.ts'

const LONGEST_COMPLETION = 1_000_000

/** Where code stands in a completion, in UTF-16 units, and the line before its block. */
interface Block {
  readonly from: number
  readonly to: number
  readonly before: string
}

/** The files as a completion leaves them and where its code stands, or why there is none. */
export type FoundChange = { readonly files: readonly ProgramFile[]; readonly blocks: readonly Pick<Block, 'from' | 'to'>[] } | { readonly none: string }

/**
 * Reads the change out of a completion: for a hole the last block of code, else one block for each file under a line with its path (one
 * block alone needs none where one file may change). Code is cut out and never looked into.
 */
export function findChange(completion: string, problem: Pick<WorkspaceProblem, 'editable' | 'files' | 'hole'>): FoundChange {
  if (completion.length > LONGEST_COMPLETION) return { none: `The completion has ${completion.length} characters, more than the ${LONGEST_COMPLETION} that are read.` }
  const blocks = blocksOf(completion, findThinking(completion)?.after ?? 0)
  if (blocks.length === 0) return { none: 'No code: there is no closed block of code.' }
  return problem.hole === undefined ? wholeFiles(completion, blocks, problem) : filledHole(completion, blocks.at(-1)!, problem)
}

function filledHole(completion: string, block: Block, { files, hole }: Pick<WorkspaceProblem, 'files' | 'hole'>): FoundChange {
  const code = completion.slice(block.from, block.to).replace(/\n$/, '')
  const changed = files.map((file) => (file.path === hole!.path ? { path: file.path, text: file.text.slice(0, hole!.from) + code + file.text.slice(hole!.to) } : file))
  return { files: changed, blocks: [block] }
}

function wholeFiles(completion: string, blocks: readonly Block[], { editable, files }: Pick<WorkspaceProblem, 'editable' | 'files'>): FoundChange {
  const written = new Map(files.map(({ path, text }) => [path, text]))
  const used = blocks.filter((block) => {
    const path = editable.length === 1 && blocks.length === 1 ? editable[0] : pathIn(block.before)
    if (path !== undefined) written.set(path, completion.slice(block.from, block.to))
    return path !== undefined
  })
  if (used.length === 0) return { none: `No code for any of ${editable.join(', ')}: a line with the path has to stand before each block.` }
  return { files: [...written].map(([path, text]) => ({ path, text })), blocks: used }
}

/** A line that is a path and nothing else but marks of headings and emphasis. */
function pathIn(line: string): string | undefined {
  const text = line.trim().replace(/^#{1,6} +/, '').replace(/^[*_`"]+|[*_`":]+$/g, '')
  return /^[^\s*`"]{1,300}$/.test(text) && /[/]|\.[A-Za-z0-9]{1,8}$/.test(text) ? text : undefined
}

/** Closed blocks after a position; a block ends at a line of at least as many marks as it began with. */
function blocksOf(text: string, start: number): Block[] {
  const blocks: Block[] = []
  let [open, before, at] = [undefined as { marks: string; from: number; before: string } | undefined, '', start]
  while (at < text.length) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
    const line = text.slice(at, end)
    const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (open === undefined && marks !== undefined) open = { marks, from: Math.min(end + 1, text.length), before }
    else if (open !== undefined && marks !== undefined && marks.startsWith(open.marks) && line.trim() === marks) {
      blocks.push({ from: open.from, to: at, before: open.before })
      open = undefined
    }
    if (open === undefined && marks === undefined && line.trim() !== '') before = line
    at = end + 1
  }
  return blocks
}
