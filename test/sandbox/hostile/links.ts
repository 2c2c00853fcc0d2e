import type { HostileProgram } from './program.ts'

/** Symbolic links, hard links and descriptors. */
export const LINKS: readonly HostileProgram[] = [
  { name: 'symbolic link to a file of the machine', text: 'def attack():\n    os.symlink(BAIT["secretFile"], "link")\n    return got(lambda: read("link"))\n' },
  { name: 'symbolic link to the root and down again', text: 'def attack():\n    os.symlink("/", "link")\n    return got(lambda: read("link" + BAIT["secretFile"]))\n' },
  { name: 'way up out of its folder', text: 'def attack():\n    return got(lambda: read("../" * 20 + BAIT["secretFile"]))\n' },
  {
    name: 'hard links to programs', text: `
def attack():
    return all_refused(*[(lambda place=place: os.link(place, 'link')) for place in (sys.executable, os.__file__, '/bin/sh', '/dev/null')])
`
  },
  {
    name: 'folder swapped for a link while it is opened', text: `
def attack():
    os.mkdir('folder')
    os.symlink(os.path.dirname(BAIT['secretFile']), 'link')
    stop = threading.Event()
    def swap():
        while not stop.is_set():
            for one, other in (('folder', 'spare'), ('link', 'folder'), ('folder', 'link'), ('spare', 'folder')):
                os.rename(one, other)
    thread = threading.Thread(target=swap)
    thread.start()
    name = 'folder/' + os.path.basename(BAIT['secretFile'])
    results = {got(lambda: read(name)) for _ in range(500)}
    stop.set()
    thread.join()
    return 'refused' if results == {'refused'} else sorted(results)
`
  },
  {
    name: 'through /proc to the roots and files of processes', text: `
def attack():
    places = ['/proc/%s/%s' % (pid, what) for pid in ('self', '1', '2', *map(str, BAIT['pids'])) for what in ('root', 'cwd', 'environ', 'mem', 'maps', 'fd', 'cmdline')]
    return all_refused(*[(lambda place=place: os.listdir(place) if os.path.isdir(place) else read(place)) for place in places])
`
  },
  { name: 'looks for processes in /proc', value: [], text: 'def attack():\n    return os.listdir("/proc")\n' },
  {
    name: 'looks for open descriptors', value: [0, 1, 2, 3, 4], text: `
def attack():
    def is_open(number):
        return got(lambda: os.fstat(number)) != 'refused'
    return [number for number in range(4096) if is_open(number)]
`
  },
  {
    name: 'descriptors that lead out', text: `
def attack():
    return all_refused(*[(lambda number=number, place=place: os.open(place, os.O_RDONLY, dir_fd=number)) for number in range(5) for place in ('.', '..', 'etc')],
                       *[(lambda number=number: os.fchdir(number)) for number in range(5)])
`
  },
  { name: 'opens its descriptors anew', text: 'def attack():\n    return all_refused(*[(lambda number=number: os.open("/dev/fd/%d" % number, os.O_RDWR)) for number in range(16)])\n' },
  {
    name: 'opens a file by its handle', ends: ['forbidden', 'value'],
    text: 'def attack():\n    return got(lambda: call(304 if X64 else 265, -100, ctypes.create_string_buffer(64), 0))\n'
  },
  { name: 'asks for more descriptors', text: 'import resource\n\ndef attack():\n    return got(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100_000, 100_000)))\n' }
]
