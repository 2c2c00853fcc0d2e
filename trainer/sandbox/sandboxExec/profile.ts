/**
 * What a candidate may do on macOS, in the language of sandbox-exec; paths come as parameters, so that none can be more than a path.
 * No network, nothing written outside of the scratch folder, nothing read but the system's libraries, Python and the worker's program.
 */
export const PROFILE = `(version 1)
(deny default)
(allow process-fork)
(allow process-exec (subpath "/usr/bin") (subpath "/bin") (subpath (param "PYTHON")) (subpath (param "PREFIX")))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read*
  (literal "/") (subpath "/usr/lib") (subpath "/usr/bin") (subpath "/bin") (subpath "/usr/share") (subpath "/System") (subpath "/Library/Frameworks")
  (subpath "/private/var/db/dyld") (subpath (param "PYTHON")) (subpath (param "PREFIX")) (subpath (param "PROGRAM")) (subpath (param "SCRATCH"))
  (literal "/dev/null") (literal "/dev/zero") (literal "/dev/random") (literal "/dev/urandom"))
(allow file-write* (subpath (param "SCRATCH")) (literal "/dev/null"))
(deny network*)
`

export function profileArguments(paths: { readonly python: string; readonly prefix: string; readonly program: string; readonly scratch: string }): string[] {
  const parameters = { PYTHON: paths.python, PREFIX: paths.prefix, PROGRAM: paths.program, SCRATCH: paths.scratch }
  return ['-p', PROFILE, ...Object.entries(parameters).flatMap(([name, value]) => ['-D', `${name}=${value}`])]
}
