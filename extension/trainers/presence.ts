/** A window that draws a run on a busy machine takes seconds to answer, and is there all the same. */
const ANSWER_MILLISECONDS = 4000

/**
 * Finds out whether a window still shows this extension host. A browser that reloads or closes leaves its extension host running
 * for hours, in case it comes back: that one must not go on steering trainers that another window would like to steer.
 * @param askWindow resolves once the window has answered.
 * @param tell called with false where no answer comes, and with true when one comes after all.
 */
export function createPresence(askWindow: () => PromiseLike<unknown>, tell: (present: boolean) => void, answerMilliseconds = ANSWER_MILLISECONDS): { readonly check: () => void } {
  let present = true
  let asking = false
  const is = (now: boolean): void => {
    if (now === present) return
    present = now
    tell(now)
  }
  const ask = async (): Promise<void> => {
    asking = true
    let unanswered = true
    // An extension host that was itself blocked finds the timer overdue before it reads the answer that lies there.
    const late = setTimeout(() => setImmediate(() => setImmediate(() => unanswered && is(false))), answerMilliseconds)
    try {
      await askWindow()
      is(true)
    } finally {
      asking = unanswered = false
      clearTimeout(late)
    }
  }
  return {
    check: () => {
      // Something is held all the same: it is let go again.
      if (!present) tell(false)
      // A window that is being closed refuses.
      if (!asking) ask().catch(() => is(false))
    }
  }
}
