import assert from 'node:assert/strict'
import fc from 'fast-check'
import { secretIn, withoutSecrets } from './secretScan.ts'

/** Put together here, so that no file of the project holds what looks like a key. */
const joined = (...parts: string[]): string => parts.join('')
const letters = 'abcDEF0123456789ghiJKL'.repeat(4)

describe('secrets in a patch', () => {
  const secrets: Readonly<Record<string, string>> = {
    'a private key': joined('-----BEGIN RSA PRIV', 'ATE KEY-----'),
    'an access key of AWS': joined('AK', 'IA', 'ABCDEFGHIJKLMNOP'),
    'a token of GitHub': joined('gh', 'p_', letters.slice(0, 36)),
    'a token of GitLab': joined('gl', 'pat-', letters.slice(0, 20)),
    'a token of Slack': joined('xo', 'xb-', '123456789012-abcdef'),
    'an API key of Google': joined('AI', 'za', letters.slice(0, 35)),
    'a key of Stripe': joined('sk_', 'live_', letters.slice(0, 24)),
    'an API key of a model provider': joined('sk', '-ant-', letters.slice(0, 40)),
    'a token of Hugging Face': joined('h', 'f_', letters.slice(0, 34)),
    'a token of a package registry': joined('np', 'm_', letters.slice(0, 36)),
    'a web token': joined('ey', 'JhbGciOiJIUzI1NiJ9.ey', 'JzdWIiOiIxMjM0NTY3ODkwIn0.', letters.slice(0, 43)),
    'an address with a password': 'postgres://admin:hunter2@db.example.org/main',
    'a value that looks random and is called secret': 'client_secret: "q9X2vB7nLm4Kp8Zt"'
  }
  for (const [kind, text] of Object.entries(secrets)) it(`finds ${kind}`, () => assert.equal(secretIn(`+const value = ${text}`), kind))

  it('leaves code that speaks of secrets alone', () => {
    const lines = [
      'const token = tokenizer.next()', 'password: string', 'const apiKey = process.env["API_KEY"]', 'token = "placeholder-text"', 'see https://example.org:8080/a@b', 'sk-learn', 'secret = "aaaaaaaaaaaaaaa1"',
      'git clone https://user@example.org/x.git', 'url = `https://${user}:${password}@example.org`', 'index 0123456789abcdef0123456789abcdef01234567..89abcdef'
    ]
    assert.deepEqual(lines.map(secretIn), lines.map(() => null))
  })

  const section = (path: string, line: string): string => `diff --git a/${path} b/${path}\nindex 1..2 100644\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n ${line}\n`

  it('takes out the sections of files with secrets, those that are only removed or stand around among them', () => {
    const patch = section('a.ts', 'x') + section('deep/.env.local', 'x') + section('b.ts', `-${secrets['a token of GitHub']}`) + section('.env.example', 'x')
    const { patch: kept, withheld } = withoutSecrets(Buffer.from(patch))
    assert.equal(kept.toString(), section('a.ts', 'x') + section('.env.example', 'x'))
    assert.deepEqual(withheld.map(({ path }) => path), ['deep/.env.local', 'b.ts'])
  })

  it('takes no line of a file for the header of another one', () => {
    const patch = section('a.ts', 'diff --git a/id_rsa b/id_rsa')
    assert.deepEqual(withoutSecrets(Buffer.from(patch)), { patch: Buffer.from(patch), withheld: [] })
  })

  it('changes no byte of what holds no secret', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      const patch = Buffer.concat([Buffer.from(section('a.ts', '')), Buffer.from(bytes)])
      const { patch: kept, withheld } = withoutSecrets(patch)
      return withheld.length > 0 || kept.equals(patch)
    }))
  })
})
