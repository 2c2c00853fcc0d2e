import { join } from 'node:path'
import { UserModules } from '../../sandbox/modules/userModules.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { compose } from '../compose.ts'
import type { Services } from '../services.ts'

const shipped = compose(join(import.meta.dirname, '../../..'))

/** The shipped workspace, but that reward files run in this sandbox. */
export function openWorkspaceWith(sandbox: Sandbox): Pick<Services, 'openWorkspace'> {
  return {
    openWorkspace: (folder, options) => {
      const workspace = shipped.openWorkspace(folder, options)
      const modules = new UserModules({
        ...options, workspace: folder, approvalsFile: join(folder, 'none.json'), sandboxes: { find: async () => sandbox, unconfined: async () => undefined }
      })
      return {
        ...workspace,
        reward: (reference) => (reference.name === 'module' ? modules.openReward(reference) : workspace.reward(reference)),
        close: async () => {
          await modules.close()
          await workspace.close()
        }
      }
    }
  }
}
