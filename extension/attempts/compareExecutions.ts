import type { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import { PAGE_ROWS } from '../../trainer/protocol/queries.ts'
import { executionCard, testRows } from '../../trainer/query/executions/executionViews.ts'
import type { RunAgain } from '../../webviews/protocol/inspector.ts'

const MOST_CHANGES = 100

/** A second execution as a page shows it, with the tests whose verdict is another. Tests are told apart by position and name. */
export function compareExecutions(recorded: ExecutionRecord | null, now: ExecutionRecord): RunAgain {
  const changed = now.tests.flatMap(({ name, verdict }, index): RunAgain['changed'][number][] => {
    const before = recorded?.tests[index]
    const earlier = before?.name === name ? before.verdict : 'absent'
    return earlier === verdict ? [] : [{ index, name: name.slice(0, 300), before: earlier, after: verdict }]
  })
  return { card: executionCard(now), tests: testRows(now.tests.slice(0, PAGE_ROWS)), changed: changed.slice(0, MOST_CHANGES), changedCount: changed.length }
}
