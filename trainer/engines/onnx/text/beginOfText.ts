type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/**
 * The tokens that a tokenizer puts before a plain text (`<bos>`), by the `post_processor` of tokenizer.json; none where it puts none there.
 * As `rollout_lab/models/begin_of_text.py` of the PyTorch engine.
 */
export function beginOfTextTokens(postProcessor: unknown): number[] {
  if (!isObject(postProcessor)) return []
  switch (postProcessor['type']) {
    // Behind one that puts something there, the others find a pair of texts.
    case 'Sequence': return listOf(postProcessor['processors']).map(beginOfTextTokens).find((tokens) => tokens.length > 0) ?? []
    case 'TemplateProcessing': return ofTemplate(postProcessor)
    case 'BertProcessing':
    case 'RobertaProcessing': return listOf(postProcessor['cls']).slice(1).filter(isToken)
    default: return []
  }
}

function ofTemplate({ single, special_tokens: special }: Json): number[] {
  const pieces = listOf(single)
  const text = pieces.findIndex((piece) => isObject(piece) && 'Sequence' in piece)
  return pieces.slice(0, Math.max(0, text)).flatMap((piece) => (isObject(piece) && isObject(piece['SpecialToken']) ? idsOf(special, piece['SpecialToken']['id']) : []))
}

function idsOf(special: unknown, name: unknown): number[] {
  const found = isObject(special) && typeof name === 'string' && Object.hasOwn(special, name) ? special[name] : undefined
  return isObject(found) ? listOf(found['ids']).filter(isToken) : []
}

const isToken = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0
