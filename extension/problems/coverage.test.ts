import assert from 'node:assert/strict'
import { coveredFunctions, wordsOf } from './coverage.ts'

const source = 'export function slugify(text) {\n  return clean(text)\n}\n\nfunction clean(text) {\n  return text.trim()\n}\n\nexport const wrap = (text) => {\n  return [text]\n}\n'
const names = (tests: readonly string[], file = '/w/src/words.js'): string[] => coveredFunctions(file, source, tests.map(wordsOf)).map(({ name }) => name)

describe('functions that tests cover', () => {
  it('are named by a test file that names their module', () => {
    assert.deepEqual(names(["import { slugify } from '../src/words.js'\nslugify('a')"]), ['slugify'])
    assert.deepEqual(names(["import * as words from '../src/words.js'\nwords.wrap('a')", "import { slugify } from '../src/words.js'"]), ['slugify', 'wrap'])
    assert.deepEqual(names(["import { slugify } from '../src/other.js'"]), [], 'another module’s')
    assert.deepEqual(names(['// words, and slugifying them']), [], 'words are taken whole')
    assert.deepEqual(names([]), [])
  })

  it('have modules whose names are several words', () => {
    assert.deepEqual(names(["from './my-words.v2.js'; slugify()"], '/w/my-words.v2.js'), ['slugify'])
    assert.deepEqual(names(["from './my-other.v2.js'; slugify()"], '/w/my-words.v2.js'), [])
  })

  it('begin at their first line', () => {
    const [first, second] = coveredFunctions('words.py', 'X = 1\n\ndef count(text):\n    return len(text)\n\ndef rest(text):\n    return text\n', [wordsOf('import words\nwords.rest(words.count(""))')])
    assert.deepEqual([first?.lines, second?.name], [[3, 4], 'rest'])
  })
})
