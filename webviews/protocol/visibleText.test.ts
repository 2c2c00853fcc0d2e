import assert from 'node:assert/strict'
import fc from 'fast-check'
import { visibleLine, visiblePieces, visibleText } from './visibleText.ts'

describe('visibleText', () => {
  it('marks what hides, reorders or colours text', () => {
    assert.equal(visibleText('a\u200bb'), 'a⟨ZWSP⟩b')
    assert.equal(visibleText('\u202etxt.exe\u202c'), '⟨RLO⟩txt.exe⟨PDF⟩')
    assert.equal(visibleText('\u001b[31mred'), '⟨ESC⟩[31mred')
    assert.equal(visibleText('\ud800x\udc00'), '⟨U+D800⟩x⟨U+DC00⟩')
    assert.equal(visibleText('\u{e0041}'), '⟨U+E0041⟩')
    assert.equal(visibleText('\0\u2067\ufeff'), '⟨NUL⟩⟨RLI⟩⟨BOM⟩')
  })

  it('leaves ordinary text of any script alone', () => {
    for (const text of ['plain\n\ttext', 'naïve – “quotes”', '漢字かな', 'עברית', '😀👍🏽', 'x²∑√']) assert.equal(visibleText(text), text)
    assert.equal(visibleText('a\r\nb'), 'a\nb')
  })

  it('leaves nothing hidden, and the pieces are the whole text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = visibleText(text)
      assert.ok(!visiblePieces(shown).some((piece) => piece.hidden))
      assert.equal(visiblePieces(text.replace(/\r\n/g, '\n')).map((piece) => piece.text).join(''), shown)
    }))
  })

  it('makes one bounded line', () => {
    assert.equal(visibleLine('a\n b\t\tc', 10), 'a b c')
    assert.equal(visibleLine('x'.repeat(1e6), 10), 'xxxxxxxxx…')
  })
})
