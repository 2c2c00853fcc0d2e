import { cancellationContract } from './cancellationContract.ts'
import { declarationContract } from './declarationContract.ts'
import { errorContract } from './errorContract.ts'
import { gradientContract } from './gradientContract.ts'
import { headContract } from './headContract.ts'
import { lossContract } from './lossContract.ts'
import { pairContract } from './pairContract.ts'
import { samplingContract } from './samplingContract.ts'
import { stateContract } from './stateContract.ts'
import { subjects } from './subjects.ts'
import { updateContract } from './updateContract.ts'

for (const subject of subjects) {
  describe(`engine contract: ${subject.name}`, function () {
    this.timeout(60_000)
    if (subject.missing !== undefined) {
      it(`all of it: ${subject.missing}`)
      return
    }
    before(async function () {
      this.timeout(180_000)
      await subject.prepare?.()
    })
    after(() => subject.release?.())
    declarationContract(subject)
    samplingContract(subject)
    cancellationContract(subject)
    lossContract(subject)
    gradientContract(subject)
    pairContract(subject)
    headContract(subject)
    updateContract(subject)
    stateContract(subject)
    errorContract(subject)
  })
}
