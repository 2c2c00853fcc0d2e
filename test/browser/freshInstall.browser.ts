import assert from 'node:assert/strict'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'

/** A step as the base model writes it, e.g. `21 - 3 + 4 = 22`. */
const STEP = /\d+ [-+*] \d+( [-+*] \d+)* = \d+/

describe('fresh installation', function () {
  this.timeout(300_000)
  let session: Session
  before(async () => {
    session = await startSession()
  })
  after(() => session.close())

  it('shows the text of a rollout that is being sampled, from the palette alone', async () => {
    const workbench = await session.open()
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('arithmetic-chain')
    const chosen = Date.now()
    const inspector = await workbench.view('lab-inspector')
    await inspector.getByText(STEP).first().waitFor()
    console.log(`      first rollout's text on screen ${((Date.now() - chosen) / 1000).toFixed(1)} s after the choice`)
    await workbench.picture('first-rollout')
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.deepEqual(workbench.errors, [])
    await workbench.close()
  })
})
