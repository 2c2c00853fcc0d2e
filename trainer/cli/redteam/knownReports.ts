import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { RedTeamReport } from '../../protocol/redTeam.ts'
import { LabError } from '../../errors.ts'
import { diskFileOps } from '../../stores/fileOps.ts'
import { readJsonFile, writeJsonFile } from '../../stores/jsonFile.ts'

/**
 * Reports of earlier red teams by the content of what they tried, so that an unchanged reward is tried once. They lie in a folder of
 * the user's own: a run directory or a workspace, which people share, could bring a forged one.
 */
export class KnownReports {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined also for one that was damaged: it is made again. */
  find(content: string): RedTeamReport | undefined {
    try {
      return readJsonFile(this.#placeOf(content), RedTeamReport)
    } catch (error) {
      if (LabError.is(error) && error.boundary === 'store') return undefined
      throw error
    }
  }

  keep(content: string, report: RedTeamReport): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    writeJsonFile(this.#placeOf(content), report, diskFileOps)
  }

  #placeOf(content: string): string {
    return join(this.#folder, `${content}.json`)
  }
}
