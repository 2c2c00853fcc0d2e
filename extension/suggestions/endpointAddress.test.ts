import assert from 'node:assert/strict'
import { endpointAddress } from './endpointAddress.ts'

describe('the address of an endpoint', () => {
  it('leads to chat completions below its path', () => {
    for (const base of ['https://models.example/v1', 'https://models.example/v1/', 'https://models.example/v1//']) assert.equal(endpointAddress(base).url.href, 'https://models.example/v1/chat/completions')
    assert.equal(endpointAddress('http://127.0.0.1:8000').url.href, 'http://127.0.0.1:8000/chat/completions')
  })

  it('is private by encryption or on this machine', () => {
    const isPrivate = (base: string): boolean => endpointAddress(base).isPrivate
    assert.ok(['https://models.example', 'http://localhost:1', 'http://127.0.0.1:1', 'http://127.8.9.1', 'http://[::1]:1'].every(isPrivate))
    assert.ok(!['http://models.example', 'http://192.168.0.2', 'http://localhost.example', 'http://127.0.0.1.example'].some(isPrivate))
  })

  it('is refused where it is none, or could carry what must not be in settings', () => {
    for (const [base, why] of [['models', /no address/], ['file:///etc/passwd', /neither https/], ['ftp://x/v1', /neither https/], ['https://ann:key@models.example', /name or password/], ['https://models.example/v1?key=k', /behind its path/]] as const) {
      assert.throws(() => endpointAddress(base), why)
    }
  })
})
