import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Packages that the bundles leave outside, since they hold compiled code. */
const NATIVE_PACKAGES = ['onnxruntime-node', '@duckdb/node-api']
/** Programs in other languages that run as they are, beside the bundles. */
const PLAIN_PROGRAMS = ['pythonWorker', 'workspaceRuntime', 'torchEngine']
const PLATFORM_FOLDER = /[\\/]bin[\\/]napi-v\d+[\\/]([^\\/]+)(?:[\\/]([^\\/]+))?/

/** What the trainer needs of the extension's folder to run on its own: paths in it, files and folders. */
export function runtimeFiles(source: string): string[] {
  const bundles = readdirSync(path.join(source, 'dist')).filter((name) => name.endsWith('.mjs')).map((name) => path.join('dist', name))
  const programs = PLAIN_PROGRAMS.flatMap((name) => filesBelow(source, path.join('dist', name)))
  return ['package.json', ...bundles.sort(), ...programs.sort(), ...nativePackages(source)]
}

function filesBelow(source: string, folder: string): string[] {
  const entries = readdirSync(path.join(source, folder), { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? filesBelow(source, path.join(folder, entry.name)) : [path.join(folder, entry.name)]))
}

/** The native packages with all that they depend on, as far as it is installed. */
function nativePackages(source: string): string[] {
  const found = new Set<string>()
  const add = (name: string): void => {
    const folder = path.join('node_modules', name)
    const manifest = path.join(source, folder, 'package.json')
    if (found.has(folder) || !existsSync(manifest)) return
    found.add(folder)
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as Partial<Record<string, Record<string, string>>>
    Object.keys({ ...dependencies, ...optionalDependencies }).forEach(add)
  }
  NATIVE_PACKAGES.forEach(add)
  return [...found].sort()
}

/** A working tree has the binaries of every platform; only this one's are taken along. */
export function isForThisPlatform(file: string): boolean {
  const [, platform, arch] = PLATFORM_FOLDER.exec(file) ?? []
  return (platform === undefined || platform === process.platform) && (arch === undefined || arch === process.arch)
}
