import assert from 'node:assert/strict'
import fc from 'fast-check'
import { attemptOf, attemptQuery, plainPath } from './attemptUri.ts'

describe('addresses of attempts', () => {
  const text = { run: '/runs/a b&c', id: 't000001.1-000-02', turn: 2, part: 'file', index: 3 } as const

  it('name one text of one attempt, and come back', () => {
    assert.deepEqual(attemptOf(attemptQuery(text)), text)
  })

  it('name nothing where anything is missing, doubled, added or no number', () => {
    const query = attemptQuery(text)
    for (const bad of ['', 'run=/r', `${query}&run=%2Fother`, `${query}&x=1`, query.replace('turn=2', 'turn=0'), query.replace('index=3', 'index=-1'), query.replace('part=file', 'part=secret'), query.replace('id=t', 'id=%00')]) {
      assert.equal(attemptOf(bad), undefined, bad)
    }
  })

  it('have paths that lead nowhere else and keep their ending', () => {
    assert.equal(plainPath('lib/sort.test.js'), 'lib/sort.test.js')
    assert.equal(plainPath('../../../etc/passwd'), 'etc/passwd')
    assert.equal(plainPath('..\\..\\a b\u202e.py'), 'a_b_.py')
    assert.equal(plainPath('///'), 'file')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (path) => {
      assert.match(plainPath(path), /^[\w.-]+(\/[\w.-]+)*$/)
      assert.ok(!plainPath(path).split('/').some((name) => /^\.+$/.test(name)))
    }))
  })
})
