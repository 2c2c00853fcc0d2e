// Starts decodeLane.ts in a working tree: a thread does not inherit the hooks that let its parent run TypeScript.
import { register } from 'tsx/esm/api'

register()
await import('./decodeLane.ts')
