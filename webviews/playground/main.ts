import { connectView } from '../connection/connectView.ts'
import { registerControls } from '../controls/registerControls.ts'
import type { PlaygroundNotices, PlaygroundRequests } from '../protocol/playground.ts'
import { PlaygroundApp } from './playgroundApp.ts'
import './page.css'

registerControls()
document.body.append(new PlaygroundApp(connectView<PlaygroundRequests, PlaygroundNotices>()))
