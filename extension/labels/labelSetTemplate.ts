/** A label set to start from: each field is a question, in the order in which it is asked. */
export const LABEL_SET_TEMPLATE = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Quality of reasoning',
  description: 'How a trace argues, apart from whether its answer is right.',
  type: 'object',
  properties: {
    clarity: { title: 'Clarity', description: 'Can each step be followed without guessing?', type: 'integer', minimum: 1, maximum: 5 },
    error: { title: 'Kind of the first error', description: 'What goes wrong where it first goes wrong.', enum: ['none', 'calculation', 'wrong operation', 'misread problem', 'skipped step', 'other'] },
    recovers: { title: 'Recovers', description: 'Does it notice the error and correct it?', type: 'boolean' },
    remark: { title: 'Remark', description: 'What the fields above do not say.', type: 'string' }
  },
  required: ['clarity', 'error']
} as const

export const labelSetText = (title: string): string => `${JSON.stringify({ ...LABEL_SET_TEMPLATE, title }, null, 2)}\n`
