import { connectView } from '../connection/connectView.ts'
import { registerControls } from '../controls/registerControls.ts'
import type { DashboardNotices, DashboardRequests } from '../protocol/dashboard.ts'
import { DashboardApp } from './dashboardApp.ts'
import './page.css'

registerControls()
const app = new DashboardApp(connectView<DashboardRequests, DashboardNotices>())
document.body.append(app)
