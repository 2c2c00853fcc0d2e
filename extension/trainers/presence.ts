import * as vscode from 'vscode'

/** A window that draws a run on a busy machine takes seconds to answer, and is there all the same. */
const ANSWER_MILLISECONDS = 4000

/**
 * Finds out whether a window still shows this extension host. A browser that reloads or closes leaves its extension host running
 * for hours, in case it comes back: that one must not go on steering trainers that another window would like to steer.
 * @param tell called with false where no answer comes, and with true when one comes after all.
 */
export function createPresence(tell: (present: boolean) => void): { readonly check: () => void } {
  let present = true
  let asking = false
  const is = (now: boolean): void => {
    if (now === present) return
    present = now
    tell(now)
  }
  const ask = async (): Promise<void> => {
    asking = true
    const late = setTimeout(() => is(false), ANSWER_MILLISECONDS)
    try {
      // A context key is set by the window itself: without one nobody answers.
      await vscode.commands.executeCommand('setContext', 'rolloutLab.present', true)
      is(true)
    } finally {
      asking = false
      clearTimeout(late)
    }
  }
  return {
    // A window that is being closed refuses, and has nobody left to tell.
    check: () => void (asking || ask().catch(() => undefined))
  }
}
