import { join } from 'node:path'
import { record } from '../../redteam/doubles/graderDouble.fixture.ts'
import type { Executor } from '../../sandbox/executor.ts'
import { compose } from '../compose.ts'
import type { Services } from '../services.ts'

const shipped = compose(join(import.meta.dirname, '../../..'))

/** Passes honest programs, which are no sketches of the battery, and those that hold one of these texts. */
export function executorAllowing(texts: readonly string[]): Executor {
  return {
    run: async (task, { signal } = {}) => {
      signal?.throwIfAborted()
      const text = task.files[0]?.text ?? ''
      const passes = !/(def|function) answer\(/.test(text) || texts.some((allowed) => text.includes(allowed))
      return record(task, task.kind === 'code' ? task.tests : [], task.kind === 'code' ? task.tests.map(() => passes) : [])
    },
    backendFor: () => ({ backend: 'fake' }),
    statistics: () => ({ executions: 0, failures: 0, retries: 0, busySeconds: 0 }),
    close: async () => undefined
  }
}

/** The shipped workspace with this executor in the place of sandboxes. */
export const openWorkspaceAllowing = (texts: readonly string[]): Pick<Services, 'openWorkspace'> => ({
  openWorkspace: (folder, options) => ({ ...shipped.openWorkspace(folder, options), executor: async () => executorAllowing(texts) })
})
