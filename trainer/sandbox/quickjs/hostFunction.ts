import type { QuickJSContext, QuickJSHandle, VmCallResult } from 'quickjs-emscripten-core'
import type { Hearing } from './hearing.ts'
import type { Candidate } from './interpreter.ts'
import { moduleFunction } from './program.ts'

type Answer = QuickJSHandle | VmCallResult<QuickJSHandle> | undefined

/** The only way out of the interpreter: a function of an operation and a text. Its source is `inside/entry.ts`. */
export function hostFunction(context: QuickJSContext, now: () => { readonly hearing: Hearing; readonly candidate: Candidate } | undefined): QuickJSHandle {
  return context.newFunction('host', (operation, argument) => {
    const current = now()
    if (!current || current.hearing.over) return undefined
    const text = textOf(context, argument, longestText(current.candidate))
    if (text === undefined) current.hearing.stop('outputLimit', 'more than may leave the interpreter', 'outputBytes')
    else return answer(context, context.getString(operation), text, current)
    return undefined
  })
}

/** JSON makes up to six characters of one. */
const longestText = ({ limits }: Candidate): number => 6 * Math.max(limits.outputBytes, LONGEST_ANSWER) + 1024
/** As `inside/values.ts`. */
const LONGEST_ANSWER = 2 ** 20

function answer(context: QuickJSContext, operation: string, text: string, { hearing, candidate }: { hearing: Hearing; candidate: Candidate }): Answer {
  switch (operation) {
    case 'out':
    case 'err': return hearing.print(operation, textWithin(text)) ? context.true : undefined
    case 'value': return void hearing.finish({ ended: 'value', text })
    case 'threw': return void hearing.threw(textWithin(text))
    case 'threwForbidden': return void hearing.stop('forbidden', textWithin(text))
    case 'tooLong': return void hearing.stop('outputLimit', 'its answer is too long')
    case 'exit': return void hearing.exit(Number(text))
    case 'forbidden': return void hearing.forbidden(textWithin(text))
    case 'text': return context.newString(candidate.program.texts[Number(text)] ?? '')
    case 'compile': return compile(context, candidate, Number(text))
    default: return undefined
  }
}

/** A file as a function; the main one as an asynchronous function where it waits outside of any. */
function compile(context: QuickJSContext, { program, call }: Candidate, place: number): VmCallResult<QuickJSHandle> {
  const [path, text] = [program.paths[place] ?? '', program.texts[place] ?? '']
  const wanted = place === 0 && call.style === 'call' ? call.function.split('.')[0] : undefined
  const compiled = context.evalCode(moduleFunction(text, wanted, 'function'), path)
  if (!compiled.error || place > 0 || !/\bawait\b/.test(text)) return compiled
  const asynchronous = context.evalCode(moduleFunction(text, wanted, 'async function'), path)
  return asynchronous.error ? compiled : asynchronous
}

/** undefined where it is longer than `most`; only strings come this way. */
function textOf(context: QuickJSContext, handle: QuickJSHandle, most: number): string | undefined {
  if (context.typeof(handle) !== 'string') return ''
  return context.getNumber(context.getProp(handle, 'length')) <= most ? context.getString(handle) : undefined
}

/** Of a JSON string, which carries what text between interpreter and host would lose. */
function textWithin(json: string): string {
  const value: unknown = JSON.parse(json)
  return typeof value === 'string' ? value : ''
}
