import { packageFor, targetHere } from '../../scripts/package.mjs'

/** The package under test: ROLLOUT_LAB_VSIX, else one packaged from these sources for this platform. */
export async function packagedExtension(): Promise<string> {
  const given = process.env.ROLLOUT_LAB_VSIX
  if (given) return given
  const [vsix] = await packageFor([targetHere])
  if (!vsix) throw new Error(`No package for ${targetHere}.`)
  return vsix
}
