import type { TestRun } from '../../trainer/protocol/execution.ts'
import { visibleText } from '../../webviews/protocol/visibleText.ts'

/** A test as a document: what is ours begins with `──`; texts of the candidate follow, their look-alikes quoted. */
export function testText(test: TestRun): string {
  const kinds = [...(test.visible ? [] : ['hidden']), ...(test.fresh ? ['fresh'] : [])]
  const parts: (readonly [string, string | undefined])[] = [
    ['Test', test.name], ['Why', test.why], ['Input', test.input], ['Expected', test.expected], ['Got', test.got],
    [test.outputCut ? 'Output, as far as it was kept' : 'Output', test.output]
  ]
  const told = parts.flatMap(([title, text]) => (text === undefined || text === '' ? [] : [`── ${title} ──`, quoted(text)]))
  return `${[`── Verdict: ${test.verdict ?? 'not judged'}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}, ${Number(test.seconds.toPrecision(3))} s ──`, ...told].join('\n')}\n`
}

const quoted = (text: string): string => visibleText(text).replace(/^(?=──|⟨text⟩ )/gm, '⟨text⟩ ')
