import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'

console.log(JSON.stringify(await bubblewrapBackend().probe()))
