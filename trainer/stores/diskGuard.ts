import { LabError } from '../errors.ts'

interface Diagnosis {
  readonly code: string
  readonly problem: string
  readonly remedy: string
}

const full: Diagnosis = { code: 'disk-full', problem: 'the disk is full', remedy: 'Free some space, then resume the run: everything recorded before is kept.' }
const denied: Diagnosis = { code: 'no-permission', problem: 'access is denied', remedy: 'Give your user write permission on the folder, or choose another one.' }
const heldOpen: Diagnosis = { code: 'held-open', problem: 'another program has it or a file of it open', remedy: 'Close that program, then resume the run.' }

const DIAGNOSES: Readonly<Record<string, Diagnosis>> = {
  ENOSPC: full,
  EDQUOT: { ...full, problem: 'the disk quota is used up' },
  EROFS: { code: 'read-only', problem: 'the file system is read-only', remedy: 'Choose a folder that can be written into.' },
  EACCES: denied,
  EPERM: denied,
  ENOTDIR: { code: 'not-a-folder', problem: 'a file lies where a folder is needed', remedy: 'Choose another folder, or move that file away.' },
  EEXIST: { code: 'exists', problem: 'something else lies there already', remedy: 'Choose another folder, or move it away.' },
  EBUSY: heldOpen,
  // Network file systems keep a deleted file under another name while it is open.
  ENOTEMPTY: heldOpen,
  EISDIR: { code: 'not-a-file', problem: 'a folder lies where a file is needed', remedy: 'Move that folder away.' },
  ELOOP: { code: 'link', problem: 'it is a symbolic link', remedy: 'Replace the link by the file itself: links inside a run directory are never followed.' },
  ENOENT: { code: 'missing', problem: 'it does not exist', remedy: 'Check the path; if the folder was moved while the run was going on, move it back.' },
  EMFILE: { code: 'too-many-files', problem: 'too many files are open', remedy: 'Raise the limit of open files (ulimit -n).' },
  EIO: { code: 'io-error', problem: 'the disk reports an input/output error', remedy: 'Check the disk; copy the run directory elsewhere and resume it there.' }
}

/** The LabError for a failed file operation at `place`; errors that are no system errors come back as they are. */
export function diskError(place: string, error: unknown): unknown {
  if (error instanceof LabError || !(error instanceof Error)) return error
  const errno = (error as NodeJS.ErrnoException).code
  const diagnosis = errno === undefined ? undefined : DIAGNOSES[errno]
  if (diagnosis === undefined) return error
  return new LabError('store', diagnosis.code, `${place}: ${diagnosis.problem} (${errno})`, { remedy: diagnosis.remedy, place, cause: error })
}

/** Runs an action on the disk; a system error becomes a LabError that says what to do. */
export function onDisk<T>(place: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw diskError(place, error)
  }
}

export async function onDiskAsync<T>(place: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw diskError(place, error)
  }
}
