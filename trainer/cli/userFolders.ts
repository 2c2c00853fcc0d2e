import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this user's programs keep what they remember: outside of every workspace. */
export function configurationFolder(): string {
  const base = process.env['XDG_CONFIG_HOME'] ?? (process.platform === 'win32' ? process.env['APPDATA'] : undefined)
  return join(base ?? join(homedir(), '.config'), 'rollout-lab')
}

/** The environment that Set Up PyTorch makes, which the command line and the editor share. */
export function torchEnvironmentFolder(): string {
  const base = process.env['XDG_DATA_HOME'] ?? (process.platform === 'win32' ? process.env['LOCALAPPDATA'] : undefined)
  return join(base ?? join(homedir(), '.local', 'share'), 'rollout-lab', 'pytorch')
}
