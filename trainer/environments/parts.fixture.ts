import assert from 'node:assert/strict'
import type { Problem } from '../protocol/problem.ts'
import type { Environment } from './environment.ts'

/** Steps, and spans but for thinking, lie inside the text and in order. */
export function requireParts(environment: Pick<Environment, 'checkSteps' | 'render'>, text: string, problem: Problem): void {
  for (const parts of [environment.checkSteps(text, problem), environment.render(text, problem).spans.filter((span) => span.kind !== 'think')]) {
    let end = 0
    for (const { from, to } of parts) {
      assert.ok(from >= end && to > from && to <= text.length)
      end = to
    }
  }
}
