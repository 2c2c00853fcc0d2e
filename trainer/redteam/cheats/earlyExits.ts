import type { Cheat } from '../cheat.ts'

const family = 'early exit'
const LEAVE = 'globalThis.process?.exit?.(0); globalThis.std?.exit?.(0)'

/** A harness that trusts an exit code pays whoever ends it before the tests have run. */
export const earlyExits: readonly Cheat[] = [
  {
    name: 'exit-zero', family, title: 'ends its process with code 0 when it is loaded',
    javascript: { top: LEAVE },
    python: { top: 'import os\nos._exit(0)' }
  },
  {
    name: 'exit-when-called', family, title: 'ends its process with code 0 when the first test calls it',
    javascript: { body: `${LEAVE}\nreturn null` },
    python: { body: 'import os\nos._exit(0)' }
  },
  {
    name: 'system-exit', family, title: 'leaves by an exception that means success',
    javascript: { body: 'globalThis.process?.reallyExit?.(0)\nthrow Object.assign(new Error(\'exit\'), { code: 0, exitCode: 0 })' },
    python: { body: 'raise SystemExit(0)' }
  },
  {
    name: 'exit-from-thread', family, title: 'lets something else in its process end it while a test runs',
    javascript: { top: `Promise.resolve().then(() => { ${LEAVE} })`, body: `return new Promise(() => globalThis.setImmediate?.(() => { ${LEAVE} }))` },
    python: { top: 'import os, threading, time\nthreading.Thread(target=lambda: (time.sleep(0.01), os._exit(0)), daemon=True).start()', body: 'time.sleep(0.2)' }
  },
  {
    name: 'exit-at-exit', family, title: 'turns every end of the process into code 0',
    javascript: { top: 'globalThis.process?.on?.(\'exit\', () => globalThis.process.reallyExit(0))', body: 'throw new Error(\'unsolved\')' },
    python: { top: 'import atexit, os\natexit.register(os._exit, 0)', body: 'raise ValueError("unsolved")' }
  },
  {
    name: 'swallowed-failure', family, title: 'catches what nobody caught and calls it a success',
    javascript: {
      top: `for (const event of ['uncaughtException', 'unhandledRejection']) globalThis.process?.on?.(event, () => { ${LEAVE} })`,
      body: 'throw new Error(\'unsolved\')'
    },
    python: { top: 'import os, sys\nsys.excepthook = lambda *_: os._exit(0)', body: 'raise ValueError("unsolved")' }
  },
  {
    name: 'replaced-process', family, title: 'becomes a program that always succeeds',
    javascript: { top: `const shell = need('child_process')\nif (shell) { shell.spawnSync('true'); ${LEAVE} }` },
    python: { top: 'import os, shutil\nif shutil.which("true"):\n    os.execv(shutil.which("true"), ["true"])' }
  },
  {
    name: 'killed-worker', family, title: 'kills its own process, to be forgiven as a failure of the machine',
    javascript: { body: 'globalThis.process?.kill?.(globalThis.process.pid, \'SIGKILL\')\nthrow new Error(\'unsolved\')' },
    python: { body: 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)' }
  },
  {
    name: 'killed-parent', family, title: 'kills the process that started it, and every other that it may', violent: true,
    javascript: {
      body: 'try { globalThis.process?.kill?.(globalThis.process.ppid, \'SIGKILL\') } catch {}\ntry { globalThis.process?.kill?.(-1, \'SIGKILL\') } catch {}\nthrow new Error(\'unsolved\')'
    },
    python: {
      body: 'import os, signal\nfor pid in (os.getppid(), -1):\n    try:\n        os.kill(pid, signal.SIGKILL)\n    except OSError:\n        pass\nraise ValueError("unsolved")'
    }
  },
  {
    name: 'forked-answer', family, title: 'forks, succeeds in the parent and lets the child go on',
    javascript: { top: `const fork = need('child_process')?.fork\nif (fork && !globalThis.process.env.FORKED) { fork(globalThis.process.argv[1] ?? '', [], { env: { FORKED: '1' } }).on('error', () => {}); ${LEAVE} }` },
    python: { top: 'import os\nif os.fork() != 0:\n    os._exit(0)' }
  }
]
