import { Worker } from 'node:worker_threads'

/** Plain JavaScript, so that a bundle needs no second file. */
const WATCH = `
const { workerData: parent } = require('node:worker_threads')
setInterval(() => {
  try {
    process.kill(parent, 0)
    if (process.ppid === parent) return
  } catch (error) {
    if (error.code === 'EPERM') return
  }
  process.kill(process.pid, 'SIGKILL')
}, 1000)`

/**
 * Kills this process when its parent has gone, also while the event loop is blocked by a native call or an endless pattern,
 * which would otherwise keep a core busy with nobody left to stop it. The parent is noted before the thread starts: an orphan
 * that asks later is told another one.
 */
export function watchParent(): void {
  new Worker(WATCH, { eval: true, workerData: process.ppid, env: {}, execArgv: [] }).unref()
}
