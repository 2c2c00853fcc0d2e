import type { Parsed } from './expression.ts'

/** Inclusive ranges of code points; `negated` = every character but these. */
export interface CharacterSet {
  readonly ranges: readonly (readonly [number, number])[]
  readonly negated: boolean
}

/** A regular expression in the strict sense: what an automaton can match. */
export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'choice'; readonly options: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly part: RegexNode; readonly least: number; readonly most: number | null }

const LONGEST_PATTERN = 500
const MOST_REPEATS = 100
const DEEPEST = 20

const DIGITS: CharacterSet['ranges'] = [[48, 57]]
const WORDS: CharacterSet['ranges'] = [[48, 57], [65, 90], [95, 95], [97, 122]]
const SPACES: CharacterSet['ranges'] = [
  [9, 13], [32, 32], [160, 160], [0x1680, 0x1680], [0x2000, 0x200a], [0x2028, 0x2029],
  [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000], [0xfeff, 0xfeff]
]
const CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: { ranges: DIGITS, negated: false },
  D: { ranges: DIGITS, negated: true },
  w: { ranges: WORDS, negated: false },
  W: { ranges: WORDS, negated: true },
  s: { ranges: SPACES, negated: false },
  S: { ranges: SPACES, negated: true }
}
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
const LINE_ENDS: CharacterSet = { ranges: [[10, 10], [13, 13], [0x2028, 0x2029]], negated: true }

class SyntaxFault extends Error {}

/**
 * Reads a pattern: literals, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {n,m}`, `^ $`. Lookaround, backreferences, lazy and
 * possessive quantifiers, flags and word boundaries are refused.
 */
export function parseRegex(pattern: string): Parsed<RegexNode> {
  if (pattern.length > LONGEST_PATTERN) return { ok: false, why: `the pattern has ${pattern.length} characters, more than ${LONGEST_PATTERN}` }
  try {
    return { ok: true, value: new PatternParser([...pattern]).whole() }
  } catch (error) {
    if (error instanceof SyntaxFault) return { ok: false, why: error.message }
    throw error
  }
}

class PatternParser {
  private readonly characters: readonly string[]
  private position = 0
  private depth = 0

  constructor(characters: readonly string[]) {
    this.characters = characters
  }

  whole(): RegexNode {
    const node = this.choice()
    if (this.position < this.characters.length) throw this.fault('a “)” without its “(”')
    return node
  }

  private choice(): RegexNode {
    const options = [this.sequence()]
    while (this.take('|')) options.push(this.sequence())
    return options.length === 1 ? options[0]! : { kind: 'choice', options }
  }

  private sequence(): RegexNode {
    const parts: RegexNode[] = []
    while (this.position < this.characters.length && this.peek() !== '|' && this.peek() !== ')') parts.push(this.quantified())
    return { kind: 'sequence', parts }
  }

  private quantified(): RegexNode {
    const part = this.atom()
    const bounds = this.quantifier()
    if (bounds === null) return part
    if (part.kind === 'start' || part.kind === 'end') throw this.fault('a quantifier after “^” or “$”')
    if (this.peek() === '?' || this.peek() === '+' || this.peek() === '*') throw this.fault('a quantifier after a quantifier')
    return { kind: 'repeat', part, ...bounds }
  }

  private quantifier(): { least: number; most: number | null } | null {
    if (this.take('*')) return { least: 0, most: null }
    if (this.take('+')) return { least: 1, most: null }
    if (this.take('?')) return { least: 0, most: 1 }
    const braces = /^\{([0-9]{1,3})(,?)([0-9]{0,3})\}/.exec(this.characters.slice(this.position, this.position + 9).join(''))
    if (braces === null) return null
    this.position += braces[0].length
    const least = Number(braces[1])
    const most = braces[2] === '' ? least : braces[3] === '' ? null : Number(braces[3])
    if (Math.max(least, most ?? 0) > MOST_REPEATS || (most !== null && most < least)) throw this.fault(`a repeat outside 0 … ${MOST_REPEATS}`)
    return { least, most }
  }

  private atom(): RegexNode {
    const character = this.characters[this.position++]!
    switch (character) {
      case '(': return this.group()
      case '[': return { kind: 'set', set: this.characterClass() }
      case '.': return { kind: 'set', set: LINE_ENDS }
      case '^': return { kind: 'start' }
      case '$': return { kind: 'end' }
      case '\\': return { kind: 'set', set: this.escape() }
      case '*': case '+': case '?': throw this.fault('a quantifier with nothing before it')
      default: return { kind: 'set', set: single(character) }
    }
  }

  private group(): RegexNode {
    if (++this.depth > DEEPEST) throw this.fault(`groups nested deeper than ${DEEPEST}`)
    if (this.take('?') && !this.take(':')) throw this.fault('a group other than (…) and (?:…)')
    const inner = this.choice()
    if (!this.take(')')) throw this.fault('a “(” without its “)”')
    this.depth--
    return inner
  }

  private characterClass(): CharacterSet {
    const negated = this.take('^')
    const ranges: (readonly [number, number])[] = []
    for (let first = true; first || this.peek() !== ']'; first = false) {
      if (this.position >= this.characters.length) throw this.fault('a “[” without its “]”')
      ranges.push(...this.classItem())
    }
    this.position++
    return { ranges, negated }
  }

  private classItem(): CharacterSet['ranges'] {
    const set = this.classCharacter()
    const low = set.ranges[0]![0]
    if (this.peek() !== '-' || this.characters[this.position + 1] === ']') {
      if (set.negated) throw this.fault('a negated class inside a class')
      return set.ranges
    }
    this.position++
    const high = this.classCharacter().ranges[0]![0]
    if (high < low) throw this.fault('a range that runs backwards')
    return [[low, high]]
  }

  private classCharacter(): CharacterSet {
    const character = this.characters[this.position++]
    if (character === undefined) throw this.fault('a “[” without its “]”')
    return character === '\\' ? this.escape() : single(character)
  }

  private escape(): CharacterSet {
    const character = this.characters[this.position++]
    if (character === undefined) throw this.fault('a “\\” at the end')
    const known = Object.hasOwn(CLASSES, character) ? CLASSES[character] : undefined
    if (known !== undefined) return known
    if (Object.hasOwn(CONTROLS, character)) return single(CONTROLS[character]!)
    if (/[A-Za-z0-9]/.test(character)) throw this.fault(`the escape “\\${character}”, which is not supported`)
    return single(character)
  }

  private peek(): string | undefined {
    return this.characters[this.position]
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false
    this.position++
    return true
  }

  private fault(what: string): SyntaxFault {
    return new SyntaxFault(`the pattern has ${what} (at character ${this.position})`)
  }
}

const single = (character: string): CharacterSet => {
  const point = character.codePointAt(0)!
  return { ranges: [[point, point]], negated: false }
}
