/** A query process for tests and benchmarks, as the extension starts it. */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { EventEmitter } from 'node:events'
import type { QueryNotices } from '../../trainer/protocol/queries.ts'
import { QueryClient } from '../../extension/queries/queryClient.ts'
import type { QueryProgram } from '../../extension/queries/queryClient.ts'
import { chooseNode } from '../../extension/trainers/nodeProgram.ts'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** The program from its source, so that tests need no build. */
export const sourceProgram = (): QueryProgram => ({ node: chooseNode(), args: ['--import', tsx, fileURLToPath(new URL('../../trainer/query/main.ts', import.meta.url))] })
/** The bundle, which is what users run. */
export const bundledProgram = (): QueryProgram => ({ node: chooseNode(), args: [fileURLToPath(new URL('../../dist/queries.mjs', import.meta.url))] })

export class TestQueries extends QueryClient {
  readonly notices = new EventEmitter()
  readonly said: string[]
  restarts = 0

  constructor(program: QueryProgram = sourceProgram()) {
    const notices = new EventEmitter()
    const said: string[] = []
    super(program, {
      notice: (notice, value) => notices.emit(notice, value),
      restarted: () => {
        this.restarts++
        notices.emit('restarted')
      },
      said: (line) => said.push(line)
    })
    this.notices = notices
    this.said = said
  }

  /** The next notice of a kind that satisfies. */
  async next<N extends keyof QueryNotices>(notice: N, fits: (value: QueryNotices[N]) => boolean = () => true): Promise<QueryNotices[N]> {
    for (;;) {
      const [value] = (await once(this.notices, notice)) as [QueryNotices[N]]
      if (fits(value)) return value
    }
  }
}
