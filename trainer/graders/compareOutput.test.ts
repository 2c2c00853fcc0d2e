import assert from 'node:assert/strict'
import { compareOutput } from './compareOutput.ts'

describe('compareOutput', () => {
  it('pays all lines only: no prefix, no line too much, no other order', () => {
    assert.ok(compareOutput('1\n2\n3\n', '1\n2\n3').equal)
    assert.equal(compareOutput('1\n', '1\n2\n3').why, 'line 2: nothing instead of “2”')
    assert.equal(compareOutput('1\n2\n3\n4\n', '1\n2\n3').why, '4 lines instead of 3: “4” is too much')
    assert.equal(compareOutput('2\n1\n', '1\n2').why, 'line 1: “2” instead of “1”')
    assert.ok(!compareOutput('', '1').equal)
    assert.ok(!compareOutput('1', '').equal)
  })

  it('takes no notice of white space at ends of lines and of empty lines at the end, but of all other', () => {
    assert.ok(compareOutput('a \r\nb\t\n\n \n', 'a\nb').equal)
    assert.ok(!compareOutput(' a', 'a').equal)
    assert.ok(!compareOutput('a\n\nb', 'a\nb').equal)
    assert.ok(!compareOutput('a  b', 'a b').equal)
    assert.ok(!compareOutput('1.0', '1').equal)
    assert.ok(compareOutput('\n', '').equal)
  })

  it('is linear in white space', () => {
    const spaces = `${' '.repeat(200_000)}x\n`.repeat(5)
    assert.ok(!compareOutput(spaces, 'y').equal)
  })
})
