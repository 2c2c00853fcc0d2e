/** Numbers of the calls that candidates are refused. Those above 400 are the same on every machine. */
const NEW = {
  pidfd_getfd: 438, open_tree: 428, move_mount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, fspick: 433, mount_setattr: 442, quotactl_fd: 443,
  io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427, clone3: 435, memfd_secret: 447
}
const X64 = {
  ptrace: 101, process_vm_readv: 310, process_vm_writev: 311, mount: 165, umount2: 166, pivot_root: 155, chroot: 161, setns: 308, unshare: 272, bpf: 321,
  perf_event_open: 298, userfaultfd: 323, kexec_load: 246, kexec_file_load: 320, init_module: 175, finit_module: 313, delete_module: 176, reboot: 169,
  swapon: 167, swapoff: 168, add_key: 248, request_key: 249, keyctl: 250, open_by_handle_at: 304, name_to_handle_at: 303, acct: 163, settimeofday: 164,
  clock_settime: 227, adjtimex: 159, clock_adjtime: 305, sethostname: 170, setdomainname: 171, quotactl: 179, lookup_dcookie: 212, vhangup: 153, kcmp: 312,
  syslog: 103, iopl: 172, ioperm: 173, modify_ldt: 154, memfd_create: 319, shmget: 29, semget: 64, msgget: 68, mq_open: 240
}
const ARM64 = {
  ptrace: 117, process_vm_readv: 270, process_vm_writev: 271, mount: 40, umount2: 39, pivot_root: 41, chroot: 51, setns: 268, unshare: 97, bpf: 280,
  perf_event_open: 241, userfaultfd: 282, kexec_load: 104, kexec_file_load: 294, init_module: 105, finit_module: 273, delete_module: 106, reboot: 142,
  swapon: 224, swapoff: 225, add_key: 217, request_key: 218, keyctl: 219, open_by_handle_at: 265, name_to_handle_at: 264, acct: 89, settimeofday: 170,
  clock_settime: 112, adjtimex: 171, clock_adjtime: 266, sethostname: 161, setdomainname: 162, quotactl: 60, lookup_dcookie: 18, vhangup: 58, kcmp: 272,
  syslog: 116, memfd_create: 279, shmget: 194, semget: 190, msgget: 186, mq_open: 180
}

/** What a filter has to know of a kind of machine. */
export interface SystemCalls {
  /** The kernel's name for the kind, AUDIT_ARCH_*. */
  readonly machine: number
  /** Calls refused whatever their arguments are. */
  readonly refused: Readonly<Record<string, number>>
  /** Calls that are looked at more closely. */
  readonly socket: number
  readonly socketpair: number
  readonly clone: number
  readonly fcntl: number
}

/** By the names that Node gives to kinds of machines. */
export const SYSTEM_CALLS: Readonly<Record<string, SystemCalls>> = {
  x64: { machine: 0xc000003e, refused: { ...X64, ...NEW }, socket: 41, socketpair: 53, clone: 56, fcntl: 72 },
  arm64: { machine: 0xc00000b7, refused: { ...ARM64, ...NEW }, socket: 198, socketpair: 199, clone: 220, fcntl: 25 }
}
