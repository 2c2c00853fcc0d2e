import type { Disposable } from 'vscode'

/** Does it at once when asked for, then not again before the pause is over; what was asked meanwhile is done once, at its end. */
export function paced(work: () => void | Promise<void>, pause: number): Disposable & { soon(): void } {
  let timer: NodeJS.Timeout | undefined
  let again = false
  const run = (): void => {
    again = false
    timer = setTimeout(() => {
      timer = undefined
      if (again) run()
    }, pause)
    void work()
  }
  return {
    soon: () => {
      if (timer === undefined) run()
      else again = true
    },
    dispose: () => clearTimeout(timer)
  }
}
