import assert from 'node:assert/strict'
import { forkingFilters, syscallFilter } from './syscallFilter.ts'
import { SYSTEM_CALLS } from './systemCalls.ts'

const ALLOW = 0x7fff0000
const KILL = 0x80000000
const errno = (number: number): number => 0x00050000 | number

/** A call as the kernel shows it to a filter. */
interface Asked {
  readonly number: number
  readonly machine: number
  readonly args?: readonly number[]
}

/** What the program says: an interpreter of classic BPF as far as filters of system calls use it (linux/filter.h). */
function verdict(program: Buffer, { number, machine, args = [] }: Asked): number {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(number >>> 0, 0)
  data.writeUInt32LE(machine >>> 0, 4)
  args.forEach((each, i) => data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(each)), 16 + 8 * i))
  let loaded = 0
  for (let at = 0; at < program.length / 8; at++) {
    const [operation, ifTrue, ifFalse, constant] = [program.readUInt16LE(at * 8), program[at * 8 + 2]!, program[at * 8 + 3]!, program.readUInt32LE(at * 8 + 4)]
    if (operation === 0x20) loaded = data.readUInt32LE(constant)
    else if (operation === 0x06) return constant
    else if (operation === 0x05) at += constant
    else if (operation === 0x15) at += loaded === constant ? ifTrue : ifFalse
    else if (operation === 0x35) at += loaded >= constant ? ifTrue : ifFalse
    else if (operation === 0x45) at += (loaded & constant) !== 0 ? ifTrue : ifFalse
    else assert.fail(`operation ${operation} at ${at}`)
  }
  return assert.fail('the program has no end')
}

const ERRORS: Readonly<Record<string, number>> = {
  memfd_create: 1, shmget: 1, semget: 1, msgget: 1, mq_open: 1, memfd_secret: 38, clone3: 38, io_uring_setup: 38, io_uring_enter: 38, io_uring_register: 38
}

for (const [name, calls] of Object.entries(SYSTEM_CALLS)) {
  describe(`the filter of system calls on ${name}`, () => {
    const program = syscallFilter(name)!
    const { machine } = calls
    const of = (number: number, ...args: number[]): number => verdict(program, { number, machine, args })

    it('kills or refuses each listed call, and nothing else', () => {
      const special = new Set([calls.socket, calls.socketpair, calls.clone, calls.fcntl])
      const expected = new Map(Object.entries(calls.refused).map(([call, number]) => [number, call in ERRORS ? errno(ERRORS[call]!) : KILL]))
      for (let number = 0; number < 600; number++) {
        if (!special.has(number)) assert.equal(of(number), expected.get(number) ?? ALLOW, `call ${number}`)
      }
    })

    it('kills calls of another machine and of another table', () => {
      assert.equal(verdict(program, { number: 1, machine: 0x40000003 }), KILL)
      assert.equal(of(0x40000000 + 39), KILL)
      assert.equal(of(-1), KILL)
    })

    it('lets Unix and IP sockets be made, which the network namespace keeps in, and no others', () => {
      for (const call of [calls.socket, calls.socketpair]) {
        const allowed = Array.from({ length: 50 }, (_, family) => family).filter((family) => of(call, family) === ALLOW)
        assert.deepEqual(allowed, [1, 2, 10])
        assert.equal(of(call, 16), errno(97))
      }
    })

    it('lets processes and threads be made, not namespaces', () => {
      assert.equal(of(calls.clone, 17), ALLOW)
      assert.equal(of(calls.clone, 0x3d0f00), ALLOW)
      for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) assert.equal(of(calls.clone, flag | 17), KILL)
    })

    it('lets a process that forks candidates do so in one way, mount in one way, and nothing else', () => {
      const { forker } = forkingFilters(name)!
      const may = (number: number, ...args: number[]): number => verdict(forker, { number, machine, args })
      assert.equal(may(calls.clone, 0x20028011), ALLOW)
      assert.equal(may(calls.refused['mount']!, 1, 2, 3, 14, 5), ALLOW)
      for (const flags of [0x20000011, 0x20020011, 0x20028000, 0x30028011, 0x20028091]) assert.equal(may(calls.clone, flags), KILL)
      for (const flags of [0, 2, 15, 32, 4096 + 14]) assert.equal(may(calls.refused['mount']!, 1, 2, 3, flags, 5), KILL)
      for (let number = 0; number < 600; number++) {
        if (number !== calls.refused['mount']) assert.equal(may(number, 17, 1031), of(number, 17, 1031), `call ${number}`)
      }
    })

    it('refuses a candidate by two what others are refused by one', () => {
      const { forker, candidate } = forkingFilters(name)!
      // The kernel takes the strictest of all, which is the lowest of these as a signed number.
      const both = (asked: Asked): number => Math.min(verdict(forker, asked) | 0, verdict(candidate, asked) | 0) >>> 0
      for (const args of [[0x20028011, 0, 0, 14], [17, 1031, 0, 14], [0x10000011, 5, 0, 0], [16, 1032, 0, 15]]) {
        for (let number = 0; number < 600; number++) assert.equal(both({ number, machine, args }), of(number, ...args), `call ${number} with ${args.join(', ')}`)
      }
      assert.equal(both({ number: 1, machine: 0x40000003 }), KILL)
      assert.equal(both({ number: 0x40000000 + 39, machine }), KILL)
    })

    it('refuses larger pipes, not the other uses of fcntl', () => {
      assert.equal(of(calls.fcntl, 5, 1031), errno(1))
      for (const command of [1, 2, 3, 4, 1030, 1032]) assert.equal(of(calls.fcntl, 5, command), ALLOW)
    })
  })
}

describe('syscallFilter', () => {
  it('has none for machines whose numbers are not known here', () => {
    assert.equal(syscallFilter('s390x'), undefined)
    assert.equal(forkingFilters('s390x'), undefined)
  })
})
