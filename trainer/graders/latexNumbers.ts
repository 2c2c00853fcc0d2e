/*
 * Numbers in LaTeX and Markdown as plain text, for the numeric grader; texts that are compared as texts do not come here. Nothing
 * is calculated, and what is not listed stays as it is, so that it is refused as a number.
 */

const GROUP_OR_DIGIT = String.raw`(?:\{ *([0-9.,]*[0-9]) *\}|([0-9]))`
const SIGNED_OR_DIGIT = String.raw`(?:\{ *([-+−]?[0-9.,]*[0-9]) *\}|([0-9]))`
/** A digit behind would become one of the denominator. */
const NO_DIGIT_BEHIND = String.raw`(?!\.?[0-9])`

const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/\\!|\\displaystyle(?![A-Za-z]) */g, ''],
  [/\\(?:left|right) *(?=[()[\]|])/g, ''],
  [/\{\\?,\}|(?<=[0-9])\\,(?=[0-9]{3}(?![0-9]))/g, ','],
  [/ ?(?:(?:\\[,:; ]|\\q?quad(?![A-Za-z])|~) *)+/g, ' '],
  [/\\([%$])/g, '$1'],
  [/\^ *(?:\\circ(?![A-Za-z])|\{ *\\circ *\})|\\degree(?![A-Za-z])/g, '°'],
  [/\\times(?![A-Za-z])/g, '×'],
  [/\\cdot(?![A-Za-z])/g, '·'],
  [/\^\{ *([-+−]?[0-9]+) *\}/g, '^$1'],
  [new RegExp(String.raw`(?<=[0-9])\\[dtc]?frac *${GROUP_OR_DIGIT} *${GROUP_OR_DIGIT}${NO_DIGIT_BEHIND}`, 'g'), ' $1$2/$3$4'],
  [new RegExp(String.raw`\\[dtc]?frac *${SIGNED_OR_DIGIT} *${GROUP_OR_DIGIT}${NO_DIGIT_BEHIND}`, 'g'), '$1$2/$3$4']
]

/**
 * A text with its LaTeX of numbers in plain characters: `\frac{1}{2}`, `\dfrac12`, `\tfrac`, `\cfrac` → `1/2`; `2\frac12` → `2 1/2`;
 * `1{,}000`, `1\,000` → `1,000`; `50\%` → `50%`; `\$5` → `$5`; `3.5 \times 10^{4}` → `3.5 × 10^4`; `90^\circ` → `90°`; without
 * `\left`, `\right`, `\!`, `\displaystyle`; the spaces `\,` `\:` `\;` `\ ` `~` `\quad` as blanks. Fractions of digits alone.
 */
export function plainNumbers(text: string): string {
  return REWRITES.reduce((plain, [pattern, instead]) => plain.replace(pattern, instead), text)
}

/** What may stand around a number that is a whole answer; the first group is the inside. */
const WRAPPERS: readonly RegExp[] = [
  /^(.*[0-9%}$*°)\]])\.$/s,
  /^\*\*([^*]+)\*\*$/,
  /^\$([^$]+)\$$/,
  /^\$\$([^$]+)\$\$$/,
  /^\\\((.+)\\\)$/s,
  /^\\\[(.+)\\\]$/s,
  /^\(([^(),]+)\)$/,
  /^\\(?:text|textbf|mathbf|mathrm|boldsymbol) *\{([^{}]+)\}$/,
  /^(.*[0-9])°$/s
]
/** Letters with blanks and what joins them, perhaps squared: a percent sign, a digit or a currency would be a part of the number. */
const UNIT = /^(.+)\\(?:text|textrm|mathrm|mbox) *\{([\p{L}\p{M} .'’/·²³-]*\p{L}[\p{L}\p{M} .'’/·²³-]*)\}(?:\^[0-9]|[²³])?$/su

/**
 * The plain number in a whole answer: `plainNumbers`, then without a full stop, bold asterisks, the delimiters of mathematics,
 * parentheses without a comma inside, a command for letters such as `\mathbf{…}`, a degree sign, and a unit in `\text{…}` at its end.
 */
export function bareNumber(answer: string): string {
  let [before, bare] = ['', plainNumbers(answer).trim()]
  while (before !== bare) [before, bare] = [bare, unwrapped(bare).trim()]
  return bare
}

function unwrapped(text: string): string {
  for (const wrapper of WRAPPERS) {
    const inside = wrapper.exec(text)?.[1]
    if (inside !== undefined) return inside
  }
  const [, number, unit] = UNIT.exec(text) ?? []
  return number === undefined || changesNumber(unit!) ? text : number
}

const SCALES = 'half|halves|dozen|score|(?:hundred|thousand|million|billion|trillion|bn|mn)s?|per ?cent|percent|pi'
const PARTS = '(?:third|quarter|fourth|fifth|sixth|eighth|tenth|hundredth|thousandth)s?'
const COUNTS = 'one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve'
const RELATIONS = 'or|and|to|not|plus|minus|negative|less|fewer|below'
const CHANGES = new RegExp(String.raw`\b(?:${SCALES}|${PARTS}|${COUNTS}|${RELATIONS})\b`, 'i')

/** Whether a unit says more than what was counted: `5 \text{ million}`, `4 \text{ or more}`, `3 \text{ percent}`. */
const changesNumber = (unit: string): boolean => CHANGES.test(unit) || unit.trim() === 'k'
