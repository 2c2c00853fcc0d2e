export const withoutEngine: readonly string[]
export function nativeFiles(target: string): string[]
