import assert from 'node:assert/strict'
import fc from 'fast-check'
import { testHost } from '../testHost.fixture.ts'
import { amount, bytes, duration, estimate, signed } from './numbers.ts'
import { plainLine, plainText } from './plainText.ts'
import { ProgressLine } from './progressLine.ts'
import { stylesFor } from './styles.ts'
import { definitions, table } from './table.ts'
import { displayWidth, padStart, truncate } from './width.ts'

describe('printing text that is not ours', () => {
  it('drops escape sequences, control and bidi characters and mends broken surrogates', () => {
    const hostile: [string, string][] = [
      ['\u001b[31mred\u001b[0m', 'red'],
      ['\u001b]0;title\u0007text', 'text'],
      ['\u001b]8;;http://x\u0007link\u001b]8;;\u0007', 'link'],
      ['a\u0008\u0000\u007f\u009bb', 'ab'],
      ['\u202eevil\u2066\u2069\u200f', 'evil'],
      ['over\rwrite', 'over\nwrite'],
      ['a\tb\u2028c', 'a  b\nc'],
      ['\ud800x', '\ufffdx'],
      ['\u{e0041}tag', 'tag'],
      ['👩\u200d🔬 ok', '👩\u200d🔬 ok']
    ]
    for (const [text, expected] of hostile) assert.equal(plainText(text), expected)
    assert.equal(plainLine('  two \n lines '), 'two lines')
  })

  it('never lets a control character through, wherever the text is cut', () => {
    const nasty = fc.array(fc.constantFrom('\u001b', '[', '3', '1', 'm', ']', '0', ';', '\u0007', '\u009b', '\u202e', 'a', '\n', '\u0000'), { maxLength: 20 })
    fc.assert(fc.property(nasty, fc.nat(20), (characters, cut) => {
      const text = characters.join('')
      const shown = plainText(text.slice(0, cut)) + plainText(text.slice(cut))
      assert.doesNotMatch(shown, /[^\P{Cc}\n]|\u202e/u)
    }))
  })
})

describe('width of text', () => {
  it('counts columns, not code units', () => {
    const widths: [string, number][] = [['abc', 3], ['漢字', 4], ['e\u0301', 1], ['👍', 2], ['👩‍🔬', 2], ['✓ ✗', 3], ['ﬀ', 1], ['ｶ', 1], ['', 0]]
    for (const [text, width] of widths) assert.equal(displayWidth(text), width, text)
  })

  it('cuts to a width and says so', () => {
    assert.equal(truncate('abcdef', 4), 'abc…')
    assert.equal(truncate('漢字漢字', 4), '漢…')
    assert.equal(truncate('abc', 3), 'abc')
    assert.equal(truncate('abc', 0), '')
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
      assert.ok(displayWidth(truncate(plainLine(text), columns)) <= columns)
    }))
  })

  it('pads by columns', () => assert.equal(padStart('漢', 4), '  漢'))
})

describe('numbers and tables', () => {
  it('shows amounts, times and intervals', () => {
    assert.deepEqual([amount(9321.7), amount(12.34), amount(0.5), amount(7), amount(1e6)], ['9,322', '12.3', '0.50', '7', '1,000,000'])
    assert.deepEqual([duration(0), duration(59.4), duration(60), duration(185), duration(7384)], ['0 s', '59 s', '1:00', '3:05', '2:03:04'])
    assert.deepEqual([bytes(0), bytes(999), bytes(1_234_000), bytes(2.5e9)], ['0 B', '999 B', '1.23 MB', '2.50 GB'])
    const value = { value: 0.25, low: -0.01, high: 0.5 }
    assert.deepEqual([estimate(value), signed(value)], ['0.250 [-0.010, 0.500]', '+0.250 [-0.010, +0.500]'])
  })

  it('aligns columns', () => {
    assert.equal(table([['', 'before'], ['漢字', '1'], ['a', '0.25']]), '        before\n  漢字       1\n  a       0.25')
    assert.equal(definitions([['a', 'one'], ['long', 'two']]), '  a     one\n  long  two')
    assert.equal(table([]), '')
  })
})

describe('the progress line', () => {
  it('is redrawn on a terminal, cut to its width, with lasting lines above', () => {
    const host = testHost({ columns: 10 })
    const line = new ProgressLine(host.stdout)
    line.show('step 1 of many')
    line.print('a fact')
    line.end()
    line.end()
    assert.equal(host.out(), '\r\u001b[2Kstep 1 o…\r\u001b[2Ka fact\nstep 1 o…\n')
  })

  it('stays silent elsewhere, but for lasting lines', () => {
    const host = testHost()
    const line = new ProgressLine(host.stdout)
    line.show('step 1')
    line.print('a fact')
    line.end()
    assert.equal(host.out(), 'a fact\n')
  })

  it('colours only a terminal that wants colours', () => {
    const coloured = (host: ReturnType<typeof testHost>): string => stylesFor(host.stdout, host.env).good('x')
    assert.equal(coloured(testHost({ columns: 80, env: {} })), '\u001b[32mx\u001b[39m')
    assert.equal(coloured(testHost({ columns: 80, env: { NO_COLOR: '1' } })), 'x')
    assert.equal(coloured(testHost({ columns: 80, env: { TERM: 'dumb' } })), 'x')
    assert.equal(coloured(testHost({ env: {} })), 'x')
  })
})
