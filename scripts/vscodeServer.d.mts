export interface ServerOptions {
  readonly home?: string
  readonly extensions?: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly trust?: boolean
  readonly testDriver?: boolean
  readonly environment?: Readonly<Record<string, string>>
  readonly port?: number
}
export interface VscodeServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly folder: string
  readonly directories: { readonly data: string; readonly user: string; readonly extensions: string; readonly home: string }
  close(): Promise<void>
}
export const quietSettings: Readonly<Record<string, unknown>>
export function startServer(options?: ServerOptions): Promise<VscodeServer>
export function installExtension(home: string, vsix: string): string
export function processesOf(folder: string): number[]
export function writeSettings(directories: VscodeServer['directories'], settings: Readonly<Record<string, unknown>>): void
