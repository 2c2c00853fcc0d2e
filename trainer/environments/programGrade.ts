import { LabError } from '../errors.ts'
import { quote } from '../graders/quote.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
import { readTrace, renderTrace } from '../renderers/trace.ts'
import type { TraceFormat } from '../renderers/trace.ts'
import type { Rendering, Verdict } from './environment.ts'
import { findProgram } from './programText.ts'
import { right, wrong } from './verdict.ts'

/** Right = every test passes. Throws `environment/not-executed` where there is a program and no finding on it. */
export function gradeExecution(environment: string, completion: string, execution: ExecutionRecord | undefined): Verdict {
  const program = findProgram(completion)
  if ('none' in program) return wrong(null, program.none)
  if (execution === undefined || execution.failure !== null) throw notExecuted(environment, execution?.failure ?? 'nothing was run')
  const failed = execution.tests.find(({ verdict }) => verdict !== 'pass')
  if (execution.tests.length === 0) return wrong(program.text, 'The program was run on no test.')
  if (failed === undefined) return right(program.text, `The program passes all ${execution.tests.length} tests.`)
  const passed = execution.tests.filter(({ verdict }) => verdict === 'pass').length
  return wrong(program.text, `The program passes ${passed} of ${execution.tests.length} tests; ${quote(failed.name)} fails: ${oneSentence(failed.why)}`)
}

/** What a sandbox says quotes the candidate. */
const oneSentence = (why: string): string => `${quote(why.replace(/\.$/, ''))}.`

const notExecuted = (environment: string, why: string): LabError =>
  new LabError('environment', 'environment/not-executed', `${environment}: the program was not run: ${why}.`, {
    remedy: 'Grade it with the record of its execution; `lab doctor` says which sandboxes work here.'
  })

/** Steps of a trace, then the program as the answer. */
export function renderProgram(completion: string, format: TraceFormat): Rendering {
  const rendered = renderTrace(readTrace(completion, format))
  const program = findProgram(completion)
  if ('none' in program) return { ...rendered, wellFormed: false, why: rendered.wellFormed ? program.none : rendered.why }
  const spans = rendered.spans.filter(({ kind, to }) => kind !== 'answer' && to <= program.from)
  return { spans: [...spans, { kind: 'answer', from: program.from, to: program.to }], wellFormed: rendered.wellFormed, why: rendered.why }
}
