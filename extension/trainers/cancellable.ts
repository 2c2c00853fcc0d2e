import * as vscode from 'vscode'

type Progress = vscode.Progress<{ readonly message?: string; readonly increment?: number }>

/** Work under a notification that can cancel it. Undefined = cancelled, whatever came of the work then. */
export async function cancellable<T>(title: string, work: (signal: AbortSignal, progress: Progress) => Promise<T>): Promise<T | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true }
  return await vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController()
    token.onCancellationRequested(() => abort.abort())
    try {
      const done = await work(abort.signal, progress)
      return abort.signal.aborted ? undefined : done
    } catch (error) {
      if (abort.signal.aborted) return undefined
      throw error
    }
  })
}
