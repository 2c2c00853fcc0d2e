import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { labelRecord, lineOf, writeFile } from './labels.fixture.ts'
import { readLabels } from './labelReader.ts'
import { byTime } from './labelOrder.ts'
import { LabelTail } from './labelTail.ts'

describe('the tail of a labels folder', () => {
  it('tells the rollouts of which something came, changed or went, once', () => {
    const folder = path.join(temporaryFolder(), 'labels')
    const tail = new LabelTail(folder)
    assert.deepEqual(tail.poll(), [])
    const [a, b] = [labelRecord({ rollout: 'r1' }), labelRecord({ rollout: 'r2' })]
    const file = writeFile(folder, 'ada-w1.jsonl', lineOf(a))
    assert.deepEqual(tail.poll(), ['r1'])
    assert.deepEqual(tail.poll(), [])
    fs.appendFileSync(file, lineOf(b).slice(0, 50))
    assert.deepEqual(tail.poll(), [])
    fs.appendFileSync(file, lineOf(b).slice(50))
    assert.deepEqual(tail.poll(), ['r2'])
    assert.deepEqual(tail.recordsOf('r2'), [b])
    writeFile(folder, 'ada-w1.jsonl', lineOf(b))
    assert.deepEqual(tail.poll(), ['r1'])
    assert.deepEqual([...tail.rollouts()], ['r2'])
    fs.rmSync(file)
    assert.deepEqual(tail.poll(), ['r2'])
    assert.equal(tail.size, 0)
  })

  it('forgets a record only when no file has it any more', () => {
    const folder = path.join(temporaryFolder(), 'labels')
    const tail = new LabelTail(folder)
    const a = labelRecord({ rollout: 'r1' })
    for (const name of ['ada-w1.jsonl', 'ada-w2.jsonl']) writeFile(folder, name, lineOf(a))
    tail.poll()
    fs.rmSync(path.join(folder, 'ada-w1.jsonl'))
    assert.deepEqual([tail.poll(), tail.size], [[], 1])
    fs.rmSync(path.join(folder, 'ada-w2.jsonl'))
    assert.deepEqual([tail.poll(), tail.size], [['r1'], 0])
  })

  it('reads the labels of all around one that is nested too deep, and names its line', () => {
    const folder = path.join(temporaryFolder(), 'labels')
    const [a, b] = [labelRecord({ rollout: 'r1' }), labelRecord({ rollout: 'r2' })]
    const forged = lineOf(labelRecord({ rollout: 'r3' }, { kind: 'rubric', labelSet: 'clarity', schemaHash: 'x', scores: { clear: 'HERE' } })).replace('"HERE"', `${'['.repeat(5000)}${']'.repeat(5000)}`)
    const file = writeFile(folder, 'ada-w1.jsonl', `${lineOf(a)}${forged}`)
    writeFile(folder, 'bob-w1.jsonl', lineOf(b))
    const tail = new LabelTail(folder)
    assert.deepEqual(tail.poll(), ['r1', 'r2'])
    assert.deepEqual(tail.faults, [{ file, line: 2, code: 'notALabel', message: 'no label: nested more than 200 levels deep' }])
  })

  it('knows at any moment what reading anew would give, however the files change', () => {
    const pool = Array.from({ length: 12 }, (_, i) => labelRecord({ id: `id-${i % 9}`, rollout: `r${i % 4}` }, { kind: 'verdict', right: i % 2 === 0 }))
    const name = fc.constantFrom('ada-w1.jsonl', 'ada-w2.jsonl', 'bob-w1.jsonl')
    const records = fc.array(fc.constantFrom(...pool), { maxLength: 4 })
    const change = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), name, records, torn: fc.nat(60) }),
      fc.record({ kind: fc.constant('replace' as const), name, records, torn: fc.nat(60) }),
      fc.record({ kind: fc.constant('remove' as const), name })
    )
    fc.assert(fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const folder = path.join(temporaryFolder(), 'labels')
      const tail = new LabelTail(folder)
      for (const [i, each] of changes.entries()) {
        const place = path.join(folder, each.name)
        fs.mkdirSync(folder, { recursive: true })
        const content = each.kind === 'remove' ? '' : each.records.map(lineOf).join('')
        const cut = each.kind === 'remove' ? '' : content.slice(0, content.length - (each.torn < 30 ? each.torn : 0))
        if (each.kind === 'append') fs.appendFileSync(place, cut)
        else if (each.kind === 'replace') fs.writeFileSync(place, cut)
        else fs.rmSync(place, { force: true })
        // As if time had passed: a file system may be too coarse to tell two changes of one moment apart.
        if (each.kind !== 'remove') fs.utimesSync(place, new Date(i * 1000), new Date(i * 1000))
        tail.poll()
        const anew = readLabels(folder)
        assert.deepEqual([...tail.records()].sort(byTime), anew.records)
        assert.deepEqual(tail.faults, anew.faults)
        for (const rollout of tail.rollouts()) assert.deepEqual(tail.recordsOf(rollout), anew.records.filter((record) => record.rollout === rollout))
      }
    }), { numRuns: 200 })
  })
})
