const STOP_WORDS: Readonly<Record<string, string>> = { endOfText: 'end', stopString: 'stop string', length: 'cut at limit', cancelled: 'cancelled', error: 'error' }

/** Why a completion ended, in the words of every view; what a newer program names comes as it is. */
export const stopWord = (reason: string): string => STOP_WORDS[reason] ?? reason
