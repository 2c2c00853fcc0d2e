/** Scheme of the documents that hold the notes of runs. */
export const NOTES_SCHEME = 'rollout-notes'
