import { Limits } from '../../protocol/execution.ts'
import type { SandboxName } from '../../protocol/execution.ts'
import type { Sandbox, SandboxProbe } from '../sandbox.ts'

/** Something harmless that needs what every candidate needs: a process, a private folder, an answer. */
const PROGRAM = 'import os\n\ndef add(a, b):\n    with open("note", "w") as file:\n        file.write("x")\n    return [a + b, os.listdir(".").count("note")]\n'

/**
 * Tries a sandbox by running a candidate in it: that a program is installed proves nothing, since containers and some systems forbid
 * what it needs.
 * @param detail what works, in a few words.
 */
export async function probePython(name: SandboxName, sandbox: Sandbox, words: { readonly detail: string; readonly remedy: string }): Promise<SandboxProbe> {
  const failed = (detail: string): SandboxProbe => ({ name, works: false, detail, remedy: words.remedy })
  try {
    const { calls: [first] } = await sandbox.execute({
      language: 'python', files: [{ path: 'probe.py', text: PROGRAM }], calls: [{ style: 'call', function: 'add', args: [2, 3] }],
      limits: Limits.parse({ wallSeconds: 20, cpuSeconds: 20 })
    })
    const got = JSON.stringify(first?.end)
    return got === '{"ended":"value","value":[5,1]}' ? { name, works: true, detail: words.detail, remedy: '' } : failed(`answered ${got}`)
  } catch (error) {
    return failed((error as Error).message)
  } finally {
    await sandbox.close()
  }
}
