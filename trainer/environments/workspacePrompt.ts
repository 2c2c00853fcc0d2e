import type { ProgramFile } from '../protocol/execution.ts'
import type { WorkspaceProblem } from './workspaceProblem.ts'

const MOST_TESTS_NAMED = 20

/** What a model is given: the task, then each file whole. Tests are named, never shown. */
export function promptFor(problem: WorkspaceProblem): string {
  return [instructionFor(problem), ...problem.files.map((file) => `${file.path}\n${fenced(file)}`)].join('\n\n')
}

function instructionFor({ made, title, hole, editable, failToPass }: WorkspaceProblem): string {
  if (hole !== undefined) return `The body of ${hole.name} in ${hole.path} is missing. Write the function. Answer with one block of code that holds the whole function, and nothing else of the file.`
  const task = made === 'commit' ? `Make this change: ${title}` : 'Correct the code.'
  const shown = failToPass.slice(0, MOST_TESTS_NAMED).map((name) => `- ${name}`)
  const more = failToPass.length > shown.length ? [`- and ${failToPass.length - shown.length} more`] : []
  return [
    task, '', 'These tests fail and have to pass; the others have to go on passing:', ...shown, ...more, '',
    `Only ${editable.join(', ')} may change. Answer with each file that you change, whole: a line with its path, then a block of code.`
  ].join('\n')
}

/** A completion that says these files. */
export function completionOf({ hole, files }: WorkspaceProblem, gold: readonly ProgramFile[]): string {
  if (hole === undefined) return gold.filter(({ path, text }) => files.find((file) => file.path === path)?.text !== text).map((file) => `${file.path}\n${fenced(file)}`).join('\n\n')
  const text = gold.find(({ path }) => path === hole.path)?.text ?? ''
  const shown = files.find(({ path }) => path === hole.path)?.text ?? ''
  return fenced({ path: hole.path, text: text.slice(hole.from, text.length - (shown.length - hole.to)) })
}

/** With more marks than the text has anywhere in a row. */
function fenced({ text }: ProgramFile): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([marks]) => marks.length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}\n${text.endsWith('\n') || text === '' ? text : `${text}\n`}${marks}`
}
