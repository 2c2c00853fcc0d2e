import { Template } from '@huggingface/jinja'
import { LabError } from '../../../errors.ts'
import type { Message } from '../../../protocol/problem.ts'

/** Conversations to prompt text. */
export interface ChatTemplate {
  /** Ends with the template's generation prompt. */
  render(messages: readonly Message[]): string
}

const MAX_TEMPLATE_CHARACTERS = 1024 * 1024
const MAX_OUTPUT_CHARACTERS = 4 * 1024 * 1024

function broken(file: string, what: string, cause?: unknown): LabError {
  return new LabError('model', 'model/chat-template', `${file}: ${what}`, {
    place: file, cause, remedy: 'Correct the chat template, or give problems as plain prompts instead of messages.'
  })
}

/** A special token stands in tokenizer_config.json as text or as an object with `content`. */
function specialText(value: unknown): string {
  if (typeof value === 'string') return value
  const content: unknown = typeof value === 'object' && value !== null ? (value as { content?: unknown }).content : undefined
  return typeof content === 'string' ? content : ''
}

/** tokenizer_config.json holds one template, or several by name of which `default` is meant. */
export function templateSource(config: Readonly<Record<string, unknown>>): string | undefined {
  const value = config['chat_template']
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  const named = value as readonly { name?: unknown; template?: unknown }[]
  const template = named.find((entry) => entry.name === 'default')?.template
  return typeof template === 'string' ? template : undefined
}

/**
 * The template of a model. Jinja runs in an interpreter without access to the process; loops can still be endless, so call
 * it where a hang can be ended. Rejects with `model/chat-template`.
 */
export function makeChatTemplate(file: string, source: string, config: Readonly<Record<string, unknown>>): ChatTemplate {
  if (source.length > MAX_TEMPLATE_CHARACTERS) throw broken(file, `the chat template has ${source.length} characters; at most ${MAX_TEMPLATE_CHARACTERS} are read`)
  let template: Template
  try {
    template = new Template(source)
  } catch (error) {
    throw broken(file, `the chat template cannot be parsed (${(error as Error).message.slice(0, 300)})`, error)
  }
  const tokens = Object.fromEntries(['bos_token', 'eos_token', 'pad_token', 'unk_token'].map((name) => [name, specialText(config[name])]))
  return {
    render: (messages) => {
      let text: string
      try {
        text = template.render({ messages: messages.map((message) => ({ ...message })), add_generation_prompt: true, ...tokens })
      } catch (error) {
        throw broken(file, `the chat template rejects the conversation (${(error as Error).message.slice(0, 300)})`, error)
      }
      if (text.length > MAX_OUTPUT_CHARACTERS) throw broken(file, `the chat template wrote ${text.length} characters; at most ${MAX_OUTPUT_CHARACTERS} are taken`)
      return text
    }
  }
}
