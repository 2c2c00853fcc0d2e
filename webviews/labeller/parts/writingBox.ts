import { html } from 'lit'
import type { Slot } from '../judging/slots.ts'

/** Longest text of one opinion, in UTF-16 units. */
const LONGEST = 100_000

/** The field in which a critique, something better, a rationale or an answer is written, where it belongs. */
export function writingBox(slot: Slot, text: string, typed: (text: string) => void) {
  const title = titleOf(slot)
  return html`<div class="writing"><textarea id="writing" rows="3" aria-label=${title} placeholder=${`${title}. Ctrl+Enter completes and goes on, Esc leaves.`} maxlength=${LONGEST} spellcheck="true"
    .value=${text} @input=${(event: Event) => typed((event.currentTarget as HTMLTextAreaElement).value)}></textarea></div>`
}

function titleOf(slot: Slot): string {
  const [kind, step] = slot.split(':')
  const where = step === undefined ? '' : ` of step ${Number(step) + 1}`
  if (kind === 'critique') return step === undefined ? 'Critique of the trace' : `Critique${where}`
  if (kind === 'better') return step === undefined ? 'Better answer' : `Better step in place${where}`
  return kind === 'preference' ? 'Why it is better' : 'Answer'
}
