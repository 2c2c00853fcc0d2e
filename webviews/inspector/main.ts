import { connectView } from '../connection/connectView.ts'
import { registerControls } from '../controls/registerControls.ts'
import type { InspectorNotices, InspectorRequests } from '../protocol/inspector.ts'
import './inspectorApp.ts'
import './page.css'

registerControls()
const page = document.createElement('lab-inspector')
Object.assign(page, { connection: connectView<InspectorRequests, InspectorNotices>() })
document.body.append(page)
