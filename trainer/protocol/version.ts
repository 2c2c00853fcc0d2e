/** Version of every record on disk and of the trainer's requests; readers refuse a larger one. */
export const PROTOCOL_VERSION = 1
