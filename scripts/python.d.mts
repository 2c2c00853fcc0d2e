export const venv: string
/** Folder of a TRL that has a trainer of process reward models. */
export const trlWithPrmFolder: string
export function findPython(): string | undefined
