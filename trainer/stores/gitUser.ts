import { confinedGit, optional } from './confinedGit.ts'

/** Name and first part of the address of the user as git has them for the folder, best first. To be called for trusted folders only. */
export async function gitUserNames(folder: string): Promise<readonly string[]> {
  const git = confinedGit(folder)
  const [name, email] = await Promise.all([optional(git, ['config', 'user.name']), optional(git, ['config', 'user.email'])])
  return [name, email?.split('@')[0]].filter((each) => each !== undefined)
}
