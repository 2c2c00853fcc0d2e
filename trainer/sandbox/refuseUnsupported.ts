import { LabError } from '../errors.ts'
import type { ExecutionRequest, Sandbox } from './sandbox.ts'

/** @throws LabError `sandbox/unsupported` for a language or a style of tests that a sandbox has not. */
export function refuseUnsupported({ name, languages, styles }: Pick<Sandbox, 'name' | 'languages' | 'styles'>, { language, calls }: ExecutionRequest): void {
  const style = calls.find((call) => !styles.includes(call.style))?.style
  if (languages.includes(language) && style === undefined) return
  throw new LabError('sandbox', 'sandbox/unsupported', `${name} runs no ${style === undefined ? `programs in ${language}` : `tests by ${style}`}.`, {
    remedy: `It runs ${languages.join(', ')} by ${styles.join(', ')}; see \`lab doctor\` for the others.`
  })
}
