import assert from 'node:assert/strict'
import { findPython } from './findPython.ts'
import { toldByPython } from './pythonText.fixture.ts'

const python = await findPython()
if (!python || process.platform === 'win32') console.log('      Modules of the worker for Python are not tested here: there is no Python.')
else describe('modules of the worker for Python', () => {
  /** What a program says on standard output; the worker's modules are there to import. */
  const told = (text: string): unknown => toldByPython(python.program, `import json, sys\nsys.path.insert(0, sys.argv[1])\n${text}`)

  it('fill the holes between objects, so that those of any size come side by side', () => {
    const spread = (before: string): number => told(`
import gc, holes
kept = [bytes(size) for _ in range(200) for size in range(8, 472, 16)]
del kept[::3]
gc.collect()
${before}
made = [bytes(size) for size in range(8, 472, 16) for _ in range(4)]
print(json.dumps(len({id(each) >> 12 for each in made})))
`) as number
    const [scattered, together] = [spread(''), spread('fillings = holes.fill_holes()')]
    assert.ok(together < 0.8 * scattered, `${together} pages instead of ${scattered}`)
  })

  it('make do without the calls that only Linux has', () => {
    const missing = ['capset', 'mount', 'prctl', 'unshare', 'umount2', 'setresuid']
    assert.equal(told(`
import ctypes
real = ctypes.CDLL
class Other:
    def __init__(self, *arguments, **options):
        self.library = real(*arguments, **options)
    def __getattr__(self, name):
        if name in ${JSON.stringify(missing)}:
            raise AttributeError(name)
        return getattr(self.library, name)
ctypes.CDLL = Other
import confinement, forker, resource
confinement.LINUX = False
steps = list(confinement.Confinement(False, 0, 0, None).steps({'fileBytes': 1 << 20, 'cpuSeconds': 5, 'memoryMegabytes': 100}, [], '/tmp'))
confinement.system.perform(steps[1:])
print(json.dumps(resource.getrlimit(resource.RLIMIT_FSIZE)[0]))
`), 1 << 20)
  })

  it('say which step of a confinement was refused', () => {
    assert.deepEqual(told(`
import system
try:
    system.perform([('setsid', ()), ('chdir', (b'/nowhere',))])
except OSError as error:
    print(json.dumps([error.errno, error.strerror]))
`), [2, 'chdir: No such file or directory'])
  })

  it('know which users a container has', () => {
    assert.deepEqual(told(`
import tempfile, users
with tempfile.NamedTemporaryFile('w') as file:
    file.write('         0     100000       1000\\n      65534      65534          1\\n')
    file.flush()
    print(json.dumps([users.is_mapped(uid, file.name) for uid in (0, 999, 1000, 65533, 65534, 65535)]))
`), [true, true, false, false, true, false])
  })
})
