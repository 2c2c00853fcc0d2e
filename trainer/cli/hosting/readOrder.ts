import { LabError } from '../../errors.ts'
import { TrainerOrder } from '../../protocol/control.ts'

const ORDER_LIMIT = 1_000_000

/** The order, given whole on standard input. @throws LabError `host/order` */
export async function readOrder(input: AsyncIterable<Buffer | string>): Promise<TrainerOrder> {
  let text = ''
  for await (const piece of input) {
    text += piece.toString()
    if (text.length > ORDER_LIMIT) throw badOrder(`it has more than ${ORDER_LIMIT} characters`)
  }
  const order = TrainerOrder.safeParse(parsed(text))
  if (order.success) return order.data
  const [issue] = order.error.issues
  throw badOrder(`${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badOrder('it is not JSON')
  }
}

function badOrder(why: string): LabError {
  return new LabError('usage', 'host/order', `The order on standard input cannot be read: ${why}.`, {
    place: 'stdin', remedy: 'This command is for the extension; people use `lab run` and `lab resume`.'
  })
}
