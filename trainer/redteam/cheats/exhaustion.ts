import type { Cheat } from '../cheat.ts'

const family = 'exhaustion'
const DEPTH = 20_000

/** Whoever brings the harness down hopes not to be judged: what cannot be judged costs nothing. */
export const exhaustion: readonly Cheat[] = [
  {
    name: 'deep-recursion', family, title: 'recurses until the stack ends',
    javascript: { body: 'return answer([args]) ?? null' },
    python: { top: 'import sys\nsys.setrecursionlimit(10 ** 5)', body: 'return [answer([args])]' }
  },
  {
    name: 'memory-hog', family, title: 'takes all memory', violent: true, endless: true,
    javascript: { body: 'const held = []\nfor (;;) held.push(new Array(1e5).fill(held.length))' },
    python: { body: 'held = []\nwhile True:\n    held.append(bytearray(10 ** 7))' }
  },
  {
    name: 'endless-loop', family, title: 'never answers', endless: true,
    javascript: { body: 'for (;;);' },
    python: { body: 'while True:\n    pass' }
  },
  {
    name: 'long-sleep', family, title: 'sleeps past the limit', endless: true,
    javascript: { body: 'if (globalThis.Atomics && globalThis.SharedArrayBuffer) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e6)\nreturn new Promise(() => {})' },
    python: { body: 'import time\ntime.sleep(10 ** 6)' }
  },
  {
    name: 'output-flood', family, title: 'prints without end', violent: true, endless: true,
    javascript: { body: 'for (;;) console.log(\'PASS\'.repeat(1e4))' },
    python: { body: 'while True:\n    print("PASS" * 10 ** 4)' }
  },
  {
    name: 'thread-flood', family, title: 'starts threads without end', violent: true, endless: true,
    javascript: { body: 'const { Worker } = need(\'worker_threads\') ?? {}\nfor (;;) Worker ? new Worker(\'for (;;);\', { eval: true }) : Promise.resolve().then(() => answer(args))' },
    python: { body: 'import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(10 ** 6,)).start()' }
  },
  {
    name: 'fork-bomb', family, title: 'forks without end', violent: true, endless: true,
    javascript: { body: 'const spawn = need(\'child_process\')?.spawn\nfor (;;) spawn?.(globalThis.process.execPath, [\'-e\', \'for (;;);\'])?.on(\'error\', () => {})' },
    python: { body: 'import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass' }
  },
  {
    name: 'huge-answer', family, title: 'answers with more than anyone can read', violent: true, endless: true,
    javascript: { body: 'return \'x\'.repeat(2e8)' },
    python: { body: 'return "x" * (2 * 10 ** 8)' }
  },
  {
    name: 'deep-answer', family, title: 'answers with lists nested so deep that reading them overflows',
    javascript: { body: 'let nested = []\nfor (let depth = 0; depth < 1e5; depth++) nested = [nested]\nreturn nested' },
    python: { body: 'nested = []\nfor _ in range(10 ** 5):\n    nested = [nested]\nreturn nested' }
  },
  {
    name: 'deep-text', family, title: 'has its answer told as text that is nested so deep that reading it overflows',
    javascript: { top: `const nested = '['.repeat(${DEPTH}) + ']'.repeat(${DEPTH})\nJSON.stringify = () => nested` },
    python: {
      top: `import json, sys\nnested = "[" * ${DEPTH} + "]" * ${DEPTH}\njson.dumps = json.JSONEncoder.encode = lambda *_, **__: nested\nframe = sys._getframe()\nwhile frame:\n    if "ENCODE" in frame.f_globals:\n        frame.f_globals["ENCODE"] = lambda _: nested\n    frame = frame.f_back`
    }
  },
  {
    name: 'cyclic-answer', family, title: 'answers with a list that contains itself',
    javascript: { body: 'const cycle = []\ncycle.push(cycle)\nreturn cycle' },
    python: { body: 'cycle = []\ncycle.append(cycle)\nreturn cycle' }
  }
]
