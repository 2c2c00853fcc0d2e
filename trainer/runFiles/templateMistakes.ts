import type { ResolvedRun } from '../protocol/runFile.ts'
import { dotted } from './explainIssues.ts'
import type { Places } from './explainIssues.ts'
import type { Mistake } from './runFileError.ts'

const FIELD = 'chatTemplateKwargs'
const VARIABLE = /^[A-Za-z_]\w*$/
/** What whoever renders a chat template gives it. */
const RENDERED = ['messages', 'tools', 'documents', 'add_generation_prompt', 'bos_token', 'eos_token', 'pad_token', 'unk_token']

/** Variables that the chat template cannot be given, and templates that there are not. */
export function templateMistakes({ model, chatTemplateKwargs: kwargs }: ResolvedRun, places: Places): Mistake[] {
  if (kwargs === undefined) return []
  if (typeof model !== 'string') {
    const message = `"${FIELD}" stands beside a new model, which has no chat template;`
    return [{ code: 'runFile/no-chat-template', place: places.place([FIELD]), message, remedy: 'leave it out' }]
  }
  return Object.keys(kwargs).flatMap((name) => {
    const path = [FIELD, name]
    const mistake = { code: 'runFile/template-variable', place: places.place(path) }
    if (!VARIABLE.test(name)) return [{ ...mistake, message: `"${dotted(path)}" is no variable of a chat template;`, remedy: 'allowed: letters, digits and _, such as enable_thinking' }]
    if (RENDERED.includes(name)) return [{ ...mistake, message: `"${dotted(path)}" is what the run itself gives the chat template;`, remedy: 'leave it out' }]
    return []
  })
}
