import type { Workbench } from './workbench.ts'

/** Of each test of this suite that fails, a picture of what the window showed: dist/pictures/failed-<title>.png. */
export function pictureFailures(workbench: () => Workbench): void {
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench().picture(`failed-${this.currentTest.title.replace(/\W+/g, '-').slice(0, 60)}`)
  })
}
