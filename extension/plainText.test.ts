import assert from 'node:assert/strict'
import fc from 'fast-check'
import { plainLine, plainText } from './plainText.ts'

describe('plain text', () => {
  it('drops escape sequences, control, bidi and zero-width characters', () => {
    assert.equal(plainLine('\u001b[31mred\u001b[0m \u202Egnp.exe\u202C a\u200Bb\u0007 \u001b]8;;http://x\u0007link\u001b]8;;\u0007'), 'red gnp.exe ab link')
  })

  it('makes one line of several', () => {
    assert.equal(plainLine('  one\r\n\ttwo\u2028three '), 'one two three')
  })

  it('breaks what VS Code would read as an icon or a link', () => {
    assert.equal(plainLine('$(sync~spin) [click](command:workbench.action.quit)'), '$ (sync~spin) [click] (command:workbench.action.quit)')
  })

  it('cuts by characters and says so', () => {
    assert.equal(plainLine('😀'.repeat(10), 4), '😀😀😀…')
    assert.equal(plainLine('abcd', 4), 'abcd')
    assert.equal(plainLine(`a${'\u200B'.repeat(100)}`, 4), 'a…')
  })

  it('mends lone surrogates and towers of accents', () => {
    assert.equal(plainLine('a\ud800b'), 'a\ufffdb')
    assert.equal([...plainLine(`e${'\u0301'.repeat(50)}`)].length, 5)
  })

  it('keeps lines and indentation of documents', () => {
    assert.equal(plainText('a\n  b\u001b[1m\n\u2066c'), 'a\n  b\nc')
  })

  it('looks at the beginning of a huge text only', () => {
    assert.equal([...plainLine('x'.repeat(10_000_000))].length, 200)
  })

  it('never lets through what it drops, whatever comes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const line = plainLine(text)
      assert.doesNotMatch(line, /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069\u200B\uFEFF\n]/u)
      assert.ok(!line.includes('$(') && !line.includes(']('))
      assert.ok([...line].length <= 200)
    }))
  })
})
