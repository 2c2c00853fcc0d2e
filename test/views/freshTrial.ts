import { startSession } from '../vscode/session.ts'

/** The first minute of somebody who has just installed the extension. */
export interface FreshTrial {
  /** From the choice in the palette to the text of the first rollout on screen. */
  readonly seconds: number
  /** Requests of the pages that would have left the machine. */
  readonly leaving: readonly string[]
  readonly errors: readonly string[]
}

/** A step as the base model writes it, e.g. `21 - 3 + 4 = 22`. */
const STEP = /\d+ [-+*] \d+( [-+*] \d+)* = \d+/

/** Starts a sample from the palette of a fresh installation. */
export async function freshTrial(): Promise<FreshTrial> {
  const session = await startSession()
  try {
    const workbench = await session.open()
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('arithmetic-chain')
    const chosen = Date.now()
    const inspector = await workbench.view('lab-inspector')
    await inspector.getByText(STEP).first().waitFor()
    const seconds = (Date.now() - chosen) / 1000
    await workbench.picture('first-rollout')
    return { seconds, leaving: workbench.requestsLeaving(), errors: [...workbench.errors] }
  } finally {
    await session.close()
  }
}
