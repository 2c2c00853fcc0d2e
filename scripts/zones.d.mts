export const zones: Record<string, string[]>
export const packageZones: Record<string, string[]>
export const testsMayAlsoImport: Record<string, string[]>
export function zoneOf(file: string): string | undefined
export function mayImport(file: string, target: string): boolean
