import type { HostileProgram } from './program.ts'

/** Files of the machine, and more files than allowed. */
export const FILES: readonly HostileProgram[] = [
  { name: 'reads a file of the machine', text: 'def attack():\n    return got(lambda: read(BAIT["secretFile"]))\n' },
  { name: 'reads a file of the machine through a shell', text: 'def attack():\n    return got(lambda: subprocess.run(["/bin/cat", BAIT["secretFile"]], capture_output=True, check=True).stdout)\n' },
  {
    name: 'reads accounts, keys and homes',
    text: `
def attack():
    places = ['/etc/passwd', '/etc/shadow', '/etc/hosts', '/etc/machine-id', '/root/.ssh/id_rsa', '/root/.bashrc', '/home', '/var/log', '/run', '/sys', '/boot', '/mnt']
    return all_refused(*[(lambda place=place: os.listdir(place) if os.path.isdir(place) else read(place)) for place in places])
`
  },
  {
    name: 'walks the whole tree for what it may read', value: [],
    text: `
def attack():
    allowed = ('/usr', '/bin', '/sbin', '/lib', '/nix/store', '/tmp', '/lab', '/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom',
               '/etc/ld.so.cache', '/etc/alternatives', sys.prefix, sys.base_prefix, sys.exec_prefix)
    found = []
    for folder, folders, files in os.walk('/'):
        folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(allowed)]
        found += [os.path.join(folder, name) for name in files if not os.path.join(folder, name).startswith(allowed)]
    return [name for name in found if os.path.isfile(name) and got(lambda: read(name)) != 'refused'][:20]
`
  },
  { name: 'writes into a folder that everybody may write', text: 'def attack():\n    return got(lambda: write(BAIT["folder"] + "/left"))\n' },
  {
    name: 'writes into the system',
    text: `
def attack():
    places = ['/left', '/usr/left', '/etc/left', '/var/tmp/left', '/var/left', '/bin/left', '/usr/local/bin/left', '/dev/left', '/home/left', '/root/left', '/run/left']
    return all_refused(*[(lambda place=place: write(place)) for place in places])
`
  },
  {
    name: 'changes the installation of Python and the program of the worker',
    text: `
def attack():
    places = [os.__file__, sys.executable, worker()['__file__'], os.path.join(sys.prefix, 'left'), '/lab/left', '/lab/main.py']
    return all_refused(*[(lambda place=place: write(place)) for place in places])
`
  },
  {
    name: 'makes the read-only system writable again', ends: ['forbidden', 'value'],
    text: 'def attack():\n    return got(lambda: LIBC.mount(b"none", b"/", b"none", 32, None) == 0 or 1 / 0)\n'
  },
  {
    name: 'fills its folder', ends: ['exception'], hits: ['fileBytes'], limits: { fileBytes: 1 << 20 },
    text: 'def attack():\n    for place in range(50):\n        with open("file%d" % place, "wb") as file:\n            file.write(bytes(500_000))\n'
  },
  {
    name: 'one file larger than allowed', ends: ['exception'], hits: ['fileBytes'], limits: { fileBytes: 1 << 20 }, against: 'limits',
    text: 'def attack():\n    with open("file", "wb") as file:\n        file.write(bytes(5 << 20))\n'
  },
  { name: 'a file of a petabyte with nothing in it', ends: ['exception'], against: 'limits', text: 'def attack():\n    with open("file", "wb") as file:\n        file.truncate(1 << 50)\n' },
  { name: 'more files than allowed', ends: ['exception'], text: 'def attack():\n    for place in range(1000):\n        open("file%d" % place, "w").close()\n' },
  {
    name: 'folders within folders without end', ends: ['exception'],
    text: 'def attack():\n    while True:\n        os.mkdir("d")\n        os.chdir("d")\n'
  },
  {
    name: 'runs a program that it wrote', text: `
def attack():
    with open('program', 'w') as file:
        file.write('#!/bin/sh\\necho ran')
    os.chmod('program', 0o4755)
    return got(lambda: subprocess.check_output(['./program']))
`
  },
  {
    name: 'makes a device', text: `
def attack():
    return all_refused(lambda: os.mknod('disk', 0o660 | 0o060000, os.makedev(8, 0)), lambda: os.mknod('memory', 0o660 | 0o020000, os.makedev(1, 1)))
`
  },
  { name: 'program file named to lie elsewhere', ends: ['exception'], files: [{ path: '../outside.py', text: '' }], text: 'def attack():\n    return "loaded"\n' },
  { name: 'program file with an absolute name', ends: ['exception'], files: [{ path: '/tmp/../usr/outside.py', text: '' }], text: 'def attack():\n    return "loaded"\n' }
]
