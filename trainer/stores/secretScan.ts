/** Changes to a file that are not recorded, and which kind of secret is the reason; the secret itself is never said. */
export interface Withheld {
  readonly path: string
  readonly why: string
}

/** Forms that issuers gave their keys so that they can be found; each pattern takes time linear in the line. */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]{0,30}PRIVATE KEY/],
  ['an access key of AWS', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{60,}/],
  ['a token of GitLab', /\bglpat-[\w-]{20,}/],
  ['a token of Slack', /\bxox[abeprs]-[\w-]{10,}/],
  ['an API key of Google', /\bAIza[\w-]{35}/],
  ['a key of Stripe', /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ['an API key of a model provider', /\bsk-[A-Za-z0-9_-]{20,}/],
  ['a token of Hugging Face', /\bhf_[A-Za-z0-9]{30,}/],
  ['a token of a package registry', /\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{50,}|:_(?:authToken|password)\s*=\s*[^\s$]/],
  ['a web token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ['an address with a password', /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@'"]{1,100}:[^\s/:@'"$<{]{3,200}@/i]
]
const NAMED = /(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key)[\w-]{0,30}['"]?\s{0,20}[:=]\s{0,20}(['"`])([^\s'"`]{12,500})\1/gi
const FILES = /(?:^|\/)(?:\.env(?:\.(?!example|sample|template)[\w.-]+)?|\.?_?netrc|\.pgpass|\.npmrc|\.pypirc|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.\w+)?|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$/i

/** Bits a character; words and placeholders lie below, keys drawn at random above. */
const RANDOM_ENOUGH = 3.5

/** The kind of secret that a line holds, or null. Knows common forms, and texts that look random and are called secret. */
export function secretIn(line: string): string | null {
  const form = FORMS.find(([, pattern]) => pattern.test(line))
  if (form !== undefined) return form[0]
  const named = [...line.matchAll(NAMED)].some(([, , value]) => /\d/.test(value!) && /[A-Za-z]/.test(value!) && bitsPerCharacter(value!) >= RANDOM_ENOUGH)
  return named ? 'a value that looks random and is called secret' : null
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0)
}

/**
 * A patch of git without the files that hold secrets, in lines added, removed or around them, or by their names. What is left applies as
 * the whole did. Contents of binary files are not looked into.
 * @param patch made without renames and with the prefixes `a/` and `b/`.
 */
export function withoutSecrets(patch: Buffer): { readonly patch: Buffer; readonly withheld: readonly Withheld[] } {
  const withheld: Withheld[] = []
  const kept = filesOf(patch.toString('latin1')).filter((part) => {
    const found = withheldFrom(part)
    if (found !== null) withheld.push(found)
    return found === null
  })
  return { patch: withheld.length === 0 ? patch : Buffer.from(kept.join(''), 'latin1'), withheld }
}

/** Lines of content begin with a mark of their own, so that none is taken for a header. */
const filesOf = (patch: string): string[] => patch.split(/^(?=diff --git )/m).filter((part) => part !== '')

function withheldFrom(part: string): Withheld | null {
  const path = pathOf(part)
  if (FILES.test(path)) return { path, why: 'files of this name hold secrets' }
  const binary = part.indexOf('\nGIT binary patch\n')
  const lines = (binary < 0 ? part : part.slice(0, binary)).split('\n')
  for (const line of lines) {
    const kind = secretIn(line)
    if (kind !== null) return { path, why: `it holds ${kind}` }
  }
  return null
}

/** Of `diff --git a/P b/P`, quoted where it has characters of its own kind. */
function pathOf(part: string): string {
  const header = part.slice('diff --git '.length, Math.max(0, part.indexOf('\n')))
  const last = header.slice((header.length + 1) / 2)
  return Buffer.from(last.replace(/^"?b\//, '').replace(/"$/, ''), 'latin1').toString('utf8')
}
