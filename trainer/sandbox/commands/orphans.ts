import fs from 'node:fs'

/**
 * Ends what a killed command left: the inner process of bubblewrap asks to die with the outer one only when all is mounted, and outlives
 * it until then, under the same command line. To be called for command lines that are one command's alone.
 */
export function endOrphans(command: readonly string[]): void {
  if (process.platform !== 'linux') return
  const line = `${command.join('\0')}\0`
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') === line) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It ended meanwhile, or is another user's and so none of ours.
    }
  }
}
