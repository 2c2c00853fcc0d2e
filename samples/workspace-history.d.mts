/** Makes the project of a workspace sample, with its git history, in a folder that does not exist yet. */
export function makeWorkspace(sample: string, target: string, options?: { readonly nodeModules?: string }): void
