/** What Node needs to run and to show text; homes, proxies, NODE_OPTIONS and secrets stay outside. */
const PASSED_ON = /^(PATH|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|LANG|LC_[A-Z]+|TZ)$/i

/** Of a process of our own Node that runs what strangers wrote. */
export function scrubbedEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)))
  return process.versions['electron'] === undefined ? kept : { ...kept, ELECTRON_RUN_AS_NODE: '1' }
}
