/** Makes the project of a workspace sample, with its git history, in a folder that does not exist yet; whether packages were linked into it. */
export function makeWorkspace(sample: string, target: string, options?: { readonly nodeModules?: string }): boolean
