import assert from 'node:assert/strict'
import { sqlText, withDuckDb } from './duckDb.ts'
import { distinctParts, NUMBERED_PARTS_SQL, numberedParts, partKey, partKeySql, samePart } from './partNames.ts'

const LISTS: readonly (readonly string[])[] = [
  [], ['answer'], ['answer', 'length'], ['length', 'length', 'length'], ['Length', 'length', 'LENGTH', 'answer'], ['a', 'b', 'A', 'B', 'a'], ['length', 'length', 'length#2'], ['É', 'é', 'É'], ['', '']
]
const limits = { files: [], memoryMegabytes: 64, deadlineSeconds: 30 }

describe('names of reward parts', () => {
  it('are numbered where a rollout has them twice, whatever their case', () => {
    const names = (list: readonly string[]): string[] => numberedParts(list.map((name) => ({ name }))).map(({ name }) => name)
    assert.deepEqual(names(['length', 'answer', 'length', 'Length']), ['length', 'answer', 'length#2', 'Length#3'])
    assert.deepEqual(names(['a', 'b']), ['a', 'b'])
  })

  it('are the same of lines and of shards', async () => {
    await withDuckDb(limits, async (db) => {
      for (const list of LISTS) {
        const values = list.map((name, i) => `{name: ${sqlText(name)}, score: ${i}.5::DOUBLE}`).join(', ')
        const [row] = await db.run(`SELECT ${NUMBERED_PARTS_SQL} AS parts FROM (SELECT {parts: [${values}]::STRUCT("name" VARCHAR, score DOUBLE)[]} AS reward)`)
        assert.deepEqual(row!['parts'], numberedParts(list.map((name, i) => ({ name, score: i + 0.5 }))))
        for (const name of list) assert.deepEqual(await db.run(`SELECT ${partKeySql(sqlText(name))} AS key`), [{ key: partKey(name) }])
      }
    })
  })

  it('are one column where only the case of ASCII letters differs, as DuckDB takes them', async () => {
    assert.equal(samePart(['answer', 'Length'], 'LENGTH'), 'Length')
    assert.equal(samePart(['answer', 'É'], 'é'), undefined)
    assert.deepEqual(distinctParts(['b', 'A', 'a', 'B', 'É', 'é']), ['b', 'A', 'É', 'é'])
    await withDuckDb(limits, (db) => db.run('CREATE TABLE t ("É" INTEGER, "é" INTEGER)'))
    await assert.rejects(withDuckDb(limits, (db) => db.run('CREATE TABLE t ("A" INTEGER, "a" INTEGER)')))
  })
})
