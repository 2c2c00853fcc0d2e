import { html } from 'lit'
import type { TemplateResult } from 'lit'
import type { Label, Opinion } from '../../../trainer/protocol/label.ts'
import { visibleText } from '../../protocol/visibleText.ts'
import type { Slot } from '../judging/slots.ts'
import { opinionWords, sourceWords } from '../../labels/opinionWords.ts'

/** What the labeler wrote. */
export function saidBox(slot: Slot, opinion: Opinion | undefined): readonly TemplateResult[] {
  if (opinion?.kind !== 'critique' && opinion?.kind !== 'better') return []
  const title = opinion.kind === 'critique' ? 'Critique' : `Better ${opinion.of}`
  return [html`<div class="said" data-slot=${slot}><b>${title}</b> <span class="words">${visibleText(opinion.text)}</span></div>`]
}

/** A suggestion: never to be taken for what a person said. */
export function draftBox(label: Label): TemplateResult {
  const { opinion } = label
  const text = opinion.kind === 'critique' || opinion.kind === 'better' ? visibleText(opinion.text.slice(0, 4000)) : opinionWords(opinion)
  return html`<div class="draft"><b>Draft</b> <span class="faint">${sourceWords(label)} · a accepts, x rejects</span><div class="words">${text}</div></div>`
}
