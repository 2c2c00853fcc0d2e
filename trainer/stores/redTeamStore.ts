import path from 'node:path'
import { RedTeamReport } from '../protocol/redTeam.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'
import { RUN_FILES } from './runLayout.ts'

/** redTeam.json: which cheats the rewards of a run paid when it began. */
export function recordRedTeam(directory: string, report: RedTeamReport, ops: FileOps): void {
  writeJsonFile(path.join(directory, RUN_FILES.redTeam), report, ops)
}

/** Undefined for a run that was not rewarded for programs. */
export const readRedTeam = (directory: string): RedTeamReport | undefined => readJsonFile(path.join(directory, RUN_FILES.redTeam), RedTeamReport)
