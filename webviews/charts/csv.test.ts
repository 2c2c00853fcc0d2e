import assert from 'node:assert/strict'
import { toCsv } from './csv.ts'

describe('toCsv', () => {
  it('quotes what needs it and leaves what is missing empty', () => {
    assert.equal(toCsv(['run', 'a "b"'], [['x,y', 1.5], ['line\nbreak', null]]), 'run,"a ""b"""\r\n"x,y",1.5\r\n"line\nbreak",\r\n')
  })

  it('lets no name become a formula, and numbers stay numbers', () => {
    assert.equal(toCsv(['=cmd'], [['@x', -1], ['+1', -0.5], ['-2', 0]]), "'=cmd\r\n'@x,-1\r\n'+1,-0.5\r\n'-2,0\r\n")
  })
})
