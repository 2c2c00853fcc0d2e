import type { UserEnvironment } from 'rollout-lab'

const NUMBERS = 30

/**
 * Find the largest: `4 17 9 :` is answered with `17`. An environment of your own needs four things: words for the tokenizer,
 * problems, a right answer to each, and a grade with a sentence that says why.
 */
export const environment: UserEnvironment = {
  name: 'largest',
  title: 'Largest number',
  description: 'Name the largest of a few numbers.',
  // Only models made from nothing need this list; models with a tokenizer of their own take any text.
  vocabulary: ['<eos>', ':', ...Array.from({ length: NUMBERS }, (_, n) => String(n))],

  // Draw from `random` alone: then the same seed gives the same run. Problems are split into train and held-out for you.
  generate: (random, options) => {
    const count = Number(options['count'] ?? 3)
    const numbers = Array.from({ length: count }, () => random.integer(NUMBERS))
    return { prompt: `${numbers.join(' ')} :`, gold: String(Math.max(...numbers)), params: { count } }
  },

  solution: ({ gold }) => gold ?? '',

  // What the supervised stage imitates. Half of these traces name just any of the numbers, so that RL has something to mend.
  demonstrate: ({ prompt, gold }, random) => (random.integer(2) === 0 ? random.pick(numbersOf(prompt)) : (gold ?? '')),

  // Completions are whatever the model wrote: compare them, never run them.
  grade: (completion, { gold }) => {
    const answer = completion.trim()
    return { correct: answer === gold, answer, why: `expected ${gold}, found ${answer === '' ? 'nothing' : answer}` }
  }
}

const numbersOf = (prompt: string): string[] => prompt.split(' ').filter((word) => word !== ':')
