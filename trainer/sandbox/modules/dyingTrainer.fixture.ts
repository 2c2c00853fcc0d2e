/** A trainer that dies while its module hangs: prints the module process's id, then kills itself. */
import { ModuleHost } from './moduleHost.ts'
import { readModuleSources } from './moduleSources.ts'
import { requireTrust } from './trust.ts'

const [module = '', folder = ''] = process.argv.slice(2)
const approved = requireTrust(readModuleSources(module, folder), { approvalsFile: `${folder}/none.json`, trustWorkspace: true })
const host = new ModuleHost(approved)
const answer = (await host.call('reward.score', ['where'], { seconds: 30 })) as { why: string }
void host.call('reward.score', ['hang'], { seconds: 1000 })
process.stdout.write(answer.why, () => setImmediate(() => process.kill(process.pid, 'SIGKILL')))
