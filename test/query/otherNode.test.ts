import assert from 'node:assert/strict'
import { chooseNode, ownNode } from '../../extension/trainers/nodeProgram.ts'
import type { NodeProgram } from '../../extension/trainers/nodeProgram.ts'
import { sourceProgram, TestQueries } from './queryServer.ts'

const broken: NodeProgram = { ...ownNode(), execPath: '/nowhere/node', name: 'A broken Node' }
const found: NodeProgram = { ...ownNode(), name: 'Node found on the PATH' }

/** Queries of a window whose own Node does not run them. */
function queries(find: () => Promise<NodeProgram | undefined>): TestQueries {
  return new TestQueries({ ...sourceProgram(), node: chooseNode({ own: broken, find }) })
}

describe('queries under a Node that cannot run them', function () {
  this.timeout(60_000)

  it('are answered under another one, which the log says', async () => {
    const asked = queries(async () => found)
    try {
      const answers = await Promise.all([asked.ask('runs/list', { folders: [] }), asked.ask('runs/list', { folders: [] })])
      assert.deepEqual(answers.map(({ runs }) => runs), [[], []])
      assert.ok(asked.said.includes('A broken Node cannot run the query process, so Node found on the PATH does.'), asked.said.join('\n'))
    } finally {
      asked.close()
    }
  })

  it('are looked for another one once, and fail with what to do where there is none', async () => {
    let looks = 0
    const asked = queries(async () => {
      looks++
      return undefined
    })
    const errors: string[] = []
    for (let i = 0; i < 6; i++) await asked.ask('runs/list', { folders: [] }).catch((error: Error) => errors.push(error.message))
    assert.equal(looks, 1)
    assert.match(errors.at(-1)!, /ended 5 times within a minute/)
    asked.close()
  })
})
