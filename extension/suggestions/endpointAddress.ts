/** An OpenAI-compatible endpoint that may be asked, or why it may not. */
export interface EndpointAddress {
  /** Of chat completions. */
  readonly url: URL
  /** What a key is kept for: it never goes anywhere else. */
  readonly origin: string
  /** Whether others on the way cannot read along. */
  readonly isPrivate: boolean
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** @param base e.g. `https://models.example/v1`. @throws Error that says what is wrong with it */
export function endpointAddress(base: string): EndpointAddress {
  const problem = (why: string): Error => new Error(`The endpoint ${JSON.stringify(base.slice(0, 200))} ${why}. Correct rolloutLab.suggestions.endpoint, for example https://models.example/v1.`)
  if (!URL.canParse(base)) throw problem('is no address')
  const given = new URL(base)
  if (given.protocol !== 'https:' && given.protocol !== 'http:') throw problem('is neither https nor http')
  if (given.username !== '' || given.password !== '') throw problem('has a name or password in it; keys belong in Set Key of the Suggestion Endpoint…')
  if (given.search !== '' || given.hash !== '') throw problem('has something behind its path')
  const url = new URL(`${given.origin}${given.pathname.replace(/\/+$/, '')}/chat/completions`)
  return { url, origin: given.origin, isPrivate: given.protocol === 'https:' || LOOPBACK.test(given.hostname) }
}
