import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A Node that runs the trainer's programs. */
export interface NodeProgram {
  readonly execPath: string
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** For people: "VS Code's own Node 22.15.0". */
  readonly name: string
}

/** Chooses the Node for trainers: VS Code's own, and one found on the PATH where that turns out not to do. */
export interface NodeChoice {
  current(): NodeProgram
  /** Another Node to try; undefined where none is found, or it is in use already. */
  fallBack(): Promise<NodeProgram | undefined>
}

const LEAST = [20, 19] as const
/** Of VS Code and its debugger; they would change how a Node started from it behaves. */
const NOT_PASSED_ON = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/i

export function chooseNode(processes: { readonly own?: NodeProgram; readonly find?: () => Promise<NodeProgram | undefined> } = {}): NodeChoice {
  let program = processes.own ?? ownNode()
  let tried = false
  return {
    current: () => program,
    fallBack: async () => {
      if (tried) return undefined
      tried = true
      const found = await (processes.find ?? findNode)()
      if (found) program = found
      return found
    }
  }
}

/** The Node that runs this extension host, which in a desktop VS Code is Electron's. */
export function ownNode(): NodeProgram {
  const electron = process.versions['electron'] !== undefined
  return { execPath: process.execPath, env: plainEnvironment(electron ? { ELECTRON_RUN_AS_NODE: '1' } : {}), name: `VS Code's own Node ${process.versions.node}` }
}

/** The first Node on the PATH that is new enough. */
export async function findNode(): Promise<NodeProgram | undefined> {
  const execPath = process.platform === 'win32' ? 'node.exe' : 'node'
  try {
    const { stdout } = await promisify(execFile)(execPath, ['--version'], { timeout: 10_000, env: plainEnvironment() })
    const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(stdout) ?? []
    const version = stdout.trim().slice(1)
    return isNewEnough(Number(major), Number(minor)) ? { execPath, env: plainEnvironment(), name: `Node ${version} found on the PATH` } : undefined
  } catch {
    // There is none, or it does not answer.
    return undefined
  }
}

const isNewEnough = (major: number, minor: number): boolean => major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])

function plainEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name))), ...extra }
}
