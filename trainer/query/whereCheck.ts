import { LabError } from '../errors.ts'
import { PART_PREFIX, sqlName } from '../stores/rolloutColumns.ts'
import { sqlText } from '../stores/duckDb.ts'
import { requirePlainCondition } from './conditionTree.ts'
import { withFiles } from './database.ts'

const CHECK_LIMITS = { threads: 1, memoryMegabytes: 64, files: [] }

/** The columns of RolloutRow with the types that an expert may rely on. */
const COLUMNS: Readonly<Record<string, string>> = {
  run: 'VARCHAR', id: 'VARCHAR', kind: 'VARCHAR', stage: 'VARCHAR', step: 'INTEGER', attempt: 'INTEGER', superseded: 'BOOLEAN', group: 'VARCHAR', sampleIndex: 'INTEGER',
  problemId: 'VARCHAR', environment: 'VARCHAR', correct: 'BOOLEAN', reward: 'DOUBLE', advantage: 'DOUBLE', stopReason: 'VARCHAR', completionTokens: 'INTEGER',
  meanLogprob: 'DOUBLE', meanEntropy: 'DOUBLE', kept: 'BOOLEAN', zeroVariance: 'BOOLEAN', policyVersion: 'INTEGER'
}

/** SELECT of `row` and the columns that an expert's condition may use, from `selectRows` of some runs. */
export function expertRows(from: string, directories: readonly string[], parts: readonly string[]): string {
  const columns = Object.entries(COLUMNS).map(([name, type]) => {
    if (name === 'run') return `[${directories.map(sqlText).join(', ')}][run + 1] AS run`
    return `CAST(${sqlName(name)} AS ${type}) AS ${sqlName(name)}`
  })
  return `SELECT row, ${columns.join(', ')}, ${partsStruct(parts)} AS parts FROM (${from})`
}

function partsStruct(parts: readonly string[]): string {
  return parts.length === 0 ? 'NULL' : `{${parts.map((name) => `${sqlText(name)}: ${sqlName(PART_PREFIX + name)}`).join(', ')}}`
}

/**
 * Refuses what is no condition over the columns of a rollout. It is prepared, not run, in a database that holds nothing but
 * one empty view and can open no file; inside parentheses and, apart from that, as an argument, so that no text can close
 * the parentheses it stands in and go on as another statement.
 */
export async function checkWhere(where: string, parts: readonly string[]): Promise<void> {
  await withFiles(CHECK_LIMITS, async (db) => {
    const columns = Object.entries(COLUMNS).map(([name, type]) => `CAST(NULL AS ${type}) AS ${sqlName(name)}`)
    const scores = parts.map((name) => `CAST(NULL AS DOUBLE) AS ${sqlName(PART_PREFIX + name)}`)
    await db.change([`CREATE VIEW rollouts AS SELECT ${columns.join(', ')}, ${partsStruct(parts)} AS parts FROM (SELECT ${['1', ...scores].join(', ')}) WHERE false`])
    await requirePlainCondition(db, `SELECT 1 FROM rollouts WHERE ${whereSql(where)}`)
    try {
      await db.check(`SELECT 1 FROM rollouts WHERE ${whereSql(where)}`)
      await db.check(`SELECT 1 FROM rollouts WHERE coalesce(CAST((1 = 1) AND ${whereSql(where)} AS BOOLEAN), false)`)
      await db.check(`SELECT 1 FROM rollouts WHERE ${whereSql(where)} LIMIT 1`)
    } catch (error) {
      if (!LabError.is(error)) throw error
      throw new LabError('usage', 'wrong-where', `The condition cannot be used. ${error.message}`, {
        place: 'where', cause: error, remedy: `Write a DuckDB condition over ${Object.keys(COLUMNS).join(', ')} and parts.<name>, for example: reward < 0.5 AND completionTokens > 100`
      })
    }
  })
}

/** The line break ends a comment at the end of the text. */
export const whereSql = (where: string): string => `(\n${where}\n)`
