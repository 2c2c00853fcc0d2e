import { EventEmitter } from 'vscode'
import type { CancellationToken } from 'vscode'
import type { QueryNotices } from '../../trainer/protocol/queries.ts'
import type { Queries } from '../contracts/queries.ts'
import { chooseNode } from '../trainers/nodeProgram.ts'
import { QueryClient } from './queryClient.ts'

export interface QueriesOptions {
  /** The query process's program: dist/queries.mjs of the extension. */
  readonly program: string
  readonly log: (line: string) => void
}

/** The query process over VS Code's own Node, or one of the PATH where that cannot run it. Nothing is started before the first question. */
export function createQueries({ program, log }: QueriesOptions): Queries {
  const changed = new EventEmitter<QueryNotices['changed']>()
  const viewChanged = new EventEmitter<QueryNotices['viewChanged']>()
  const labelsChanged = new EventEmitter<QueryNotices['labelsChanged']>()
  const searchHits = new EventEmitter<QueryNotices['searchHits']>()
  const restarted = new EventEmitter<void>()
  const emitters = { changed, viewChanged, labelsChanged, searchHits }
  const client = new QueryClient({ node: chooseNode(), args: [program] }, {
    notice: (notice, value) => (emitters[notice] as EventEmitter<typeof value>).fire(value),
    restarted: () => restarted.fire(),
    said: log
  })
  return {
    ask: (request, parameters, token?: CancellationToken) => client.ask(request, parameters, token),
    onChanged: changed.event,
    onViewChanged: viewChanged.event,
    onLabelsChanged: labelsChanged.event,
    onSearchHits: searchHits.event,
    onRestarted: restarted.event,
    watch: (what) => ({ dispose: client.watch(what) }),
    dispose: () => {
      client.close()
      for (const emitter of [...Object.values(emitters), restarted]) emitter.dispose()
    }
  }
}
