export const targets: readonly string[]
export const targetHere: string
export function manifest(): { readonly name: string; readonly version: string; readonly publisher: string; readonly [key: string]: unknown }
export function vsixPath(target: string): string
export function packageFor(targets: readonly string[]): Promise<string[]>
