/** How many runs a choice takes. */
export interface PickLimits {
  readonly least: number
  readonly most: number
}

/** What a list of runs says of how many may be chosen, `chosen` being so already. */
export function pickWords(chosen: number, { least, most }: PickLimits): string {
  if (chosen > most) return `${chosen} runs are chosen; at most ${most} can be shown together. Take away ${chosen - most}.`
  if (chosen > 0 && chosen < least) return `Choose at least ${least} runs.`
  if (most === Infinity) return least > 1 ? `At least ${least} runs` : 'Which runs'
  return least > 1 ? `${least} to ${most} runs` : `At most ${most} runs`
}
