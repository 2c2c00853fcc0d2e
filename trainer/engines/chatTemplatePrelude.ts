import type { ChatTemplateKwargs } from '../protocol/runFile.ts'
import type { ModelSource } from './engine.ts'

type Value = ChatTemplateKwargs[string]

/** The model of a folder, its chat template given these variables. */
export const folderSource = (folder: string, kwargs: ChatTemplateKwargs = {}): ModelSource =>
  ({ kind: 'folder', folder, ...(Object.keys(kwargs).length > 0 && { chatTemplatePrelude: chatTemplatePrelude(kwargs) }) })

/**
 * Jinja that stands before a chat template and gives its variables these values, where whoever renders gives none. Saved with the template,
 * it lets a checkpoint be asked everywhere as it was trained.
 */
export const chatTemplatePrelude = (kwargs: ChatTemplateKwargs): string =>
  Object.entries(kwargs).map(([name, value]) => `{%- if ${name} is not defined %}{%- set ${name} = ${literal(value)} %}{%- endif %}`).join('')

/** As Jinja writes it, in Python and in JavaScript alike. */
function literal(value: Value): string {
  if (value === null) return 'none'
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object') return `{${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${literal(entry)}`).join(', ')}}`
  return typeof value === 'number' ? DIGITS.format(value) : JSON.stringify(value)
}

/** Jinja in JavaScript reads no exponents. */
const DIGITS = new Intl.NumberFormat('en-US', { useGrouping: false, maximumSignificantDigits: 17 })
