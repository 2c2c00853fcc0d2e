import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compileRegex, LONGEST_REGEX_TEXT } from './regex.ts'

function matches(pattern: string, text: string): boolean {
  const compiled = compileRegex(pattern)
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.why)
  return compiled.value.matches(text)
}

describe('compileRegex', () => {
  const patterns = [
    'abc', 'a|bc|', '(a|b)*c', 'a+b?c*', '[a-c]+', '[^ab]', '\\d{2,3}', '\\d{2,}', 'a{0}b', '(?:ab){2}', '.', '\\w+\\s\\w+', '[\\d.,-]+', '^ab$', 'a$|^b', '[]a]', '\\.', 'a\\|b', '\\D\\W\\S', '(a*)*', '(a*)+b', 'x{3}', '[a\\-c]', '\\n\\t'
  ].filter((pattern) => pattern !== '[]a]')
  const texts = ['', 'a', 'b', 'c', 'ab', 'abc', 'aab', 'bc', 'abab', '12', '123', '1234', 'a b', '1,5', '.', 'a|b', 'aaaa', 'aab', '-', 'xxx', '\n\t', '\n', 'é', '😀', 'aa b1']

  it('agrees with the engine of JavaScript, matching whole texts', () => {
    for (const pattern of patterns) {
      const reference = new RegExp(`^(?:${pattern})$`, 'u')
      for (const text of texts) assert.equal(matches(pattern, text), reference.test(text), `${pattern} on ${JSON.stringify(text)}`)
    }
  })

  it('agrees with it on random patterns', () => {
    const { node } = fc.letrec<{ node: string; leaf: string }>((tie) => ({
      leaf: fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d'),
      node: fc.oneof(
        { maxDepth: 3 },
        tie('leaf'),
        fc.tuple(tie('node'), tie('node')).map(([x, y]) => `${x}${y}`),
        fc.tuple(tie('node'), tie('node')).map(([x, y]) => `(?:${x}|${y})`),
        fc.tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}')).map(([x, q]) => `(${x})${q}`)
      )
    }))
    fc.assert(
      fc.property(node, fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 8 }), (pattern, text) => {
        assert.equal(matches(pattern, text), new RegExp(`^(?:${pattern})$`).test(text), pattern)
      }),
      { numRuns: 500 }
    )
  })

  it('takes patterns on which backtracking would never end', () => {
    for (const pattern of ['(a+)+$', '(a|a)*', '(a|aa)+', '(.*)*x', '(?:.*.*.*.*.*)x', '(\\w+\\s?)*']) {
      assert.equal(matches(pattern, `${'a'.repeat(2000)}!`), false, pattern)
    }
  })

  it('bounds pattern, states and text', () => {
    assert.equal(matches('a*', 'a'.repeat(LONGEST_REGEX_TEXT)), true)
    assert.equal(matches('a*', 'a'.repeat(LONGEST_REGEX_TEXT + 1)), false)
    for (const [pattern, why] of [
      ['a'.repeat(501), 'the pattern has 501 characters, more than 500'],
      ['((a{100}){100}){100}', 'the pattern needs more than 1000 states: repeat less'],
      ['('.repeat(21) + 'a' + ')'.repeat(21), 'the pattern has groups nested deeper than 20 (at character 21)'],
      ['a{101}', 'the pattern has a repeat outside 0 … 100 (at character 6)']
    ] as const) {
      const compiled = compileRegex(pattern)
      assert.equal(compiled.ok ? null : compiled.why, why)
    }
  })

  it('refuses what an automaton cannot do or what is no pattern, and says where', () => {
    for (const [pattern, what] of [
      ['(?=a)', 'a group other than'], ['(?<n>a)', 'a group other than'], ['\\1', 'the escape “\\1”'], ['\\bword', 'the escape “\\b”'], ['a*?', 'a quantifier after a quantifier'],
      ['a++', 'a quantifier after a quantifier'], ['*a', 'a quantifier with nothing before it'], ['^*', 'a quantifier after “^” or “$”'], ['(a', 'a “(” without its “)”'], ['a)', 'a “)” without its “(”'],
      ['[a', 'a “[” without its “]”'], ['[b-a]', 'a range that runs backwards'], ['a\\', 'a “\\” at the end'], ['\\constructor', 'the escape “\\c”']
    ] as const) {
      const compiled = compileRegex(pattern)
      assert.ok(!compiled.ok && compiled.why.includes(what), `${pattern}: ${compiled.ok ? 'accepted' : compiled.why}`)
    }
  })
})
