import { connectView } from '../connection/connectView.ts'
import type { LabellerNotices, LabellerRequests } from '../protocol/labeller.ts'
import './labellerApp.ts'
import './page.css'

const page = document.createElement('lab-labeller')
Object.assign(page, { connection: connectView<LabellerRequests, LabellerNotices>() })
document.body.append(page)
