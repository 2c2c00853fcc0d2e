import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'
import { runInBubblewrap } from '../../trainer/sandbox/bubblewrap/runInBubblewrap.ts'
import { descendants } from '../../trainer/sandbox/commands/processTree.ts'
import { Limits } from '../../trainer/protocol/execution.ts'
import type { CommandOutcome } from '../../trainer/sandbox/sandbox.ts'
import { layBait } from './bait.ts'
import type { LaidBait } from './bait.ts'

/** A command of a shell that tries to get out, to use too much or to stay. `$BAIT` and `$SECRET` are the places to go for. */
interface HostileCommand {
  readonly name: string
  readonly script: string
  readonly ended?: readonly CommandOutcome['ended'][]
  /** Exact standard output; default: none. */
  readonly stdout?: string
  readonly limits?: Partial<Limits>
}

const COMMANDS: readonly HostileCommand[] = [
  { name: 'reads a file of the machine', script: 'cat "$SECRET"; cat /etc/passwd; ls /home /root /work' },
  { name: 'reads it through a link in its folder', script: 'ln -s "$SECRET" link; cat link; ln "$SECRET" hard; cat hard' },
  { name: 'writes outside of its folder', script: 'echo x > "$BAIT/left"; echo x > /left; echo x > /usr/left; echo x > /etc/left; touch ../left' },
  { name: 'changes what it may read', script: 'echo x >> "$READABLE/dependency"; rm -rf "$READABLE"; chmod 777 "$READABLE"; mv "$READABLE" "$READABLE.old"' },
  { name: 'looks for the environment of the trainer', script: 'env | grep ROLLOUT_LAB_SECRET; tr "\\0" "\\n" < /proc/1/environ | grep ROLLOUT_LAB_SECRET' },
  { name: 'looks for processes of the machine', script: 'cat /proc/*/cmdline 2>/dev/null | tr "\\0" " " | grep -c "moch[a]"', stdout: '0\n' },
  { name: 'kills everybody', script: 'kill -9 -1; echo alive; kill -9 1; kill -9 0', ended: ['exit', 'killed'], stdout: 'alive\n' },
  { name: 'connects to the machine', script: 'exec 3<>/dev/tcp/127.0.0.1/$PORT && echo connected; curl -s -m 2 http://127.0.0.1:$PORT && echo connected' },
  { name: 'mounts and makes namespaces', script: 'mount -t tmpfs none /tmp && echo mounted; unshare -Ur true && echo unshared; unshare -m true && echo unshared' },
  { name: 'becomes root', script: 'id -u | grep -x 0; su -c id; sudo -n id; setpriv --reuid=0 id' },
  { name: 'leaves a daemon', script: 'setsid sleep 1000 & (sleep 1000 &) ; nohup sleep 1000 >/dev/null 2>&1 & echo left', stdout: 'left\n' },
  { name: 'fork bomb', script: 'b() { b | b & b; }; b', ended: ['timeout', 'exit', 'killed', 'memory', 'outputLimit'], limits: { wallSeconds: 2, processes: 32 } },
  { name: 'floods its output', script: 'yes flood', ended: ['outputLimit'], limits: { outputBytes: 5000 }, stdout: 'flood\n'.repeat(834).slice(0, 5000) },
  { name: 'floods its report', script: 'yes report >&3', ended: ['timeout'], limits: { wallSeconds: 1, outputBytes: 5000 } },
  { name: 'takes all memory', script: 'exec python3 -c "x = bytearray(1 << 20)\nwhile True: x += x"', ended: ['memory', 'exit', 'killed'], limits: { memoryMegabytes: 128 } },
  { name: 'fills the private folder', script: 'head -c 50000000 /dev/zero > /tmp/a && echo filled; head -c 50000000 /dev/zero > big && echo filled', ended: ['exit', 'killed'], limits: { fileBytes: 1 << 20 } },
  { name: 'sleeps past the limit', script: 'sleep 1000', ended: ['timeout'], limits: { wallSeconds: 0.5 } },
  { name: 'ignores that it should end', script: 'trap "" TERM INT HUP; while :; do :; done', ended: ['timeout'], limits: { wallSeconds: 30, cpuSeconds: 0.3 } }
]

const { works, detail } = await bubblewrapBackend().probe()
if (!works) console.log(`  hostile commands in bubblewrap: untested here (${detail}).`)
else {
  describe('hostile commands in bubblewrap', () => {
    let bait: LaidBait
    let place: string
    let processes: readonly number[]
    before(async () => {
      place = mkdtempSync(join(tmpdir(), 'rollout-lab-command-'))
      chmodSync(place, 0o755)
      mkdirSync(join(place, 'readable'))
      writeFileSync(join(place, 'readable', 'dependency'), 'as it was')
      bait = await layBait([process.pid])
      processes = descendants(process.pid)
    })
    after(() => {
      bait.remove()
      rmSync(place, { recursive: true })
    })

    const run = (script: string, limits: Partial<Limits> = {}): Promise<CommandOutcome> => {
      const folder = mkdtempSync(join(place, 'folder-'))
      return runInBubblewrap({
        command: ['/bin/bash', '-c', script], folder, readable: [join(place, 'readable')],
        environment: { BAIT: bait.folder, SECRET: bait.secretFile, PORT: String(bait.port), READABLE: join(place, 'readable') },
        limits: Limits.parse({ wallSeconds: 60, cpuSeconds: 60, processes: 64, ...limits })
      })
    }

    for (const { name, script, ended = ['exit'], stdout = '', limits } of COMMANDS) {
      it(name, async () => {
        const state = bait.state()
        const outcome = await run(script, limits)
        const told = JSON.stringify(outcome).slice(0, 2000)
        assert.ok(ended.includes(outcome.ended), told)
        assert.equal(outcome.stdout, stdout, told)
        assert.doesNotMatch(JSON.stringify(outcome), new RegExp(bait.secret))
        assert.deepEqual([bait.state(), bait.visitors()], [state, 0])
        assert.deepEqual([readdirSync(join(place, 'readable')), readFileSync(join(place, 'readable', 'dependency'), 'utf8')], [['dependency'], 'as it was'])
        assert.deepEqual(readdirSync(place).filter((each) => !each.startsWith('folder-')), ['readable'])
        assert.deepEqual(descendants(process.pid), processes, 'processes left')
      })
    }

    it('are told from well-behaved ones, which write their folder, read what they are given and report', async () => {
      const { code, ended, stdout, report } = await run('cat "$READABLE/dependency"; pwd > where; test "$(cat where)" = "$PWD" && echo " written"; echo done >&3; echo $HOME > /tmp/private; exit 4')
      assert.deepEqual({ code, ended, stdout, report }, { code: 4, ended: 'exit', stdout: 'as it was written\n', report: 'done\n' })
    })
  })
}
