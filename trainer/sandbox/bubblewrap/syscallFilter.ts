/**
 * The system calls that a candidate is refused, as a classic BPF program for seccomp(2).
 *
 * Killed (SIGSYS): calls that no honest candidate makes, towards other processes, namespaces, mounts, keys, modules, clocks.
 * Refused with an error: calls that libraries try and can do without, most of them ways around the limit of memory.
 * Sockets: only Unix and IP ones, which the network namespace keeps from reaching anything; the others (vsock, packet, kernel crypto)
 * are not bound to a network namespace.
 *
 * A process that forks candidates lives under the filter already, since setting it up for each took longer than all of its other limits
 * together. It may fork in one way and mount in one way that others may not; a short filter takes both from each candidate.
 */
import { SYSTEM_CALLS } from './systemCalls.ts'
import type { SystemCalls } from './systemCalls.ts'

const EPERM = 1
const ENOSYS = 38
const EAFNOSUPPORT = 97
/** Name → error number; all other refused calls kill. */
const WITH_ERROR: Readonly<Record<string, number>> = {
  memfd_create: EPERM, shmget: EPERM, semget: EPERM, msgget: EPERM, mq_open: EPERM,
  memfd_secret: ENOSYS, clone3: ENOSYS, io_uring_setup: ENOSYS, io_uring_enter: ENOSYS, io_uring_register: ENOSYS
}

/** Operation, steps to skip where it holds, where it does not, constant (linux/bpf_common.h). */
type Instruction = readonly [operation: number, ifTrue: number, ifFalse: number, constant: number]

const load = (offset: number): Instruction => [0x20, 0, 0, offset]
const equal = (constant: number, ifTrue: number, ifFalse: number): Instruction => [0x15, ifTrue, ifFalse, constant]
const atLeast = (constant: number, ifTrue: number, ifFalse: number): Instruction => [0x35, ifTrue, ifFalse, constant]
const anyBit = (mask: number, ifTrue: number, ifFalse: number): Instruction => [0x45, ifTrue, ifFalse, mask]
const skip = (steps: number): Instruction => [0x05, 0, 0, steps]
const end = (action: number): Instruction => [0x06, 0, 0, action]

const KILL = end(0x80000000)
const ALLOW = end(0x7fff0000)
const refuse = (error: number): Instruction => end(0x00050000 | error)

// Places in struct seccomp_data; the low half of an argument comes first on both machines.
const NUMBER = load(0)
const MACHINE = load(4)
const FIRST_ARGUMENT = load(16)
const SECOND_ARGUMENT = load(24)
const FOURTH_ARGUMENT = load(40)

/** Calls of x32 begin here: another table of the same machine. */
const X32 = 0x40000000
/** CLONE_NEW*: cgroup, UTS, IPC, user, PID, network and mount namespaces. */
const NAMESPACES = 0x7e020000
const F_SETPIPE_SZ = 1031
/** CLONE_NEWPID, CLONE_NEWNS, CLONE_PARENT and SIGCHLD; MS_NOSUID, MS_NODEV and MS_NOEXEC (worker/system.py). */
const FORKING = { clone: 0x20028011, mount: 14 }
const [AF_UNIX, AF_INET, AF_INET6] = [1, 2, 10]

/** The program's bytes; undefined for machines whose numbers of calls are not known here. `machine`: as Node names it. */
export function syscallFilter(machine: string = process.arch): Buffer | undefined {
  const calls = SYSTEM_CALLS[machine]
  return calls && assemble([...preamble(calls), ...refusals(calls), ...byArgument(calls), ALLOW])
}

export interface ForkingFilters {
  /** For a process that forks candidates. */
  readonly forker: Buffer
  /** For each of them, besides the forker's, which it inherits: together they refuse what `syscallFilter` does. */
  readonly candidate: Buffer
}

export function forkingFilters(machine: string = process.arch): ForkingFilters | undefined {
  const calls = SYSTEM_CALLS[machine]
  return calls && {
    forker: assemble([...preamble(calls), ...forking(calls), ...refusals(calls), ...byArgument(calls), ALLOW]),
    candidate: assemble([NUMBER, equal(calls.refused['mount']!, 0, 1), KILL, ...cloning(calls), ALLOW])
  }
}

const preamble = ({ machine }: SystemCalls): Instruction[] => [MACHINE, equal(machine, 1, 0), KILL, NUMBER, atLeast(X32, 0, 1), KILL]

/** One form of each is allowed; what is left of `clone` is looked at further on. */
const forking = ({ refused, clone }: SystemCalls): Instruction[] => [
  equal(refused['mount']!, 0, 4), FOURTH_ARGUMENT, equal(FORKING.mount, 1, 0), KILL, ALLOW,
  equal(clone, 0, 4), FIRST_ARGUMENT, equal(FORKING.clone, 0, 1), ALLOW, NUMBER
]

function refusals({ refused }: SystemCalls): Instruction[] {
  const numbers = (error: number | undefined): number[] => Object.entries(refused).flatMap(([name, number]) => (WITH_ERROR[name] === error ? [number] : []))
  return [...anyOf(numbers(undefined), KILL), ...anyOf(numbers(EPERM), refuse(EPERM)), ...anyOf(numbers(ENOSYS), refuse(ENOSYS))]
}

/** One end for many numbers keeps the program short. At most 254 numbers fit. */
const anyOf = (numbers: readonly number[], last: Instruction): Instruction[] =>
  [...numbers.map((number, i) => equal(number, numbers.length - i, 0)), skip(1), last]

const cloning = ({ clone }: SystemCalls): Instruction[] => [equal(clone, 0, 4), FIRST_ARGUMENT, anyBit(NAMESPACES, 0, 1), KILL, ALLOW]

function byArgument(calls: SystemCalls): Instruction[] {
  const { socket, socketpair, fcntl } = calls
  const family = [FIRST_ARGUMENT, equal(AF_UNIX!, 3, 0), equal(AF_INET!, 2, 0), equal(AF_INET6!, 1, 0), refuse(EAFNOSUPPORT), ALLOW]
  return [
    equal(socket, 0, family.length), ...family,
    equal(socketpair, 0, family.length), ...family,
    ...cloning(calls),
    equal(fcntl, 0, 4), SECOND_ARGUMENT, equal(F_SETPIPE_SZ, 0, 1), refuse(EPERM), ALLOW
  ]
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(([operation, ifTrue, ifFalse, constant], at) => {
    bytes.writeUInt16LE(operation, at * 8)
    bytes.writeUInt8(ifTrue, at * 8 + 2)
    bytes.writeUInt8(ifFalse, at * 8 + 3)
    bytes.writeUInt32LE(constant >>> 0, at * 8 + 4)
  })
  return bytes
}
