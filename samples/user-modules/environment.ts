import type { UserEnvironment } from 'rollout-lab'

const HOURS = 24

/**
 * Clock arithmetic: `21 + 5 =` is answered with `2`. An environment of your own needs four things: words for the tokenizer,
 * problems, a right answer to each, and a grade with a sentence that says why.
 */
export const environment: UserEnvironment = {
  name: 'clock',
  title: 'Clock arithmetic',
  description: 'Add hours on a clock of 24.',
  // Only models made from nothing need this list; models with a tokenizer of their own take any text.
  vocabulary: ['<eos>', '+', '=', ...Array.from({ length: HOURS }, (_, hour) => String(hour))],

  // Draw from `random` alone: then the same seed gives the same run. Problems are split into train and held-out for you.
  generate: (random, options) => {
    const furthest = Number(options['furthest'] ?? HOURS - 1)
    const [start, hours] = [random.integer(HOURS), random.integer(furthest + 1)]
    return { prompt: `${start} + ${hours} =`, gold: String((start + hours) % HOURS), params: { wraps: start + hours >= HOURS } }
  },

  solution: ({ gold }) => gold ?? '',

  // What the supervised stage imitates. Here one trace in four forgets to wrap around, so that RL has something to mend.
  demonstrate: ({ gold, params }, random) => {
    const forgets = params['wraps'] === true && random.integer(4) === 0
    return forgets ? String(HOURS - 1) : (gold ?? '')
  },

  // Completions are whatever the model wrote: compare them, never run them.
  grade: (completion, { gold }) => {
    const answer = completion.trim()
    return { correct: answer === gold, answer, why: `expected ${gold}, found ${answer === '' ? 'nothing' : answer}` }
  }
}
