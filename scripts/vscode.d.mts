export const serverFolder: string
export function serverNode(): string
export function vscodeServerReady(): boolean
export function findChromium(): string | undefined
export function installVscodeServer(): void
