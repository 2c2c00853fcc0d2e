import assert from 'node:assert/strict'
import { testsIn } from './testsIn.ts'

describe('tests of a file', () => {
  it('are the calls of a runner with a name that stands there', () => {
    const text = [
      "describe('words', () => {", "  it('makes slugs', () => {})", '  test.only("it\'s \\"quoted\\"", async () => {})', '  specify(', '    `over two lines`, () => {})',
      "  // it('is a comment')", "  const said = \"it('is a string')\"", "  suite.it('is a method of something')", '  it(`has ${parts}`, () => {})', "  it(name, () => {})", "  it('', () => {})", '})'
    ].join('\n')
    assert.deepEqual(testsIn('a.test.js', text), [{ name: 'makes slugs', line: 1 }, { name: 'it\'s "quoted"', line: 2 }, { name: 'over two lines', line: 3 }])
  })

  it('are the functions of pytest, in classes too', () => {
    const text = 'import x\n\ndef test_one():\n    """def test_said():"""\n\nclass TestIt:\n    async def test_two(self):\n        pass\n\ndef helper(): pass\n# def test_none():\n'
    assert.deepEqual(testsIn('test_a.py', text), [{ name: 'test_one', line: 2 }, { name: 'test_two', line: 6 }])
  })
})
