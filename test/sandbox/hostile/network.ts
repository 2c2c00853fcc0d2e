import type { HostileProgram } from './program.ts'

/** Out over the network, and to services of the machine. */
export const NETWORK: readonly HostileProgram[] = [
  { name: 'connects to a port of the machine', seen: 'forbiddenAccess', text: 'def attack():\n    return got(lambda: socket.create_connection(("127.0.0.1", BAIT["port"]), 2))\n' },
  {
    name: 'connects outside', seen: 'forbiddenAccess',
    text: 'def attack():\n    return all_refused(*[(lambda place=place: socket.create_connection(place, 2)) for place in (("1.1.1.1", 53), ("8.8.8.8", 443), ("169.254.169.254", 80))])\n'
  },
  { name: 'asks for the address of a name', seen: 'forbiddenAccess', text: 'def attack():\n    return got(lambda: socket.getaddrinfo("example.com", 443))\n' },
  {
    name: 'sends datagrams', seen: 'forbiddenAccess',
    text: 'def attack():\n    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n    return all_refused(*[(lambda place=place: sender.sendto(b"x", place)) for place in (("8.8.8.8", 53), ("255.255.255.255", 9))])\n'
  },
  {
    name: 'connects to a Unix socket without a file', seen: 'forbiddenAccess',
    text: 'def attack():\n    return got(lambda: socket.socket(socket.AF_UNIX).connect("\\0" + BAIT["socket"]))\n'
  },
  {
    name: 'connects to the services of the machine',
    text: `
def attack():
    places = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock', '/run/dbus/system_bus_socket', '/run/systemd/private', '/tmp/.X11-unix/X0']
    return all_refused(*[(lambda place=place: socket.socket(socket.AF_UNIX).connect(place)) for place in places])
`
  },
  {
    name: 'sockets of other families',
    text: 'def attack():\n    return all_refused(*[(lambda family=family: socket.socket(family, kind)) for family in (16, 17, 31, 38, 40, 44) for kind in (1, 2, 3, 5)])\n'
  },
  { name: 'raw sockets', text: 'def attack():\n    return all_refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1), lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58))\n' },
  {
    name: 'downloads with the programs of the machine',
    text: `
def attack():
    address = 'http://127.0.0.1:%d/' % BAIT['port']
    return all_refused(lambda: subprocess.check_output(['curl', '-s', '-m', '2', address]), lambda: subprocess.check_output(['wget', '-q', '-T', '2', '-O', '-', address]),
                       lambda: __import__('urllib.request').request.urlopen(address, timeout=2))
`
  }
]
